"""From the stand-ins of three archives to one search with exclude_airbus: totals asserted exactly, on both indexes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pystac_client import Client
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from index.protocol import Index
from index.state import Outcome
from mappings.geometry import box
from mappings.times import parse_time
from mappings.validation import Validator
from tests.support.harvesting import all_items, harvest_all, settings_for
from tests.support.serving import serving
from tests.upstreams import Truth, Upstreams, World, write_deliveries

WORLD = World(2000)
Truths = list[tuple[Truth, BaseGeometry]]


@dataclass(frozen=True)
class Served:
    base: str
    index: Index


@pytest.fixture(scope="module")
def served(store: Index, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """2,000 scenes, 300 of them purchased and at Airbus too, harvested once per index and served."""
    deliveries = tmp_path_factory.mktemp("deliveries")
    write_deliveries(WORLD, deliveries)
    with Upstreams(WORLD) as up:
        runs = harvest_all(store, settings_for(up, deliveries))
    assert [run.outcome for run in runs.values()] == [Outcome.COMPLETE] * 3, runs
    with serving(store) as base:
        yield Served(base, store)


@pytest.fixture(scope="module")
def truth() -> Truths:
    return [(entry, MultiPolygon([Polygon(ring) for ring in entry.rings])) for entry in WORLD.truth()]


def search(base: str, limit: int, *, exclude_airbus: bool = False, **conditions: Any) -> list[str]:
    """All ids that pystac-client, unmodified, pages through."""
    client = Client.open(base, parameters={"exclude_airbus": "true"} if exclude_airbus else None)
    method = "POST" if "intersects" in conditions else "GET"
    return [item["id"] for item in client.search(limit=limit, method=method, **conditions).items_as_dicts()]


def test_every_scene_is_an_item_with_its_facts(served: Served, truth: Truths, validator: Validator) -> None:
    items = all_items(served.index)
    assert len(items) == 2000
    by_id = {item["id"]: item for item in items.values()}
    for entry, footprint in truth:
        item = by_id[entry.id]
        properties = item["properties"]
        assert (properties["moisson:source"], properties["moisson:availability"]) == (entry.source, entry.availability)
        # GEODES writes some times without their fraction of a second.
        assert abs((parse_time(properties["datetime"], "t") - entry.datetime).total_seconds()) < 1, entry.id
        assert shape(item["geometry"]).symmetric_difference(footprint).area < 1e-6 * footprint.area
    for item in list(by_id.values())[::20]:
        validator.check(item)


@pytest.mark.parametrize("limit", [1, 10, 100, 1000])
def test_exclude_airbus_returns_everything_but_what_is_orderable(served: Served, truth: Truths, limit: int) -> None:
    everything, rest = search(served.base, limit), search(served.base, limit, exclude_airbus=True)
    assert (len(everything), len(rest)) == (2000, 1200)
    assert set(everything) == {entry.id for entry, _ in truth}
    assert set(rest) == {entry.id for entry, _ in truth if entry.availability != "orderable"}


_FRANCE = [-5.2013, 41.3017, 9.6019, 51.1023]
_FIJI = [170.0013, -25.0017, -170.0019, -5.0023]
_POLYGON = {
    "type": "Polygon",
    "coordinates": [[[1.0013, 42.5017], [6.5019, 43.0023], [5.0029, 48.0031], [-1.0037, 47.5041], [1.0013, 42.5017]]],
}
_YEARS = "2018-03-01T00:00:00.000001Z/2021-09-30T23:59:59.999999Z"


@pytest.mark.parametrize("limit", [1, 10, 100, 1000])
@pytest.mark.parametrize(
    "conditions", [{"bbox": _FRANCE, "datetime": _YEARS}, {"bbox": _FIJI}, {"intersects": _POLYGON}, {"datetime": _YEARS}]
)
def test_totals_by_bbox_polygon_and_datetime(served: Served, truth: Truths, limit: int, conditions: dict[str, Any]) -> None:
    for exclude_airbus in (False, True):
        expected = {
            entry.id
            for entry, footprint in truth
            if _matches(entry, footprint, conditions) and not (exclude_airbus and entry.availability == "orderable")
        }
        assert expected
        found = search(served.base, limit, exclude_airbus=exclude_airbus, **conditions)
        assert len(found) == len(expected)
        assert set(found) == expected
        body = {**conditions, "limit": 1, "exclude_airbus": exclude_airbus}
        assert httpx.post(f"{served.base}/search", json=body).json()["numberMatched"] == len(expected)


def _matches(entry: Truth, footprint: BaseGeometry, conditions: dict[str, Any]) -> bool:
    if "datetime" in conditions:
        start, end = (parse_time(text, "t") for text in conditions["datetime"].split("/"))
        if not start <= entry.datetime <= end:
            return False
    area = box(*conditions["bbox"]) if "bbox" in conditions else shape(conditions["intersects"]) if "intersects" in conditions else None
    return area is None or bool(area.intersects(footprint))
