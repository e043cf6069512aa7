"""Outlines of the yearly coverages."""

import pytest
import shapely
from shapely.geometry import Point, shape

from mappings import coverages
from mappings.coverages.outlines import MAINLAND, OVERSEAS, outline
from mappings.record import Unmappable
from tests.mappings.test_coverages import capabilities, items_of
from tests.support.outlines import parts_of, territories


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ("METROPOLE", (5.4, 43.35)),
        ("METROPOLE", (9.1, 42.2)),
        ("CORSE", (9.1, 42.2)),
        ("GUYANE", (-53.0, 4.0)),
        ("REUNION", (55.5, -21.1)),
        ("LA-REUNION", (55.5, -21.1)),
        ("MAYOTTE", (45.15, -12.8)),
        ("GUADELOUPE", (-61.65, 16.2)),
        ("MARTINIQUE", (-61.0, 14.65)),
        ("NOUVELLE-CALEDONIE", (165.5, -21.5)),
    ],
)
def test_outlines_hold_their_places(place: str, inside: tuple[float, float]) -> None:
    geometry, _ = outline(place)
    assert shape(geometry).is_valid
    assert shape(geometry).buffer(0.05).contains(Point(inside))


def test_the_mainland_is_neither_overseas_nor_abroad() -> None:
    geometry, bbox = outline(MAINLAND)
    assert bbox == pytest.approx([-5.1, 41.4, 9.6, 51.1], abs=0.1)
    assert not any(shape(geometry).contains(Point(at)) for at in ((-0.1, 51.5), (7.4, 46.9), (2.2, 41.4), (-53.0, 4.0)))


def test_spot_is_of_the_mainland_and_pleiades_of_the_regions_overseas_too() -> None:
    items = items_of(coverages.read(capabilities("SPOT.2018", "PLEIADES.2018", "PLEIADES.MAYOTTE.2024-06")))
    assert shape(items["spot-2018"]["geometry"]).equals(shape(outline(MAINLAND)[0]))
    pleiades = shape(items["pleiades-2018"]["geometry"])
    assert all(pleiades.buffer(0.001).contains(shape(outline(place)[0])) for place in (MAINLAND, *OVERSEAS))
    assert "partielle" in items["pleiades-2018"]["properties"]["description"]
    assert shape(items["pleiades-mayotte-2024-06"]["geometry"]).equals(shape(outline("MAYOTTE")[0]))


def test_a_place_without_outline_is_unmappable_not_somewhere() -> None:
    (record,) = coverages.read(capabilities("PLEIADES.ATLANTIDE.2027")).records
    with pytest.raises(Unmappable, match="ATLANTIDE"):
        coverages.to_item(record)


def test_outlines_are_made_of_arcs_that_several_countries_share() -> None:
    # A unit square cut along its diagonal; the second country runs its half of the border backwards.
    topology = {
        "transform": {"scale": [0.5, 0.5], "translate": [0, 0]},
        "arcs": [[[0, 0], [2, 2]], [[2, 2], [-2, 0], [0, -2]], [[2, 2], [0, -2], [-2, 0]]],
        "objects": {
            "countries": {
                "geometries": [
                    {"type": "Polygon", "id": "1", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "id": "2", "arcs": [[[2, 0]]]},
                    {"type": "Polygon", "id": "3", "arcs": [[-1, 2]]},
                ]
            }
        },
    }
    (first,), (second,) = list(parts_of(topology, "1")), list(parts_of(topology, "2"))
    assert (first.area, second.area) == (0.5, 0.5)
    assert shapely.union(first, second).area == 1
    assert territories.__doc__
