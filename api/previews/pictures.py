"""Pictures: how a preview is fetched, and what counts as one."""

from dataclasses import dataclass
from typing import Protocol

MOST_BYTES = 10 * 2**20
"""A larger picture is none to put into a page."""
LONGEST = 10.0
"""Seconds that a whole answer may take."""

# What every browser shows. SVG is a document with scripts; TIFF and JPEG 2000 are for programs.
_STARTS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"))
MEDIA_TYPES = frozenset(("image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp"))
"""As archives write the types of what can be shown."""


class NotFetched(Exception):
    """There is no picture to be had; the message says why, without any address."""


class Pictures(Protocol):
    """Asks archives for pictures."""

    def fetch(self, href: str) -> bytes:
        """What an http or https address answers, at most MOST_BYTES within LONGEST, from the public internet only. Raises NotFetched."""


@dataclass(frozen=True)
class Picture:
    body: bytes
    media_type: str


def to_picture(body: bytes) -> Picture:
    """A picture by its own first bytes, whatever an archive says of it. Raises NotFetched for anything else."""
    if len(body) > MOST_BYTES:
        raise NotFetched(f"more than {MOST_BYTES} bytes")
    kind = next((kind for start, kind in _STARTS if body.startswith(start)), None)
    if kind is None and body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise NotFetched("not a JPEG, PNG, GIF or WebP")
    return Picture(body, kind)
