"""Memory: pictures that were fetched lately, and addresses that had none."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from api.previews.pictures import NotFetched, Picture

Clock = Callable[[], float]


@dataclass(frozen=True)
class MemorySettings:
    """Bytes that are kept at most, how long a picture is shown again, and how long an archive is spared that had none (seconds)."""

    most_bytes: int = 64 * 2**20
    lasting: float = 3600
    sparing: float = 30
    most_failures: int = 1000


class PictureMemory:
    """By the address that the Item gives, for all who may look; whether somebody may is asked before."""

    def __init__(self, clock: Clock, settings: MemorySettings | None = None) -> None:
        self._clock, self._settings = clock, settings or MemorySettings()
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Picture]] = OrderedDict()
        self._failed: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._bytes = 0

    def picture(self, address: str, fetch: Callable[[], Picture]) -> Picture:
        """The picture, fetched unless it is known. Raises NotFetched."""
        found = self._known(address)
        if found is not None:
            return found
        try:
            made = fetch()
        except NotFetched as error:
            with self._lock:
                self._failed[address] = (self._clock() + self._settings.sparing, str(error))
                if len(self._failed) > self._settings.most_failures:
                    self._failed.popitem(last=False)
            raise
        with self._lock:
            self._keep(address, made)
        return made

    def _known(self, address: str) -> Picture | None:
        now = self._clock()
        with self._lock:
            failed = self._failed.get(address)
            if failed is not None and failed[0] > now:
                raise NotFetched(failed[1])
            self._failed.pop(address, None)
            kept = self._kept.get(address)
            if kept is None:
                return None
            if kept[0] <= now:
                self._forget(address)
                return None
            self._kept.move_to_end(address)
            return kept[1]

    def _keep(self, address: str, picture: Picture) -> None:
        self._forget(address)
        self._kept[address] = (self._clock() + self._settings.lasting, picture)
        self._bytes += len(picture.body)
        while self._bytes > self._settings.most_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, address: str) -> None:
        kept = self._kept.pop(address, None)
        if kept is not None:
            self._bytes -= len(kept[1].body)
