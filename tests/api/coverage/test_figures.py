"""Coverage figures of recorded scenes, asked over HTTP, agree with pyproj's geodesic areas within 0.1 %."""

import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import shapely
from pyproj import Geod
from shapely.affinity import scale, translate
from shapely.geometry import shape
from shapely.geometry.polygon import orient

from index.protocol import Index
from tests.index.helpers import batch
from tests.support.items import make_document
from tests.support.serving import serving

_GEOD = Geod(ellps="WGS84")
_LAYERS = ("open", "held", "orderable")
_WITHIN = 1e-3
SAMPLES = {
    "PHR, San Francisco": "airbus/oneatlas_opensearch_v1_san_francisco.json",
    "PNEO, Barcelona": "airbus/oneatlas_opensearch_v2_pneo_response.json",
    "PHR, Berlin": "airbus/up42py_search_response.json",
    "TerraSAR-X, Sweden": "airbus/sar_catalogue_replication_TSX1_2008.json",
    "Sentinel-2, Guam": "cnes/peps_search_S2ST_eodag.json",
    "Sentinel-2, Canada": "cnes/geodes_search_PEPS_S2_L1C_eodag.json",
}

Sample = Callable[[str], bytes]


def footprints(sample: Sample, name: str) -> list[Any]:
    features = json.loads(sample(SAMPLES[name]))["features"]
    return [part for feature in features for part in shapely.get_parts(shapely.force_2d(shape(feature["geometry"])))]


def geodesic_km2(geometry: Any) -> float:
    """GeoJSON's edges are straight in longitude and latitude: cut short, geodesics follow them."""
    areas = []
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon" and not part.is_empty:
            west, south, east, north = part.bounds
            areas.append(abs(_GEOD.geometry_area_perimeter(shapely.segmentize(orient(part), max(east - west, north - south) / 500))[0]))
    return math.fsum(areas) / 1e6


def around(shapes: list[Any], margin: float) -> Any:
    west, south, east, north = shapely.total_bounds(shapes)
    wide, high = (east - west) * margin, (north - south) * margin
    return shapely.box(west - wide, south - high, east + wide, north + high)


def check(index: Index, shapes: list[Any], area: Any) -> None:
    """Each scene is in turn open, held and orderable; sums are made of plain unions."""
    layers = [_LAYERS[n % 3] for n in range(len(shapes))]
    made = [
        make_document(f"s{n}", "c", geometry=one, availability=layer) for n, (one, layer) in enumerate(zip(shapes, layers, strict=True))
    ]
    index.apply(batch(items=made))
    index.refresh()
    with serving(index) as base:
        body = {"geometry": shapely.geometry.mapping(area), "datetime": "2024-01-01T00:00:00Z"}
        answer = httpx.post(f"{base}/coverage", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["area_km2"] == pytest.approx(geodesic_km2(area), rel=_WITHIN)
    before = shapely.Polygon()
    for layer in _LAYERS:
        union = shapely.intersection(area, shapely.union_all([one for one, own in zip(shapes, layers, strict=True) if own == layer]))
        told = found["coverage"][layer]
        assert told["km2"] == pytest.approx(geodesic_km2(union), rel=_WITHIN)
        assert told["beyond_km2"] == pytest.approx(geodesic_km2(shapely.difference(union, before)), rel=_WITHIN, abs=1e-5)
        assert told["share"] == pytest.approx(told["km2"] / found["area_km2"], abs=1e-6)
        before = shapely.union(before, union)
    rest = geodesic_km2(shapely.difference(area, before))
    assert found["coverage"]["covered"]["km2"] == pytest.approx(geodesic_km2(before), rel=_WITHIN)
    assert found["coverage"]["uncovered"]["km2"] == pytest.approx(rest, rel=_WITHIN, abs=1e-5)
    left = shape(found["uncovered"]) if found["uncovered"] else shapely.Polygon()
    assert geodesic_km2(left) == pytest.approx(rest, rel=_WITHIN, abs=1e-5)
    for scene in found["scenes"]:
        own = shapely.intersection(area, shapes[int(scene["id"][1:])])
        assert scene["km2"] == pytest.approx(geodesic_km2(own), rel=_WITHIN)
    assert math.fsum(scene["adds_km2"] for scene in found["scenes"]) == pytest.approx(geodesic_km2(before), rel=_WITHIN)


@pytest.mark.parametrize("margin", [0.1, -0.2], ids=["wider than the scenes", "cutting them"])
@pytest.mark.parametrize("name", SAMPLES)
def test_figures_of_recorded_scenes_agree_with_geodesic_areas(index: Index, sample: Sample, name: str, margin: float) -> None:
    shapes = footprints(sample, name)
    check(index, shapes, around(shapes, margin))


@pytest.mark.parametrize("size", [0.05, 1, 4], ids=["a twentieth", "as large", "fourfold"])
@pytest.mark.parametrize("latitude", [-75, -46, 0, 60, 80])
def test_figures_agree_at_every_latitude_and_size(index: Index, sample: Sample, latitude: float, size: float) -> None:
    """The strips over San Francisco, elsewhere and of another size."""
    shapes = footprints(sample, "PHR, San Francisco")
    west, south, east, north = shapely.total_bounds(shapes)
    centre = ((west + east) / 2, (south + north) / 2)
    moved = [translate(scale(one, size, size, origin=centre), -centre[0], latitude - centre[1]) for one in shapes]
    check(index, moved, around(moved, 0.1))


@pytest.mark.parametrize("name", SAMPLES)
def test_one_scene_has_the_area_that_geodesics_between_its_corners_enclose(index: Index, sample: Sample, name: str) -> None:
    """Whichever way edges are understood, at the size of a scene."""
    one = footprints(sample, name)[0]
    index.apply(batch(items=[make_document("one", geometry=one)]))
    index.refresh()
    with serving(index) as base:
        body = {"geometry": shapely.geometry.mapping(one), "datetime": "2024-01-01T00:00:00Z"}
        found = httpx.post(f"{base}/coverage", json=body, timeout=30).json()
    assert found["coverage"]["open"]["share"] == 1.0
    assert found["area_km2"] == pytest.approx(abs(_GEOD.geometry_area_perimeter(orient(one))[0]) / 1e6, rel=_WITHIN)
