"""Inventories: lists of purchased images as files, CSV read in parts so that its length does not matter, GeoPackage whole."""

import codecs
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from harvesters.errors import Misconfigured
from mappings.dinamis.inventory import check_footprint
from mappings.dinamis.tables import csv_entries, read_geopackage
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable

LOGGER = logging.getLogger(__name__)
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Inventory:
    """A file and, where its headers are not the usual ones, our names to its headers."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name and a short hash of its path as configured: files of one name in several folders are several lists, and a
        whole path in a public identifier would tell how the server is arranged."""
        return f"{self.path.name}~{blake2b(self.path.as_posix().encode(), digest_size=4).hexdigest()}"


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
            located = located or sum(map(_is_located, answer.records))
            records = tuple(replace(record, native_id=_in_file(record.native_id, inventory)) for record in answer.records)
            # Rows of several inventories have the same numbers.
            yield Answer(records, tuple(replace(broken, native_id=f"{inventory.name}:{broken.native_id}") for broken in answer.broken))
        if rows and not located:
            LOGGER.warning(
                "%s: no row has a usable footprint, so that no search by area finds them: name its column in `columns` (wkt)", path
            )
    except NotAnAnswer as error:
        raise Misconfigured(f"inventories: {path}: {error}") from None
    except OSError as error:
        raise Misconfigured(f"inventories: {path}: {error.strerror}") from None


def _in_file(native_id: str, inventory: Inventory) -> str:
    """Two inventories may list the same product, each in its own words: their records must not take each other's place."""
    form, _, product = native_id.partition(":")
    return f"{form}:{inventory.name}:{product}"


def _is_located(record: Record) -> bool:
    try:
        return check_footprint(record.json["row"], record.json["geometry"])
    except Unmappable:
        return False


def _slices(answer: Answer, size: int) -> Iterator[Answer]:
    for start in range(0, max(len(answer.records), 1), size):
        yield Answer(answer.records[start : start + size], answer.broken if start == 0 else ())


def _parts(inventory: Inventory, size: int) -> Iterator[Answer]:
    with inventory.path.open(encoding=_encoding(inventory.path), newline="") as file:
        # Before any row: a file that is no inventory is told at once, also when it is empty.
        entries = csv_entries(file, inventory.columns)
        while part := list(islice(entries, size)):
            yield Answer(
                tuple(entry for entry in part if isinstance(entry, Record)), tuple(entry for entry in part if isinstance(entry, Broken))
            )


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
