"""Whatever a record holds: a valid Item or Unmappable, never anything else."""

import copy
from functools import cache
from typing import Any

import orjson
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mappings import airbus
from mappings.airbus import optical
from mappings.geometry import _area, clean_footprint
from mappings.record import NotAnAnswer, Record, Unmappable
from mappings.validation import Validator
from tests.support.shared import shared

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    [
        "", " ", "\x00", "é" * 300, "DS_PHR1B_209913181857160_FR1_PX_W123N37_0720_04750", "https://[", "http://x", "PHR", "SPOT5", "IMFv6",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60Z", "-0", "1e400", "٣", -1, 1e308, 2**63, [], {}, [[]], None, True,
    ]
)  # fmt: skip


@cache
def features() -> list[dict[str, Any]]:
    """Recorded ones of each mission."""
    found = []
    for name, chosen in (
        ("oneatlas_opensearch_v1_san_francisco", slice(2, 5)),
        ("oneatlas_opensearch_v2_pneo_response", slice(1)),
        ("up42docs_spot-display-streaming_0", slice(1)),
    ):
        found += orjson.loads(shared(f"samples/airbus/{name}.json").read_bytes())["features"][chosen]
    return found


OUR_SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    return [path, *(found for key, member in members for found in _paths(member, (*path, key)))][0 if path else 1 :]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    feature = copy.deepcopy(draw(st.sampled_from(features())))
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(_paths(feature)))
        parent: Any = feature
        for key in path[:-1]:
            parent = parent[key]
        if isinstance(parent, dict) and draw(st.booleans()):
            del parent[path[-1]]
        else:
            parent[path[-1]] = copy.deepcopy(draw(JSON | HOSTILE))
        if not _paths(feature):
            break
    return feature


@given(feature=mutated())
@OUR_SETTINGS
def test_a_mutated_feature_is_a_valid_item_or_unmappable(feature: dict[str, Any], validator: Validator) -> None:
    try:
        item = airbus.to_item(optical.to_record(feature))
    except Unmappable:
        return
    validator.check(item)
    assert item["geometry"]
    assert item["properties"]["datetime"]
    assert item["id"] != item["properties"]["moisson:source_id"]


@given(value=JSON)
@example(value={"properties": {"acquisitionIdentifier": "x"}, "geometry": {"type": "Polygon", "coordinates": [1, 2]}})
@OUR_SETTINGS
def test_any_json_is_a_valid_item_or_unmappable(value: Any, validator: Validator) -> None:
    try:
        validator.check(airbus.to_item(Record("airbus", "x", None, orjson.dumps(value))))
    except Unmappable:
        return


@given(body=st.binary(max_size=60) | JSON.map(orjson.dumps))
@OUR_SETTINGS
def test_any_bytes_are_an_answer_or_not(body: bytes) -> None:
    try:
        airbus.read(body)
    except NotAnAnswer:
        return


POSITIONS = st.tuples(st.floats(-60, 60), st.floats(-60, 60)).map(list)


@given(ring=st.lists(POSITIONS, min_size=3, max_size=9))
@OUR_SETTINGS
def test_the_short_way_of_a_footprint_gives_what_the_long_way_does(ring: list[list[float]]) -> None:
    closed = shapely.Polygon([*ring, ring[0]])
    if not closed.is_valid or closed.area < 1e-6:
        return
    geometry, bbox = clean_footprint({"type": "Polygon", "coordinates": [ring]})
    long_geometry, long_bbox = _area(closed, "geometry")
    assert bbox == long_bbox
    assert shapely.geometry.shape(geometry).equals(shapely.geometry.shape(long_geometry))
    assert shapely.geometry.shape(geometry).exterior.is_ccw
