"""One row of an inventory of purchased images as an Item."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import orjson

from mappings.dinamis.held import Mission, auth_of, held_item, mission_of, refuse_neo, scene_of
from mappings.dinamis.members import address, between, present, resolution, unsigned
from mappings.geometry import clean_footprint
from mappings.record import Item, Record, Unmappable
from mappings.scenes import Scene
from mappings.times import format_time, usable_time
from mappings.values import integer, mapping, number, percent, text

FORM = "inventory"
KIND = "inventory"
# Levels by the names of the archive's products (report §3.2) and of delivered files (report §5.1, grammar FILE).
_LEVELS = {"BRUT": "SENSOR", "SEN": "SENSOR", "ORT": "ORTHO", "PRJ": "PROJECTED", "MOS": "MOSAIC"}
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(.*))?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
# A product's name has at least its satellite; less is a row's number or somebody's short-hand, which the next list uses again.
_ROW_NUMBER = re.compile(r"[\d\s]+(?:[.,]0+)?")
_SHORTEST = 6
_BOUNDS = ("west", "south", "east", "north")
_CLOCK = re.compile(r"(\d{1,2})[:hH](\d\d)(?:[:mM](\d\d(?:[.,]\d+)?)?)?\s*(?:Z|UTC|TU)?")

# Cells that no archive writes over several lines: with a break in them, a quote has swallowed other rows.
_ONE_LINE = ("id", "platform", "date", "time", "source_id", "level")


def to_record(row: dict[str, str], geometry: dict[str, Any] | None, layer: str | None = None) -> Record:
    """The Record of a row whose columns are canonical, of a file's layer if it has several. Raises Unmappable when no identifier
    tells the product from all others."""
    for name in _ONE_LINE:
        if "\n" in row.get(name, "") or "\r" in row.get(name, ""):
            raise Unmappable("a line break where none belongs: is a quote before it never closed?", name)
    product = _product_id(row, "id")
    href = address(row.get("href"))
    # An address that is no plain https one could hold a signature or a password: it is not kept.
    kept = {name: unsigned(value) for name, value in row.items() if name != "href"} | ({"href": href} if href else {})
    raw = orjson.dumps({"kind": KIND, "row": kept, "geometry": geometry})
    native_id = f"{KIND}:{layer}:{product}" if layer else f"{KIND}:{product}"
    return Record(source="dinamis", native_id=native_id, updated=None, raw=raw, media_type="application/json")


def _product_id(row: dict[str, Any], field: str) -> str:
    found = text(row.get("id"))
    if found is None:
        raise Unmappable("no identifier", field)
    if len(found) < _SHORTEST or _ROW_NUMBER.fullmatch(found):
        said = "is a number, as of a row" if _ROW_NUMBER.fullmatch(found) else "is too short"
        told = "it does not tell this image from those of other lists; name the column of the product in `columns` (id)"
        raise Unmappable(f"{found[:40]!r} {said}: {told}", field)
    return found


def to_item(record: Record, members: dict[str, Any]) -> Item:
    """The Item of a row. Raises Unmappable without identifier, time or mission, with a footprint that is unusable, and for Pléiades
    Neo."""
    row = mapping(members.get("row"))
    item_id, source_id, href = _product_id(row, "row.id"), text(row.get("source_id")), address(row.get("href"))
    refuse_neo("row", *row.values())
    check_footprint(row, members.get("geometry"))
    scene = scene_of(source_id, item_id)
    asset = _asset(href, row) if href else None
    return held_item(
        record,
        item_id=item_id,
        form=FORM,
        mission=_mission(row, item_id, scene),
        scene=scene,
        footprint=members.get("geometry"),
        properties={
            **_times(row, scene),
            "gsd": resolution(decimal(row.get("gsd"))),
            "eo:cloud_cover": percent(decimal(row.get("cloud_cover"))),
            "view:incidence_angle": between(0, decimal(row.get("incidence")), 90),
            "processing:level": _level(row, item_id),
            "dinamis:spectral_processing": text(row.get("spectral")),
            "dinamis:acquisition_id": source_id,
        },
        assets={"data": asset} if asset else None,
    )


def check_footprint(row: dict[str, Any], geometry: Any) -> bool:
    """Whether the row has a footprint. Raises Unmappable for one that cannot be used: an unlocated image is not found by area."""
    if row.get("wkt"):
        # What could be read was taken out of the row.
        raise Unmappable(f"a footprint that cannot be read: {str(row['wkt'])[:60]!r}", "row.wkt")
    bounds = [decimal(row.get(name)) for name in _BOUNDS]
    if geometry is None:
        if None not in bounds:
            raise Unmappable(f"south is north of north: {bounds}", "row.south")
        return False
    try:
        clean_footprint(geometry)
    except Unmappable as error:
        columns = "wkt" if None in bounds else "wkt, or west, south, east and north"
        advice = 'degrees are meant, unless the cell begins with its EPSG code, as "SRID=2154;POLYGON…" (in quotes) for Lambert-93'
        raise Unmappable(f"{error.reason}; column {columns}: {advice}", "row.wkt") from None
    return True


def decimal(value: Any) -> float | None:
    """A number as inventories write it: `12,5`, `12 %`, `1,5 m`."""
    return number(value.strip().rstrip("%°m ").replace(",", ".")) if isinstance(value, str) else number(value)


def moment(date: Any, clock: Any = None) -> tuple[datetime, bool] | None:
    """(instant, whether the time of day is told) of a date, which may hold a time, and a time; read as UTC."""
    written = text(date) or ""
    french, compact = _FRENCH.fullmatch(written), _COMPACT.fullmatch(written)
    if french:
        day, month, year, rest = french.groups()
        written, clock = f"{year}-{int(month):02d}-{int(day):02d}", rest or clock
    elif compact:
        written = "-".join(compact.groups())
    when = usable_time(written)
    if when is None:
        return None
    if len(written) > 10:
        return when, True
    told = _CLOCK.fullmatch(text(clock) or "")
    exact = usable_time(f"{written}T{int(told[1]):02d}:{told[2]}:{(told[3] or '00').replace(',', '.')}Z") if told else None
    return (exact, True) if exact else (when, False)


def _times(row: dict[str, Any], scene: Scene | None) -> dict[str, Any]:
    """What the row says; of a day without a time the identifier's instant on that day, else the whole day."""
    said = moment(row.get("date"), row.get("time"))
    token = scene.instant if scene else None
    if said and said[1] and not _is_day_of(said[0], token):
        return {"datetime": format_time(said[0])}
    if token and (said is None or abs(token.astimezone(UTC).date() - said[0].date()) <= timedelta(days=1)):
        return {"datetime": format_time(token)}
    if said is None:
        raise Unmappable("no acquisition date", "row.date")
    end = said[0].replace(hour=23, minute=59, second=59)
    return {"datetime": None, "start_datetime": format_time(said[0]), "end_datetime": format_time(end)}


def _is_day_of(said: datetime, token: datetime | None) -> bool:
    """Whether the row has but the day of the identifier's instant: exports write a day as its midnight."""
    return token is not None and said.time() == time.min and token.astimezone(UTC).date() == said.date()


def _mission(row: dict[str, Any], item_id: str, scene: Scene | None) -> Mission:
    told = mission_of(text(row.get("platform")))
    by_scene = mission_of(scene.platform if scene else None)
    # A product named SPOT6_… may hold SPOT 7 images (report §3.2): a name tells the mission, not the satellite.
    by_name = mission_of(item_id)
    found = by_scene or told or (Mission(by_name.name, None) if by_name else None)
    if found is None:
        raise Unmappable("neither SPOT 6/7 nor Pléiades", "row.platform")
    return found


def _level(row: dict[str, Any], item_id: str) -> str | None:
    told = text(row.get("level"))
    if told:
        return _LEVELS.get(told.upper(), told)
    parts = item_id.upper().split("_")
    return next((_LEVELS.get(part, part) for part in parts if part in _LEVELS or part == "ORTHO"), None)


def _asset(href: str, row: dict[str, Any]) -> dict[str, Any]:
    size = integer(text(row.get("size")))
    return present(
        {"href": href, "roles": ["data"], "file:size": size if size is not None and size >= 0 else None, "auth:refs": auth_of(href)}
    )
