"""Rows of a partner's inventory: one image each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from mappings.dinamis.members import address, resolution, unsigned
from mappings.inventory import tables
from mappings.inventory.cells import check_footprint, check_lines, decimal, product_id, times_of
from mappings.ogc.described import Described
from mappings.ogc.eop import level_of
from mappings.ogc.hrefs import Hrefs, media_type
from mappings.ogc.moments import Period
from mappings.ogc.texts import line
from mappings.record import Answer, Broken, Record
from mappings.scenes import parse_scene
from mappings.times import parse_time
from mappings.values import integer, mapping, percent, text

KIND = "inventory"
MEDIA_TYPE = "application/json"


def row_reader(source: str) -> tables.RowReader:
    """Makes Records of rows of that source."""

    def to_record(row: dict[str, str], geometry: dict[str, Any] | None, layer: str | None = None) -> Record:
        check_lines(row)
        product, href = product_id(row, "id"), address(row.get("href"))
        # An address that is no plain https one could hold a signature or a password: it is not kept.
        kept = {name: unsigned(value) for name, value in row.items() if name != "href"} | ({"href": href} if href else {})
        raw = orjson.dumps({"kind": KIND, "row": kept, "geometry": geometry})
        native_id = f"{KIND}:{layer}:{product}" if layer else f"{KIND}:{product}"
        return Record(source, native_id, None, raw, media_type=MEDIA_TYPE)

    return to_record


def csv_entries(lines: Iterable[str], source: str, columns: Mapping[str, str] | None = None) -> Iterator[Record | Broken]:
    """Rows of a CSV file one after the other, see mappings/inventory/tables.py. Raises NotAnAnswer at once."""
    return tables.csv_entries(lines, row_reader(source), columns)


def read_csv(body: bytes, source: str, columns: Mapping[str, str] | None = None) -> Answer:
    """All rows of a CSV file. Raises NotAnAnswer."""
    return tables.read_csv(body, row_reader(source), columns)


def read_geopackage(body: bytes, source: str, columns: Mapping[str, str] | None = None) -> Answer:
    """All rows of a GeoPackage's inventory layers. Raises NotAnAnswer."""
    return tables.read_geopackage(body, row_reader(source), columns)


def describe(members: dict[str, Any]) -> tuple[str, Described]:
    """(the product's identifier, what its row says). Raises Unmappable without identifier or date, and with a footprint that cannot be
    used; without any the image is unlocated."""
    row = mapping(members.get("row"))
    product = product_id(row, "row.id")
    check_footprint(row, members.get("geometry"))
    source_id, level, platform = text(row.get("source_id")), text(row.get("level")), text(row.get("platform"))
    found = Hrefs()
    size = integer(text(row.get("size")))
    found.asset(
        "data", row.get("href"), roles=("data",), type=media_type(row.get("href")), **{"file:size": size if size and size > 0 else None}
    )
    return product, Described(
        form="inventory",
        period=_period(row, _token(source_id, product)),
        geometry=members.get("geometry"),
        properties={
            "title": line(product),
            "gsd": resolution(decimal(row.get("gsd"))),
            "eo:cloud_cover": percent(decimal(row.get("cloud_cover"))),
            "view:incidence_angle": _angle(decimal(row.get("incidence"))),
            "processing:level": level_of(level),
        },
        platforms=(platform,),
        names=(source_id, product),
        prose=(text(row.get("spectral")),),
        terms=(product, platform, level),
        level=level,
        hrefs=found,
    )


def _token(*names: str | None) -> datetime | None:
    return next((scene.instant for name in names if (scene := parse_scene(name)) and scene.instant), None)


def _period(row: dict[str, Any], token: datetime | None) -> Period:
    told = times_of(row, token)
    start = parse_time(told.get("datetime") or told.get("start_datetime"), "row.date")
    return Period(start, parse_time(told["end_datetime"], "row.date") if told.get("end_datetime") else start)


def _angle(value: float | None) -> float | None:
    return abs(value) if value is not None and -90 <= value <= 90 else None
