"""Errors, by what to do next.

HarvestError
├── Retry(after)       try again, after so many seconds
├── StopSource         end this run of this source; the next one starts at its watermark
│   └── Rejected       because the archive refused this very request (HTTP 4xx)
└── Misconfigured      an operator must change a setting

One record that cannot be read is no error: it is handed on as Broken, with its reason, and the run goes on.
"""


class HarvestError(Exception):
    """The base; its message says what happened, where, in one line."""


class Retry(HarvestError):
    """The same request may succeed later; `after` in seconds, None when the archive did not say."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class StopSource(HarvestError):
    """The archive cannot be harvested further in this run."""


class Rejected(StopSource):
    """The archive refused the request with HTTP `status` (4xx, but no question of access or pace); `body` is what it said."""

    def __init__(self, message: str, status: int, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class Misconfigured(HarvestError):
    """A setting is wrong; the message names it."""
