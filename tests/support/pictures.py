"""Small pictures, and archives that give them."""

import struct
import zlib
from dataclasses import dataclass, field

from api.previews.pictures import NotFetched

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ffff3f0005fe02fea1359e910000000049454e44ae426082"
)
"""A picture of one pixel."""


def plain_png(side: int, colour: tuple[int, int, int]) -> bytes:
    """A square of one colour: the map shows no picture of one pixel."""
    rows = (b"\0" + bytes(colour) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@dataclass
class Shelf:
    """Pictures by address, for whoever fetches them, and the `usual` one for all others (None: there is none); `asked` are the
    addresses, in order."""

    there: dict[str, bytes] = field(default_factory=dict)
    usual: bytes | None = None
    asked: list[str] = field(default_factory=list)

    def fetch(self, href: str) -> bytes:
        self.asked.append(href)
        found = self.there.get(href, self.usual)
        if found is None:
            raise NotFetched("status 404")
        return found
