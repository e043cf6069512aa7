"""Built: the files that vite made of web/, held in memory while they do not change."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import zstandard

from mappings.values import items, mapping

_MANIFEST = ".vite/manifest.json"
_ASSETS = "assets"
# What the script fetches as soon as it runs, by the manifest's names: browsers get it, and read it, beside the script itself.
_AT_ONCE = ("src/map/map.tsx",)
_HASHED = re.compile(r".+-[\w-]{8}(?:\.\w+)+", re.ASCII)
_TYPES = MappingProxyType(
    {
        ".css": "text/css",
        ".geojson": "application/geo+json",
        ".gif": "image/gif",
        ".ico": "image/x-icon",
        ".jpg": "image/jpeg",
        ".js": "text/javascript",
        ".json": "application/json",
        ".map": "application/json",
        ".mjs": "text/javascript",
        ".pbf": "application/x-protobuf",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".topojson": "application/json",
        ".txt": "text/plain",
        ".wasm": "application/wasm",
        ".webp": "image/webp",
        ".woff2": "font/woff2",
    }
)
_TEXTS = ("text/", "application/", "image/svg")
# Made once for each file and process, when it is asked for: outlines of a few megabytes take half a second, higher levels seconds.
_LEVELS = {"zstd": 9, "gzip": 6}


@dataclass(frozen=True)
class BuiltFile:
    """One file; `lasting` where its name tells its content."""

    name: str
    body: bytes
    media_type: str
    _shorter: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def lasting(self) -> bool:
        return _HASHED.fullmatch(self.name) is not None

    @property
    def is_text(self) -> bool:
        return self.media_type.startswith(_TEXTS)

    def coded(self, coding: str) -> bytes:
        """The body in a coding of api/compression.py, by its name."""
        made = self._shorter.get(coding)
        if made is None:
            made = self._shorter[coding] = _coded(self.body, coding)
        return made


def _coded(body: bytes, coding: str) -> bytes:
    level = _LEVELS[coding]
    return zstandard.ZstdCompressor(level=level).compress(body) if coding == "zstd" else zlib.compress(body, level, wbits=31)


@dataclass(frozen=True)
class Built:
    """Files by name; of them the script that starts the page, those that it needs, those that it fetches at once, and the style sheets of
    all these."""

    files: Mapping[str, BuiltFile]
    script: str
    needed: tuple[str, ...]
    soon: tuple[str, ...]
    styles: tuple[str, ...]


class BuiltFolder:
    """The folder that vite fills, read when it is asked for and again when its manifest is another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[int, Built | None] | None = None

    def built(self) -> Built | None:
        """None where nothing whole is there."""
        try:
            stamp = (self._folder / _MANIFEST).stat().st_mtime_ns
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, _read(self._folder))
        except OSError:
            return None
        return self._read[1]


def _read(folder: Path) -> Built | None:
    try:
        manifest = mapping(orjson.loads((folder / _MANIFEST).read_bytes()))
    except orjson.JSONDecodeError:
        return None
    entry = next((name for name, chunk in manifest.items() if mapping(chunk).get("isEntry")), None)
    if entry is None:
        return None
    # Those that are listed and no path: nothing else can be asked for.
    files = {path.name: _file(path) for path in sorted((folder / _ASSETS).iterdir()) if path.is_file() and path.name[0] != "."}
    seen: set[str] = set()
    chunks = list(_needed(manifest, entry, seen))
    later = [chunk for name in _AT_ONCE if name in manifest for chunk in _needed(manifest, name, seen)]
    script, *needed = dict.fromkeys(_name(chunk.get("file")) for chunk in chunks)
    soon = tuple(dict.fromkeys(_name(chunk.get("file")) for chunk in later))
    styles = tuple(dict.fromkeys(_name(style) for chunk in (*chunks, *later) for style in items(chunk.get("css"))))
    if not {script, *needed, *soon, *styles} <= set(files):
        return None
    return Built(MappingProxyType(files), script, tuple(needed), soon, styles)


def _needed(manifest: Mapping[str, Any], name: str, seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """A chunk and those that it imports before it runs, each once."""
    if name in seen:
        return
    seen.add(name)
    chunk = mapping(manifest.get(name))
    yield chunk
    for other in items(chunk.get("imports")):
        if isinstance(other, str):
            yield from _needed(manifest, other, seen)


def _name(path: Any) -> str:
    return path.removeprefix(f"{_ASSETS}/") if isinstance(path, str) else ""


def _file(path: Path) -> BuiltFile:
    return BuiltFile(path.name, path.read_bytes(), _TYPES.get(path.suffix.lower(), "application/octet-stream"))
