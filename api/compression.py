"""Codings of bodies that shorten them (RFC 9110 §8.4.1): zstd and gzip, at their quickest."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import zstandard

SMALLEST = 1024
"""Bytes below which a body is sent as it is."""
_LEVEL = 1
_LONGEST = 1000
_PART = re.compile(r"([\w*-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.ASCII | re.IGNORECASE)
_TEXT = re.compile(rb"text/|application/(?:[\w.+-]+\+)?(?:json|xml|yaml|javascript)\b|application/x-ndjson\b|image/svg", re.IGNORECASE)


@dataclass(frozen=True)
class Coding:
    """A coding by its name in HTTP. `mark` tells bodies apart that another library, or another release of it, would make."""

    name: str
    mark: str
    encode: Callable[[bytes], bytes]


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, _LEVEL, wbits=16 + zlib.MAX_WBITS)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(body)


CODINGS = (
    Coding("zstd", f"zstd{_LEVEL}/{'.'.join(map(str, zstandard.ZSTD_VERSION))}", _zstd),
    Coding("gzip", f"gzip{_LEVEL}/{zlib.ZLIB_RUNTIME_VERSION}", _gzip),
)
"""The quicker one first."""


def coding_of(accepted: str) -> Coding | None:
    """What Accept-Encoding weighs most, the quicker of two that weigh alike; None for a body as it is: without the header, where
    that weighs more, and for what cannot be read. Source: RFC 9110 §12.5.3."""
    return _best(accepted[:_LONGEST]) if accepted else None


@lru_cache(maxsize=256)
def _best(accepted: str) -> Coding | None:
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        match = _PART.fullmatch(part.strip())
        if match is not None:
            name = match[1].lower().removeprefix("x-")
            weights[name] = float(match[2] or 1)
    # Only what is named: clients that send * (urllib of pystac) have been seen to read none.
    best = max(CODINGS, key=lambda coding: weights.get(coding.name, 0.0))
    weight = weights.get(best.name, 0.0)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def is_compressible(media_type: bytes) -> bool:
    """Whether a body of this Content-Type is a text."""
    return _TEXT.match(media_type) is not None
