"""POST /coverage: what of an area is open, held, orderable; the scenes; the rest; the estimate of ordering."""

import pytest
import shapely
from shapely.geometry import shape

from api.coverage import candidates
from index.protocol import Index
from tests.api.coverage.asking import BOX, YEAR, ask, geodesic_km2, shares
from tests.index.helpers import batch
from tests.support.items import make_document
from tests.support.mounted import BASE, Client, mounted


def test_open_counts_first_then_held_beyond_it_then_orderable_beyond_both(client: Client) -> None:
    found = ask(client)
    assert shares(found) == {"open": (0.4, 0.4), "held": (0.3, 0.2), "orderable": (0.4, 0.3)}
    assert found["area_km2"] == pytest.approx(geodesic_km2(*BOX), rel=1e-3)
    for name, bounds in {"open": (2.0, 46, 2.4, 47), "held": (2.3, 46, 2.6, 47), "orderable": (2.5, 46, 2.9, 47)}.items():
        assert found["coverage"][name]["km2"] == pytest.approx(geodesic_km2(*bounds), rel=1e-3)
    assert found["coverage"]["covered"]["share"] == pytest.approx(0.9, abs=1e-6)
    assert found["coverage"]["uncovered"]["km2"] == pytest.approx(geodesic_km2(2.9, 46, 3, 47), rel=1e-3)


def test_the_scenes_say_what_they_are_what_they_cover_and_what_they_add(client: Client) -> None:
    scenes = ask(client)["scenes"]
    assert [scene["id"] for scene in scenes] == ["open", "held", "sale"]
    held = scenes[1]
    assert held["href"] == f"{BASE}/collections/dinamis/items/held"
    assert (held["availability"], held["licence"], held["download"]) == ("held", "dinamis-spot67", "after_signing")
    assert held["km2"] == pytest.approx(geodesic_km2(2.3, 46, 2.6, 47), rel=1e-3)
    assert held["adds_km2"] == pytest.approx(geodesic_km2(2.4, 46, 2.6, 47), rel=1e-3)


def test_the_uncovered_rest_is_a_geometry(client: Client) -> None:
    assert shape(ask(client)["uncovered"]).symmetric_difference(shapely.box(2.9, 46, 3, 47)).area < 1e-9
    assert ask(client, bbox=[2.0, 46.0, 2.4, 47.0])["uncovered"] is None


def test_view_and_unknown_never_count(client: Client) -> None:
    found = ask(client, bbox=[3.5, 47.2, 3.6, 47.3])
    assert found["coverage"]["covered"] == {"km2": 0.0, "share": 0.0}
    assert found["candidates"] == 0
    assert found["scenes"] == []
    assert found["estimate"] is None


def test_what_must_be_ordered_is_estimated_by_what_it_adds(client: Client) -> None:
    (request,) = ask(client)["estimate"]["requests"]
    added = geodesic_km2(2.6, 46, 2.9, 47)
    assert request["product"] == "pleiades"
    assert request["km2"] == pytest.approx(added, rel=1e-3)
    assert request["tariff"]["date"]
    assert float(request["amount"]["low"]) == pytest.approx(max(request["km2"] - 2500, 0) * 1.4, abs=0.01)
    assert float(request["amount"]["high"]) == pytest.approx((request["km2"] - 1500) * 1.4, abs=0.01)


def test_what_states_no_cloud_cover_is_not_counted_and_told(client: Client, index: Index) -> None:
    index.apply(batch(items=[make_document("silent", "s2", box=tuple(BOX)), make_document("text", "s2", box=tuple(BOX), gsd=3)]))
    index.refresh()
    found = ask(client, cloud_cover_max=20)
    assert shares(found) == {"open": (0.4, 0.4), "held": (0.0, 0.0), "orderable": (0.4, 0.4)}
    assert found["not_counted"]["cloud_cover_not_stated"] == 3  # the line states none either
    found = ask(client, gsd_max=2)
    assert shares(found) == {"open": (0.0, 0.0), "held": (0.3, 0.3), "orderable": (0.4, 0.3)}
    assert found["not_counted"]["gsd_not_stated"] == 2
    assert ask(client)["coverage"]["open"]["share"] == 1.0


def test_a_footprint_without_area_is_told(client: Client) -> None:
    assert ask(client)["not_counted"]["without_area"] == 1


def test_airbus_can_be_left_out_and_only_what_is_accessible_asked_for(client: Client) -> None:
    assert shares(ask(client, exclude_airbus=True))["orderable"] == (0.0, 0.0)
    assert shares(ask(client, accessible=True)) == {"open": (0.4, 0.4), "held": (0.3, 0.2), "orderable": (0.0, 0.0)}
    assert shares(ask(client, accessible="now")) == {"open": (0.4, 0.4), "held": (0.0, 0.0), "orderable": (0.0, 0.0)}


def test_only_the_collections_asked_for_count(client: Client) -> None:
    assert shares(ask(client, collections=["dinamis"])) == {"open": (0.0, 0.0), "held": (0.3, 0.3), "orderable": (0.0, 0.0)}


def test_tasking_what_is_left_is_estimated_too(client: Client) -> None:
    found = ask(client, "company-rd")
    left = found["coverage"]["uncovered"]["km2"]
    pleiades, spot = found["tasking"]["requests"]
    assert (pleiades["product"], pleiades["kind"], spot["product"]) == ("pleiades", "tasking", "spot-6-7")
    assert float(pleiades["amount"]["low"]) == pytest.approx(left * 1.8, abs=0.01)
    assert (spot["scenes"], spot["amount"]["low"]) == (1, "20000.00")
    assert ask(client, bbox=[2.0, 46.0, 2.4, 47.0])["tasking"] is None
    assert all(one["amount"] is None for one in ask(client, "foreign-scientist")["tasking"]["requests"])


def test_an_area_across_the_antimeridian_is_one_area(index: Index) -> None:
    index.apply(batch(items=[make_document("open", "s2", box=(179.5, -18, -179, -17))]))
    index.refresh()
    found = ask(mounted(index), bbox=[179, -18, -179, -17])
    assert found["area_km2"] == pytest.approx(geodesic_km2(179, -18, 180, -17) * 2, rel=1e-3)
    assert found["coverage"]["open"]["share"] == pytest.approx(0.75, abs=1e-6)
    assert shape(found["uncovered"]).bounds == pytest.approx((179, -18, 179.5, -17))


def test_pages_of_the_index_are_followed_and_too_many_scenes_are_said(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.apply(batch(items=[make_document(f"s{n}", "s2", box=(2 + n / 10, 46, 2.1 + n / 10, 47)) for n in range(10)]))
    index.refresh()
    client = mounted(index)
    monkeypatch.setattr(candidates, "MAX_LIMIT", 3)
    found = ask(client)
    assert found["candidates"] == 10
    assert found["coverage"]["open"]["share"] == 1.0
    monkeypatch.setattr(candidates, "MAX_CANDIDATES", 10)
    assert ask(client)["candidates"] == 10
    monkeypatch.setattr(candidates, "MAX_CANDIDATES", 9)
    answer = client.post("/coverage", json={"bbox": BOX, "datetime": YEAR})
    assert answer.status_code == 413
    assert "narrow" in answer.json()["detail"]


def test_scenes_with_holes_and_parts_count_by_their_area(index: Index, client: Client) -> None:
    ring = shapely.Polygon(shapely.box(2, 46, 3, 47).exterior, [shapely.box(2.2, 46.2, 2.8, 46.8).exterior])
    parts = shapely.MultiPolygon([shapely.box(2.3, 46.3, 2.4, 46.4), shapely.box(2.5, 46.5, 2.6, 46.6)])
    index.apply(batch(items=[make_document("ring", "other", geometry=ring), make_document("parts", "other", geometry=parts)]))
    index.refresh()
    found = ask(client, collections=["other"])
    expected = (
        geodesic_km2(*BOX) - geodesic_km2(2.2, 46.2, 2.8, 46.8) + geodesic_km2(2.3, 46.3, 2.4, 46.4) + geodesic_km2(2.5, 46.5, 2.6, 46.6)
    )
    assert found["coverage"]["open"]["km2"] == pytest.approx(expected, rel=1e-3)
