"""Inventories as files: CSV and GeoPackage, decoded into records. Bytes in, records out."""

import io
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson
import pyproj
import shapely

from mappings.geometry import box, mapping_of
from mappings.inventory.cells import decimal
from mappings.inventory.columns import is_inventory, recognise
from mappings.inventory.rows import Rows
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable
from mappings.secrets import without_secrets

RowReader = Callable[[dict[str, str], dict[str, Any] | None, str | None], Record]
"""Makes the Record of a row whose columns are canonical, of its footprint in lon/lat and of its layer; raises Unmappable."""

# Of a row that cannot be read.
_LONGEST = 10_000
_SRID = re.compile(r"\s*SRID=(\d{1,6});", re.I)


def read_csv(body: bytes, to_record: RowReader, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of a CSV file: `;`, `,` or tab, UTF-8 (with or without BOM) or Latin-1, headers in the first line.

    `columns` maps canonical names to headers that are not common ones. Raises NotAnAnswer without an inventory's header.
    """
    try:
        content = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = body.decode("latin-1")
    return _answer(csv_entries(io.StringIO(content, newline=""), to_record, columns))


def csv_entries(lines: Iterable[str], to_record: RowReader, columns: Mapping[str, str] | None = None) -> Iterator[Record | Broken]:
    """As read_csv, one row after the other, of lines with their ends. Raises NotAnAnswer at once."""
    source = iter(lines)
    blank = 0
    for first in source:
        if first.strip("\r\n"):
            break
        blank += 1
    else:
        raise NotAnAnswer("no header of an inventory: the file is empty")
    delimiter = max(";,\t", key=first.count)
    rows = Rows(chain([first], source), delimiter)
    header = rows.next()
    found = recognise(header.cells, columns) if header and not header.fault else {}
    if header is None or not is_inventory(found):
        raise NotAnAnswer(f"no header of an inventory: {first[:120]!r}")
    return _entries(_cells(rows, found, len(header.cells), blank), to_record)


@dataclass(frozen=True)
class _Row:
    """`name` of the row; its canonical cells, or the reason why there are none; its layer; the cells as received."""

    name: str
    cells: dict[str, str] | str
    geometry: dict[str, Any] | None = None
    layer: str | None = None
    received: Any = None


def _cells(rows: Rows, found: Mapping[str, int], width: int, before: int) -> Iterator[_Row]:
    while (line := rows.next(width)) is not None:
        name, cells = f"line {line.number + before}", line.cells
        if line.fault:
            yield _Row(name, line.fault, received=line.text[:_LONGEST])
        elif len(cells) > width:
            yield _Row(name, f"{len(cells)} columns where the header has {width}", received=cells)
        else:
            row = {key: cells[at].strip() for key, at in found.items() if at < len(cells) and cells[at].strip()}
            yield _Row(name, row, _footprint(row), received=cells)


def _entries(rows: Iterable[_Row], to_record: RowReader) -> Iterator[Record | Broken]:
    """Each row as a Record or Broken. An identifier that comes again with other content is another image, or another state of one,
    that would take the first one's place: it is Broken."""
    seen: dict[bytes, bytes] = {}
    for row in rows:
        try:
            if isinstance(row.cells, str):
                raise Unmappable(row.cells, "row")
            record = to_record(row.cells, row.geometry, row.layer)
            content = _digest(record.raw)
            if seen.setdefault(_digest(record.native_id.encode()), content) != content:
                raise Unmappable(
                    f"{row.cells['id'][:60]!r} stands in an earlier row with other content: name the column that tells them apart in "
                    "`columns` (id)",
                    "id",
                )
            yield record
        except Unmappable as error:
            raw = orjson.dumps(without_secrets(row.received))
            # Lines of two inventories have the same numbers.
            native_id = f"{row.name.replace(' ', '-')}-{_digest(raw).hex()}"
            yield Broken(native_id, f"{row.name}: {error.reason}", error.field, raw)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=8).digest()


def _answer(entries: Iterable[Record | Broken]) -> Answer:
    records: list[Record] = []
    broken: list[Broken] = []
    for entry in entries:
        if isinstance(entry, Record):
            records.append(entry)
        else:
            broken.append(entry)
    return Answer(tuple(records), tuple(broken))


def _footprint(row: dict[str, str]) -> dict[str, Any] | None:
    """From well-known text, which is then left out, else from the bounds. Text that cannot be read stays, for the mapping to refuse."""
    bounds = [decimal(row.get(name)) for name in ("west", "south", "east", "north")]
    match = _SRID.match(row.get("wkt", ""))
    if "wkt" in row:
        try:
            geometry = shapely.from_wkt(row["wkt"][match.end() :] if match else row["wkt"])
        except shapely.errors.GEOSException:
            geometry = None
        located = _geographic(geometry, f"EPSG:{match[1]}" if match else None) if geometry is not None and not geometry.is_empty else None
        if located:
            del row["wkt"]
            return located
    west, south, east, north = bounds
    if west is None or south is None or east is None or north is None or south > north:
        return None
    return mapping_of(box(west, south, east, north))


def _geographic(geometry: Any, crs: str | None) -> dict[str, Any] | None:
    """GeoJSON in lon/lat degrees; None when the reference system is unknown to PROJ or the area is outside of it."""
    geometry = shapely.force_2d(geometry)
    if crs and crs not in ("EPSG:4326", "OGC:CRS84"):
        try:
            transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
            geometry = shapely.transform(geometry, transformer.transform, interleaved=False)
        except pyproj.exceptions.ProjError:
            return None
    if geometry.geom_type not in ("Polygon", "MultiPolygon", "Point", "LineString") or not all(map(math.isfinite, geometry.bounds)):
        return None
    return mapping_of(geometry)


def read_geopackage(body: bytes, to_record: RowReader, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of every inventory layer of a GeoPackage, footprints turned to lon/lat. Raises NotAnAnswer when there is none."""
    answers = []
    for layer, meta, shapes, fields in _layers(body):
        found = recognise(list(meta["fields"]), columns)
        if is_inventory(found) or ("id" in found and shapes is not None):
            answers.append(_answer(_entries(_features(layer, meta["crs"], shapes, fields, found), to_record)))
    if not answers:
        raise NotAnAnswer("a GeoPackage without a layer that has an inventory's columns")
    return Answer(
        tuple(record for answer in answers for record in answer.records), tuple(row for answer in answers for row in answer.broken)
    )


def _layers(body: bytes) -> list[tuple[str, dict[str, Any], Any, Sequence[Any]]]:
    # GDAL is only loaded when a GeoPackage comes: it takes longer to load than most harvests to map.
    import pyogrio  # type: ignore[import-untyped, unused-ignore]
    from pyogrio.errors import DataLayerError, DataSourceError  # type: ignore[import-untyped, unused-ignore]

    found = []
    try:
        with warnings.catch_warnings():
            # GDAL misses a file extension, which bytes do not have.
            warnings.simplefilter("ignore", RuntimeWarning)
            for layer, _ in pyogrio.list_layers(io.BytesIO(body)):
                meta, _, shapes, fields = pyogrio.raw.read(io.BytesIO(body), layer=layer, datetime_as_string=True)
                found.append((str(layer), meta, shapes, fields))
    except (DataLayerError, DataSourceError, UnicodeDecodeError) as error:
        raise NotAnAnswer(f"not a readable GeoPackage: {error}"[:300]) from None
    return found


def _features(layer: str, crs: str | None, shapes: Any, fields: Sequence[Any], found: Mapping[str, int]) -> Iterator[_Row]:
    count = len(fields[0]) if fields else 0
    for index in range(count):
        row = {name: value for name, at in found.items() if (value := _as_text(fields[at][index]))}
        geometry = shapely.from_wkb(shapes[index], on_invalid="ignore") if shapes is not None and shapes[index] is not None else None
        received = dict(row)
        if geometry is not None and not geometry.is_empty:
            located = _geographic(geometry, crs)
            row.pop("wkt", None)
            if located is None:
                row["wkt"] = f"{geometry.geom_type} in {crs or 'an unknown reference system'}"
        else:
            located = _footprint(row)
        yield _Row(f"{layer} row {index + 1}", row, located, layer, received)


def _as_text(value: Any) -> str | None:
    """A cell as an inventory in text would have it."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or isinstance(plain, bytes) or (isinstance(plain, float) and not math.isfinite(plain)):
        return None
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    return str(plain).strip() or None
