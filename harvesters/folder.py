"""A drop folder: files that a partner delivers (ISO, EOP, answers of catalogues, STAC, tables), each read by the source's mapping."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harvesters.area import Area
from harvesters.errors import Misconfigured
from harvesters.partner_pages import Scope
from harvesters.scope import utc_now
from harvesters.source import Extent, Page, Span
from mappings.record import Answer, Broken, NotAnAnswer, Record
from mappings.record import Mapping as RecordMapping
from mappings.secrets import without_secrets

STREAM = "files"
# Of the records that are handed on at once, as received.
_PAGE_BYTES = 8 * 2**20
# How programs name what they have not finished.
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", "~")
_PACKED = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7-zip", b"Rar!": "rar", b"BZh": "bzip2"}


@dataclass(frozen=True)
class FolderSettings:
    """`path` of the folder, read with all that is below it. A file younger than `settle` is left for the next run: it may still be
    written. `max_bytes` of one file. `area` = (west, south, east, north). `page_size`: records that are handed on at once, of one file or
    of several."""

    path: Path
    area: tuple[float, float, float, float] | None = None
    settle: timedelta = timedelta(minutes=1)
    max_bytes: int = 64 * 2**20
    page_size: int = 2000


class FolderSource:
    """One stream, all files at every run. A file that cannot be read is Broken under its name; what it held before is not judged."""

    def __init__(
        self, name: str, settings: FolderSettings, mapping: RecordMapping, *, now: Callable[[], datetime] = utc_now
    ) -> None:  # fmt: skip
        self.name = name
        self.mapping = mapping
        self.area = Area.of(settings.area)
        self._settings = settings
        self._now = now

    def harvest(self, span: Span) -> Iterator[Page]:
        """In the order of paths. Raises Misconfigured when there is no such folder."""
        home = self._settings.path
        if not home.is_dir():
            raise Misconfigured(f"{self.name}: path: {home} is not a folder")
        scope = Scope(self.name, self.mapping, self.area, span.until)
        whole: list[bool] = []
        for answer in _pages(self._contents(home, whole), self._settings.page_size):
            yield scope.page(STREAM, answer)
        # A folder without any file is more often a disk that is not mounted than a partner without images.
        yield Page(STREAM, closed=Extent() if whole and all(whole) and span.until is None else None)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: what the files hold was read from them a moment ago."""
        return frozenset(native_ids)

    def _contents(self, home: Path, whole: list[bool]) -> Iterator[tuple[str, Answer]]:
        """Files by name and what they hold; `whole` is told of each whether all of it was read."""
        for found in _files(home):
            if isinstance(found, Broken):
                whole.append(False)
                yield "", Answer((), (found,))
                continue
            if found.name.startswith(".") or found.name.lower().endswith(_UNFINISHED):
                continue
            answer = self._read(found, home)
            whole.append(answer is not None and not any(one.field == "file" for one in answer.broken))
            if answer is not None:
                yield _name(found, home), answer

    def _read(self, path: Path, home: Path) -> Answer | None:
        """What a file holds; None for one that is still being written."""
        name, limit = _name(path, home), self._settings.max_bytes
        try:
            before = path.stat()
            if not stat.S_ISREG(before.st_mode):
                return _unread(name, "no regular file")
            if self._is_young(before):
                return None
            if before.st_size > limit:
                return _unread(name, f"{before.st_size} bytes, more than {limit}")
            with path.open("rb") as file:
                body = file.read(limit + 1)
            after = path.stat()
        except OSError as error:
            return _unread(name, f"cannot be read: {error.strerror}")
        if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or len(body) != after.st_size:
            return None
        packed = next((kind for magic, kind in _PACKED.items() if body.startswith(magic)), None)
        if packed:
            return _unread(name, f"a {packed} file, which is not unpacked here: put its content into the folder")
        try:
            return self.mapping.read(body)
        except NotAnAnswer as error:
            return _unread(name, str(error), body)

    def _is_young(self, found: os.stat_result) -> bool:
        # Either way: the clock of a share differs from ours by a little.
        return abs(self._now() - datetime.fromtimestamp(found.st_mtime, UTC)) < self._settings.settle


def _files(home: Path) -> Iterator[Path | Broken]:
    """Paths in order; links to folders are not entered, links to files outside are left out. Folders that cannot be read are Broken."""
    root, faults = home.resolve(), list[OSError]()
    for place, folders, names in os.walk(home, followlinks=False, onerror=faults.append):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            try:
                inside = path.resolve().is_relative_to(root)
            except (OSError, RuntimeError):
                # A link that leads back to itself.
                inside = False
            if inside:
                yield path
    for fault in faults:
        yield Broken(f"file:{_name(Path(str(fault.filename)), home)}", f"cannot be read: {fault.strerror}", "file", b"")


def _name(path: Path, home: Path) -> str:
    """The path below the folder; bytes in it that are no UTF-8 cannot be stored."""
    return os.fsencode(path.relative_to(home).as_posix()).decode("utf-8", "replace")


def _unread(name: str, reason: str, body: bytes = b"") -> Answer:
    start = without_secrets(body[:1000].decode("utf-8", "replace"))
    return Answer((), (Broken(f"file:{name}"[:2000], reason, "file", start.encode()),))


def _pages(files: Iterable[tuple[str, Answer]], size: int) -> Iterator[Answer]:
    """What files hold, by name: of a long one in parts, of small ones together, since most partners deliver a file for each image and a
    page is written at once. Records are new ones: one that was harvested keeps its parsed JSON, ten times its size, which goes with the
    page then and not with the file."""
    records: list[Record] = []
    broken: list[Broken] = []
    weight = 0
    for name, answer in files:
        held: tuple[Broken | Record, ...] = (*answer.broken, *answer.records)
        for one in held:
            if len(records) + len(broken) == size or weight > _PAGE_BYTES:
                yield Answer(tuple(records), tuple(broken))
                records, broken, weight = [], [], 0
            if isinstance(one, Broken):
                broken.append(one)
            else:
                records.append(replace(one, url=name))
            weight += len(one.raw)
    if records or broken:
        yield Answer(tuple(records), tuple(broken))
