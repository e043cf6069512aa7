"""Deliveries: folders of delivered products, each told by the DIMAP files (DIM_*.XML) below it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mappings.dinamis import delivery
from mappings.record import Answer, Broken, NotAnAnswer, Record
from mappings.secrets import without_secrets

_MOST_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Limits:
    """`rows` of an answer, `xml` bytes of one DIMAP file (they have some hundred kB)."""

    rows: int
    xml: int


def read_deliveries(folder: Path, limits: Limits) -> Iterator[Answer]:
    """Answers of at most `limits.rows` files, in the order of their paths. What cannot be read is Broken."""
    records: list[Record] = []
    broken: list[Broken] = []
    size = 0
    for path in dimap_files(folder):
        found = _read(path, folder, limits.xml)
        if isinstance(found, Record):
            records.append(found)
            size += len(found.raw)
        else:
            broken.append(found)
        if len(records) + len(broken) >= limits.rows or size >= _MOST_BYTES:
            yield Answer(tuple(records), tuple(broken))
            records, broken, size = [], [], 0
    if records or broken:
        yield Answer(tuple(records), tuple(broken))


def dimap_files(folder: Path) -> Iterator[Path]:
    """Files called DIM_*.XML. Links to folders are not entered, links to files outside the folder are left out."""
    home = folder.resolve()
    for place, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if name.upper().startswith("DIM_") and name.upper().endswith(".XML") and path.resolve().is_relative_to(home):
                yield path


def _read(path: Path, folder: Path, limit: int) -> Record | Broken:
    name = path.relative_to(folder).as_posix()
    try:
        with path.open("rb") as file:
            xml = file.read(limit + 1)
        if len(xml) > limit:
            start = without_secrets(xml[:1000].decode("utf-8", "replace"))
            return Broken(name, f"more than {limit} bytes", "size", start.encode())
        return delivery.to_record(xml, path.name)
    except OSError as error:
        return Broken(name, f"cannot be read: {error.strerror}", "file", b"")
    except NotAnAnswer as error:
        return Broken(name, str(error), "file", b"")
