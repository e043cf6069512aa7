"""Items of the commercial catalogue and of the archive, from the identifiers that a test is about."""

from typing import Any

from mappings.record import Item
from mappings.scenes import find_scenes, parse_scene
from mappings.times import format_time
from tests.support.items import make_item

_NOON = "2020-01-01T12:00:00Z"


def square(west: float, width: float = 1.0) -> tuple[float, float, float, float]:
    """A box of one degree of latitude, as wide as told."""
    return (west, 45.0, west + width, 46.0)


def catalogue_item(item_id: str, *, product: str | None = None, area: Any = (0.0, 45.0, 1.0, 46.0), along: float | None = None) -> Item:
    """As mappings/airbus/optical.py makes them: of the catalogue's record and, where it is told, of a product's."""
    scene = parse_scene(item_id)
    assert scene is not None
    records = [{"id": "album", "processing_level": "ALBUM", "source_identifier": item_id}]
    if product:
        records.append({"id": "sensor", "processing_level": "SENSOR", "source_identifier": product})
    return make_item(
        item_id,
        "airbus-spot" if scene.platform.startswith("SPOT") else "airbus-phr",
        datetime=format_time(scene.instant) if scene.instant else _NOON,
        box=area,
        availability="orderable",
        source="airbus",
        platform=scene.platform.lower(),
        **{
            "airbus:source_identifier": item_id,
            "airbus:parent_identifier": item_id,
            "airbus:archive_identifier": item_id,
            "airbus:incidence_along": along,
            "airbus:records": records,
        },
    )


def held_item(
    item_id: str,
    *,
    source_id: str | None = None,
    source_ids: list[str] | None = None,
    area: Any = (0.0, 45.0, 1.0, 46.0),
    along: float | None = None,
    availability: str = "held",
    datetime: str | None = None,
    **properties: Any,
) -> Item:
    """As mappings/dinamis makes them."""
    scene = next((one for name in (source_id, item_id) if name for one in find_scenes(name)), None)
    instant = scene.instant if scene else None
    platform = (scene.platform if scene else "PHR1A").lower()
    return make_item(
        item_id,
        "dinamis-pleiades" if platform.startswith("phr") else "dinamis-spot67",
        datetime=datetime or (format_time(instant) if instant else _NOON),
        box=area,
        availability=availability,
        licence="dsp-pleiades" if availability == "held" else None,
        source="dinamis",
        **{
            "platform": platform,
            "dinamis:acquisition_id": source_id,
            "dinamis:source_ids": source_ids,
            "dinamis:incidence_along": along,
            **properties,
        },
    )
