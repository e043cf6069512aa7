"""Inventories: lists of purchased images as files, CSV read in parts so that its length does not matter, GeoPackage whole."""

import codecs
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from harvesters.errors import Misconfigured
from mappings.dinamis.tables import read_csv, read_geopackage
from mappings.record import Answer, Broken, NotAnAnswer

LOGGER = logging.getLogger(__name__)
_SQLITE = b"SQLite format 3\0"
# "line-12", perhaps with a hash of the row after it.
_LINE = re.compile(r"line-(\d+)(.*)", re.DOTALL)
# A quote that is never closed must not gather the whole rest of a file.
_LONGEST_ROW = 1000


@dataclass(frozen=True)
class Inventory:
    """A file and, where its headers are not the usual ones, our names to its headers."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)


def read_inventory(inventory: Inventory, size: int) -> Iterator[Answer]:
    """Answers of at most about `size` rows. Raises Misconfigured, naming the file, when it cannot be read or is no inventory."""
    path = inventory.path
    try:
        with path.open("rb") as file:
            packaged = file.read(len(_SQLITE)) == _SQLITE
        answers = _slices(read_geopackage(path.read_bytes(), inventory.columns), size) if packaged else _parts(inventory, size)
        located = rows = 0
        for answer in answers:
            rows += len(answer.records)
            located += sum(record.json["geometry"] is not None for record in answer.records)
            records = tuple(replace(record, native_id=_in_file(record.native_id, path)) for record in answer.records)
            yield Answer(records, tuple(_named(broken, path) for broken in answer.broken))
        if rows and not located:
            LOGGER.warning("%s: no row has a footprint, so that no search by area finds them: name its column in `columns` (wkt)", path)
    except NotAnAnswer as error:
        raise Misconfigured(f"inventories: {path}: {error}") from None
    except OSError as error:
        raise Misconfigured(f"inventories: {path}: {error.strerror}") from None


def _in_file(native_id: str, path: Path) -> str:
    """Two inventories may list the same product, each in its own words: their records must not take each other's place."""
    form, _, product = native_id.partition(":")
    return f"{form}:{path.name}:{product}"


def _slices(answer: Answer, size: int) -> Iterator[Answer]:
    for start in range(0, max(len(answer.records), 1), size):
        yield Answer(answer.records[start : start + size], answer.broken if start == 0 else ())


def _parts(inventory: Inventory, size: int) -> Iterator[Answer]:
    """Each part goes to the mapping with the header before it, as if it were a file of its own."""
    with inventory.path.open(encoding=_encoding(inventory.path), newline="") as file:
        header, first = "", 1
        while not header.strip("\r\n"):
            row, length = _row(file)
            if not row:
                break
            header, first = row, first + length
        # Before any row: a file that is no inventory is told at once, also when it is empty.
        read_csv(header.encode(), inventory.columns)
        lines = header.count("\n")
        while True:
            part, length = _rows(file, size)
            if not part:
                return
            answer = read_csv((header + part).encode(), inventory.columns)
            yield replace(answer, broken=tuple(_moved(broken, first - 1 - lines) for broken in answer.broken))
            first += length


def _rows(file: TextIO, size: int) -> tuple[str, int]:
    """Up to `size` whole rows, and how many lines they take."""
    rows: list[str] = []
    lines = 0
    while len(rows) < size:
        row, length = _row(file)
        if not row:
            break
        rows.append(row)
        lines += length
    return "".join(rows), lines


def _row(file: TextIO) -> tuple[str, int]:
    """One row: lines are joined while a quote is open. Empty at the end."""
    line = file.readline()
    length, quotes, parts = 1, line.count('"'), [line]
    while quotes % 2 and length < _LONGEST_ROW and (line := file.readline()):
        parts.append(line)
        quotes += line.count('"')
        length += 1
    return "".join(parts), length


def _encoding(path: Path) -> str:
    """UTF-8 (with or without BOM) when all of the file is, else Latin-1: told once, for a part alone may look like either."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(2**20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"


def _moved(broken: Broken, by: int) -> Broken:
    """The line as it is numbered in the file."""
    match = _LINE.fullmatch(broken.native_id)
    if match is None or not by:
        return broken
    line = int(match[1]) + by
    return replace(broken, native_id=f"line-{line}{match[2]}", reason=broken.reason.replace(f"line {match[1]}:", f"line {line}:", 1))


def _named(broken: Broken, path: Path) -> Broken:
    """Rows of several inventories have the same numbers."""
    return replace(broken, native_id=f"{path.name}:{broken.native_id}")
