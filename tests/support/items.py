"""Valid Items and Documents for tests, from the few values that a test is about."""

from typing import Any

from shapely.geometry import mapping

from index.document import Document, to_document
from mappings.facts import Availability, Facts
from mappings.geometry import box as area_of
from mappings.geometry import optional_footprint
from mappings.item import build_item
from mappings.record import Item, Record

LICENCES = {"open": "copernicus", "held": "dinamis-spot67", "orderable": "airbus-optical", "view": "unknown", "unknown": "unknown"}
"""The licence that an Item gets when a test does not care."""

_ORDER = {"held": {"order:status": "succeeded"}, "orderable": {"order:status": "orderable"}}


def make_item(
    item_id: str = "a",
    collection: str = "c",
    *,
    datetime: str | None = "2024-01-01T00:00:00Z",
    start: str | None = None,
    end: str | None = None,
    box: tuple[float, float, float, float] | None = (0, 0, 1, 1),
    geometry: Any = None,
    availability: str = "open",
    licence: str | None = None,
    source: str = "test",
    **properties: Any,
) -> Item:
    """An Item at a time (RFC 3339) or in an interval. Its footprint is `geometry` (GeoJSON or shapely) or else the box, in which
    west > east crosses the antimeridian; `box=None` makes it unlocated."""
    if geometry is None and box is not None:
        geometry = area_of(*box)
    if geometry is not None and not isinstance(geometry, dict):
        geometry = _lists(mapping(geometry))
    footprint, bbox = optional_footprint(geometry)
    if start is not None or end is not None:
        properties.update(start_datetime=start, end_datetime=end)
    return build_item(
        Record(source, item_id, None, b"{}"),
        item_id=item_id,
        collection=collection,
        geometry=footprint,
        bbox=bbox,
        properties={"datetime": datetime, **_ORDER.get(availability, {}), **properties},
        facts=Facts(Availability(availability), licence or LICENCES[availability]),
    )


def document(item: Item, records: tuple[str, ...] | None = None) -> Document:
    """What an index takes; made of one record, named as the Item, unless a test says otherwise."""
    return to_document(item, item["properties"]["moisson:source"], records or (item["id"],))


def make_document(item_id: str = "a", collection: str = "c", **values: Any) -> Document:
    """document(make_item(…))."""
    return document(make_item(item_id, collection, **values))


def _lists(value: Any) -> Any:
    """Lists where shapely gives tuples, as JSON does."""
    if isinstance(value, dict):
        return {name: _lists(member) for name, member in value.items()}
    return [_lists(member) for member in value] if isinstance(value, list | tuple) else value
