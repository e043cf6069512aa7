"""Inventories as files: CSV and GeoPackage, decoded into records. Bytes in, records out."""

import csv
import io
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson
import pyproj
import shapely

from mappings.dinamis.columns import is_inventory, recognise
from mappings.dinamis.inventory import decimal, to_record
from mappings.geometry import box, mapping_of
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable

_SRID = re.compile(r"\s*SRID=(\d{1,6});", re.I)


def read_csv(body: bytes, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of a CSV file: `;`, `,` or tab, UTF-8 (with or without BOM) or Latin-1, headers in the first line.

    `columns` maps canonical names to headers that are not common ones. Raises NotAnAnswer without an inventory's header.
    """
    try:
        content = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = body.decode("latin-1")
    first = content.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    lines = _lines(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    _, headers = next(((number, cells) for number, cells in lines if isinstance(cells, list)), (0, []))
    found = recognise(headers, columns)
    if not is_inventory(found):
        raise NotAnAnswer(f"no header of an inventory: {first[:120]!r}")
    return _collect(_cells(lines, found, len(headers)))


def _lines(reader: Any) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """(line number, cells or what is wrong with them); blank lines are no rows."""
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield reader.line_num, error
            continue
        if cells is None:
            return
        if cells:
            yield reader.line_num, cells


_Row = tuple[str, dict[str, str] | str, Any, Any]
"""(name of the row, canonical cells or the reason why there are none, geometry, cells as received)"""


def _cells(lines: Iterable[tuple[int, list[str] | csv.Error]], found: Mapping[str, int], width: int) -> Iterator[_Row]:
    for number, cells in lines:
        name = f"line {number}"
        if isinstance(cells, csv.Error):
            yield name, str(cells), None, None
        elif len(cells) > width:
            yield name, f"{len(cells)} columns where the header has {width}", None, cells
        else:
            row = {key: cells[at].strip() for key, at in found.items() if at < len(cells) and cells[at].strip()}
            yield name, row, _footprint(row), cells


def _collect(rows: Iterable[_Row]) -> Answer:
    records: list[Record] = []
    broken: list[Broken] = []
    for name, row, geometry, received in rows:
        try:
            if isinstance(row, str):
                raise Unmappable(row, "row")
            records.append(to_record(row, geometry))
        except Unmappable as error:
            raw = orjson.dumps(received)
            # Lines of two inventories have the same numbers.
            native_id = f"{name.replace(' ', '-')}-{blake2b(raw, digest_size=8).hexdigest()}"
            broken.append(Broken(native_id, f"{name}: {error.reason}", error.field, raw))
    return Answer(tuple(records), tuple(broken))


def _footprint(row: dict[str, str]) -> dict[str, Any] | None:
    """From well-known text, else from the bounds; the cells that it was made from are then left out."""
    bounds = [decimal(row.get(name)) for name in ("west", "south", "east", "north")]
    match = _SRID.match(row.get("wkt", ""))
    if "wkt" in row:
        try:
            geometry = shapely.from_wkt(row["wkt"][match.end() :] if match else row["wkt"])
        except shapely.errors.GEOSException:
            geometry = None
        if geometry is not None and not geometry.is_empty:
            del row["wkt"]
            return _geographic(geometry, f"EPSG:{match[1]}" if match else None)
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


def read_geopackage(body: bytes, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of every inventory layer of a GeoPackage, footprints turned to lon/lat. Raises NotAnAnswer when there is none."""
    answers = []
    for layer, meta, shapes, fields in _layers(body):
        found = recognise(list(meta["fields"]), columns)
        if is_inventory(found) or ("id" in found and shapes is not None):
            answers.append(_collect(_features(layer, meta["crs"], shapes, fields, found)))
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
        located = _geographic(geometry, crs) if geometry is not None and not geometry.is_empty else _footprint(row)
        yield f"{layer} row {index + 1}", row, located, row


def _as_text(value: Any) -> str | None:
    """A cell as an inventory in text would have it."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or isinstance(plain, bytes) or (isinstance(plain, float) and not math.isfinite(plain)):
        return None
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    return str(plain).strip() or None
