"""One row of an inventory of purchased images as an Item."""

from typing import Any

import orjson

from mappings.dinamis.held import Mission, auth_of, held_item, mission_of, refuse_neo, scene_of
from mappings.dinamis.members import address, between, present, resolution, unsigned
from mappings.inventory.cells import check_footprint, check_lines, decimal, moment, product_id, times_of
from mappings.record import Item, Record, Unmappable
from mappings.scenes import Scene
from mappings.values import integer, mapping, percent, text

__all__ = ["FORM", "KIND", "check_footprint", "decimal", "moment", "to_item", "to_record"]

FORM = "inventory"
KIND = "inventory"
# Levels by the names of the archive's products (report §3.2) and of delivered files (report §5.1, grammar FILE).
_LEVELS = {"BRUT": "SENSOR", "SEN": "SENSOR", "ORT": "ORTHO", "PRJ": "PROJECTED", "MOS": "MOSAIC"}


def to_record(row: dict[str, str], geometry: dict[str, Any] | None, layer: str | None = None) -> Record:
    """The Record of a row whose columns are canonical, of a file's layer if it has several. Raises Unmappable when no identifier
    tells the product from all others."""
    check_lines(row)
    product = product_id(row, "id")
    href = address(row.get("href"))
    # An address that is no plain https one could hold a signature or a password: it is not kept.
    kept = {name: unsigned(value) for name, value in row.items() if name != "href"} | ({"href": href} if href else {})
    raw = orjson.dumps({"kind": KIND, "row": kept, "geometry": geometry})
    native_id = f"{KIND}:{layer}:{product}" if layer else f"{KIND}:{product}"
    return Record(source="dinamis", native_id=native_id, updated=None, raw=raw, media_type="application/json")


def to_item(record: Record, members: dict[str, Any]) -> Item:
    """The Item of a row. Raises Unmappable without identifier, time or mission, with a footprint that is unusable, and for Pléiades
    Neo."""
    row = mapping(members.get("row"))
    item_id, source_id, href = product_id(row, "row.id"), text(row.get("source_id")), address(row.get("href"))
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
            **times_of(row, scene.instant if scene else None),
            "gsd": resolution(decimal(row.get("gsd"))),
            "eo:cloud_cover": percent(decimal(row.get("cloud_cover"))),
            "view:incidence_angle": between(0, decimal(row.get("incidence")), 90),
            "processing:level": _level(row, item_id),
            "dinamis:spectral_processing": text(row.get("spectral")),
            "dinamis:acquisition_id": source_id,
        },
        assets={"data": asset} if asset else None,
    )


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
