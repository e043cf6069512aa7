"""The body of an answer, counted while it comes in."""

import zlib
from collections.abc import Callable

import httpx

from harvesters.errors import Retry, StopSource


def read_body(answer: httpx.Response, limit: int, where: str, on_time: Callable[[str], None]) -> bytes:
    """The decompressed body of at most `limit` bytes. `on_time`, called with `where` after each piece, may raise Retry.

    Raises StopSource for a body above the limit or in an encoding that was not asked for, Retry for one that was cut or damaged.
    """
    length = answer.headers.get("content-length", "")
    too_big = StopSource(f"{where}: the answer exceeds the limit of {limit} bytes: ask for smaller pages, or raise max_bytes")
    if length.isdigit() and int(length) > limit:
        raise too_big
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise StopSource(f"{where}: the answer comes as {encoding[:20]!r}, which was not asked for")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    body, received = bytearray(), 0
    for chunk in answer.iter_raw():
        received += len(chunk)
        try:
            body += unpack.decompress(chunk, limit - len(body) + 1) if unpack else chunk
        except zlib.error as error:
            raise Retry(f"{where}: the compressed answer is damaged: {error}") from None
        if len(body) > limit or received > limit:
            raise too_big
        on_time(where)
    if (length.isdigit() and received < int(length)) or (unpack and received and not unpack.eof):
        raise Retry(f"{where}: the answer was cut off after {received} bytes")
    return bytes(body)
