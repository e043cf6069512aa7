"""Stop: the wish that runs end soon, heeded between pages and while waiting for an archive."""

from threading import Event


class Stopped(Exception):
    """The work was asked to end; what it has done counts."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args and self.args[0] else "interrupted: what was done is kept"


class Stop:
    """Set once, by a signal or by a test."""

    def __init__(self) -> None:
        self._event = Event()

    def set(self) -> None:
        self._event.set()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits so long, or until it is asked for; whether it is."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raises Stopped."""
        if self.asked:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Waits between two tries of a request. Raises Stopped."""
        if self._event.wait(seconds):
            raise Stopped
