"""POST /coverage: what of an area is open, held, orderable for who asks; the scenes; the rest; the estimate of ordering."""

import json
from typing import Any

import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape

from api.coverage import candidates
from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from tests.index.helpers import NOW, batch
from tests.support.items import document, make_document, make_item
from tests.support.mounted import BASE, Client, mounted

BOX = [2.0, 46.0, 3.0, 47.0]
YEAR = "2024-01-01T00:00:00Z/2024-12-31T23:59:59Z"
PHR = {"platform": "phr1a", "constellation": "phr"}


@pytest.fixture
def client(index: Index) -> Client:
    index.apply(
        batch(
            items=[
                make_document(
                    "open", "s2", box=(2.0, 46.0, 2.4, 47.0), datetime="2024-05-01T00:00:00Z", **{"eo:cloud_cover": 10, "gsd": 10}
                ),
                make_document("held", "dinamis", availability="held", box=(2.3, 46.0, 2.6, 47.0), **{"eo:cloud_cover": 30, "gsd": 1.5}),
                make_document(
                    "sale", "airbus-phr", availability="orderable", box=(2.5, 46.0, 2.9, 47.0), **{"eo:cloud_cover": 0, "gsd": 0.5}, **PHR
                ),
                make_document("tiles", "mosaics", availability="view", licence="ign-view", box=(1, 45, 4, 48)),
                make_document("perhaps", "seas", availability="unknown", box=(1, 45, 4, 48)),
                make_document("nowhere", "s2", box=None),
                make_document("old", "s2", box=(1, 45, 4, 48), datetime="1999-05-01T00:00:00Z"),
                document(make_item("line", "s2", geometry={"type": "LineString", "coordinates": [[2.0, 46.0], [3.0, 47.0]]})),
            ]
        )
    )
    index.refresh()
    return mounted(index)


def ask(client: Client, users: str = "public-actor", **body: Any) -> Any:
    answer = client.post("/coverage", json={"bbox": BOX, "datetime": YEAR, **body}, headers={"x-class": users})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client: Client, body: Any, **options: Any) -> Any:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    answer = client.post("/coverage", content=content, headers={"content-type": "application/json", **options})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


def geodesic_km2(*bounds: float) -> float:
    dense = shapely.segmentize(shapely.box(*bounds), 0.001)
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0]) / 1e6


def shares(found: Any) -> dict[str, tuple[float, float]]:
    return {
        name: (round(found["coverage"][name]["share"], 4), round(found["coverage"][name]["beyond_share"], 4))
        for name in ("open", "held", "orderable")
    }


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


def test_an_outsider_finds_no_held_image_and_pays_public_prices(client: Client) -> None:
    found = ask(client, "anonymous")
    assert shares(found) == {"open": (0.4, 0.4), "held": (0.0, 0.0), "orderable": (0.4, 0.4)}
    assert "held" not in {scene["id"] for scene in found["scenes"]}
    assert found["estimate"]["requests"][0]["seller"] == "airbus"
    assert "dinamis" not in json.dumps(found["scenes"])
    assert found["not_counted"]["without_right"] == 0


def test_an_outsiders_answer_is_the_same_with_and_without_held_images(index: Index) -> None:
    shown = [
        make_document("open", "s2", box=(2.0, 46.0, 2.4, 47.0)),
        make_document("sale", "p", availability="orderable", box=(2.5, 46.0, 2.9, 47.0)),
    ]
    index.apply(batch(items=shown))
    index.refresh()
    client = mounted(index)
    before = ask(client, "anonymous")
    hidden = make_document("held", "d", availability="held", box=(2.5, 46.0, 2.9, 47.0))
    index.apply(batch(items=[hidden]))
    match = Match(ItemKey("p", "sale"), ItemKey("d", "held"), "M1", 1.0, 1.0)
    index.apply_matches(MatchBatch(NOW, matches={match.catalogue: [match]}))
    index.refresh()
    assert ask(client, "anonymous") == before
    assert ask(client, "public-actor") != before


def test_partners_abroad_and_the_operator_see_why_there_is_no_amount(client: Client) -> None:
    for users in ("foreign-scientist", "european-laboratory", "operator"):
        found = ask(client, users)["estimate"]
        assert found["total"]["amount"] is None
        assert found["total"]["complete"] is False
        assert found["requests"][0]["reason"]["fr"]


def test_what_one_has_no_right_to_does_not_count_as_held(client: Client) -> None:
    found = ask(client, "european-laboratory")  # Pléiades only: held SPOT images are not for them
    assert shares(found)["held"] == (0.0, 0.0)
    assert found["not_counted"]["without_right"] == 1


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


def test_an_operators_rule_for_a_source_holds(index: Index) -> None:
    index.apply(batch(items=[make_document("open", "s2", box=tuple(BOX), source="test")]))
    index.refresh()
    closed = mounted(index, Policy(sources={"test": Reach.MEMBERS}))
    assert ask(closed, "anonymous")["coverage"]["open"]["share"] == 0.0
    assert ask(closed, "scientist")["coverage"]["open"]["share"] == 1.0


def test_without_signing_in_nothing_is_answered_where_that_is_the_rule(index: Index) -> None:
    client = mounted(index, Policy(sign_in=True))
    assert client.post("/coverage", json={"bbox": BOX, "datetime": YEAR}).status_code == 401


@pytest.mark.parametrize(("held", "notice", "ordered"), [((2.5, 2.9), "ne pas commander", 0.0), ((2.5, 2.7), "reste", 0.2)])
def test_a_catalogue_image_that_is_held_already_is_not_ordered_again(
    index: Index, held: tuple[float, float], notice: str, ordered: float
) -> None:
    """The held product itself is outside the collections asked for, so that the catalogue image is chosen."""
    index.apply(
        batch(
            items=[
                make_document("sale", "airbus-phr", availability="orderable", box=(2.5, 46.0, 2.9, 47.0), **PHR),
                make_document("bought", "dsp", availability="held", licence="dsp-pleiades", box=(held[0], 46.0, held[1], 47.0)),
            ]
        )
    )
    match = Match(ItemKey("airbus-phr", "sale"), ItemKey("dsp", "bought"), "M1", 1.0, (held[1] - held[0]) / 0.4)
    index.apply_matches(MatchBatch(NOW, matches={match.catalogue: [match]}))
    index.refresh()
    client = mounted(index)
    found = ask(client, collections=["airbus-phr"])
    (scene,) = found["scenes"]
    assert scene["held_by"] == [{"collection": "dsp", "id": "bought", "coverage": pytest.approx(match.coverage, abs=1e-4)}]
    assert notice in scene["notice"]["fr"]
    if ordered:
        assert found["estimate"]["requests"][0]["km2"] == pytest.approx(geodesic_km2(2.7, 46, 2.9, 47), rel=1e-3)
    else:
        assert found["estimate"] is None
    (scene,) = ask(client, "anonymous", collections=["airbus-phr"])["scenes"]
    assert "held_by" not in scene


def test_what_a_held_image_does_not_open_to_the_asker_is_priced_in_full(index: Index) -> None:
    """European laboratories have Pléiades only: that others hold a SPOT image saves them nothing."""
    spot = {"platform": "spot7", "constellation": "spot"}
    sale = make_document("sale", "airbus-spot", availability="orderable", box=(2.5, 46.0, 2.9, 47.0), **spot)
    index.apply(batch(items=[sale, make_document("drs", "d", availability="held", box=(2.5, 46.0, 2.9, 47.0))]))
    match = Match(ItemKey("airbus-spot", "sale"), ItemKey("d", "drs"), "M1", 1.0, 1.0)
    index.apply_matches(MatchBatch(NOW, matches={match.catalogue: [match]}))
    index.refresh()
    client = mounted(index)
    found = ask(client, "european-laboratory")
    (scene,) = found["scenes"]
    assert "demander à DINAMIS" in scene["notice"]["fr"]
    (request,) = found["estimate"]["requests"]
    assert request["km2"] == scene["adds_km2"]
    assert request["amount"] is None
    assert [scene["id"] for scene in ask(client)["scenes"]] == ["drs"]


def test_what_the_asker_may_not_order_is_not_orderable(index: Index) -> None:
    index.apply(batch(items=[make_document("odd", "x", availability="orderable", licence="unknown", box=tuple(BOX))]))
    index.refresh()
    found = ask(mounted(index))
    assert shares(found)["orderable"] == (0.0, 0.0)
    assert found["not_counted"]["without_right"] == 1


def test_tasking_what_is_left_is_estimated_too(client: Client) -> None:
    found = ask(client, "company-rd")
    left = found["coverage"]["uncovered"]["km2"]
    pleiades, spot = found["tasking"]["requests"]
    assert (pleiades["product"], pleiades["kind"], spot["product"]) == ("pleiades", "tasking", "spot-6-7")
    assert float(pleiades["amount"]["low"]) == pytest.approx(left * 1.8, abs=0.01)
    assert (spot["scenes"], spot["amount"]["low"]) == (1, "20000.00")
    assert ask(client, bbox=[2.0, 46.0, 2.4, 47.0])["tasking"] is None
    assert all(one["amount"] is None for one in ask(client, "foreign-scientist")["tasking"]["requests"])


def test_an_answer_is_nobody_elses(client: Client) -> None:
    answer = client.post("/coverage", json={"bbox": BOX, "datetime": YEAR})
    assert answer.headers["cache-control"] == "no-store"


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


SQUARE = {"type": "Polygon", "coordinates": [[[2, 46], [3, 46], [3, 47], [2, 47], [2, 46]]]}


def test_a_polygon_and_its_box_are_the_same_area(client: Client) -> None:
    answer = client.post("/coverage", json={"geometry": SQUARE, "datetime": YEAR}, headers={"x-class": "public-actor"})
    assert shares(answer.json()) == shares(ask(client))


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"datetime": YEAR}, "geometry"),
        ({"bbox": BOX}, "datetime"),
        ({"bbox": BOX, "geometry": SQUARE, "datetime": YEAR}, "geometry"),
        ({"bbox": "2,46,3,47", "datetime": YEAR}, "bbox"),
        ({"bbox": [], "datetime": YEAR}, "bbox"),
        ({"bbox": [2, 46, 2, 46], "datetime": YEAR}, "bbox"),
        ({"bbox": [2, 46, 3], "datetime": YEAR}, "bbox"),
        ({"bbox": [1e300, 46, 3, 47], "datetime": YEAR}, "bbox"),
        ({"bbox": [-180, -90, 180, 90], "datetime": YEAR}, "bbox"),
        ({"geometry": {"type": "Point", "coordinates": [2, 46]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "GeometryCollection", "geometries": [SQUARE]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": []}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon"}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[2, 46], [3, 47], [3, 46], [2, 47], [2, 46]]]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[2e8, 46], [3e8, 46], [3e8, 47], [2e8, 46]]]}, "datetime": YEAR}, "geometry"),
        ({"geometry": [SQUARE], "datetime": YEAR}, "geometry"),
        ({"geometry": "SQUARE", "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": ["Polygon"], "coordinates": 3}, "datetime": YEAR}, "geometry"),
        ({"bbox": BOX, "datetime": "yesterday"}, "datetime"),
        ({"bbox": BOX, "datetime": 2024}, "datetime"),
        ({"bbox": BOX, "datetime": "../.."}, "datetime"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": "20"}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": 101}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": True}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "gsd_max": -1}, "gsd_max"),
        ({"bbox": BOX, "datetime": YEAR, "gsd_max": 1e300}, "gsd_max"),
        ({"bbox": BOX, "datetime": YEAR, "collections": "s2"}, "collections"),
        ({"bbox": BOX, "datetime": YEAR, "collections": [3]}, "collections"),
        ({"bbox": BOX, "datetime": YEAR, "exclude_airbus": "true"}, "exclude_airbus"),
        ({"bbox": BOX, "datetime": YEAR, "accessible": "later"}, "accessible"),
        ([], "body"),
        (3, "body"),
    ],
)
def test_wrong_input_is_refused_by_its_name(client: Client, body: Any, parameter: str) -> None:
    assert refused(client, body)["parameter"] == parameter


def test_an_unknown_member_is_refused_with_a_suggestion(client: Client) -> None:
    assert "did you mean cloud_cover_max?" in refused(client, {"bbox": BOX, "datetime": YEAR, "cloud_cover": 3})["detail"]
    answer = client.post("/coverage?limit=3", json={"bbox": BOX, "datetime": YEAR})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"bbox":[NaN,46,3,47],"datetime":"2024-01-01T00:00:00Z"}',
        b'{"bbox":[2,46,Infinity,47],"datetime":"2024-01-01T00:00:00Z"}',
        b'{"bbox":[2,46,3,47],"datetime":"2024-01-01T00:00:00Z","collections":["\\ud800"]}',
        b'{"bbox":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    assert refused(client, body)["parameter"] == "body"


def test_another_content_type_is_refused(client: Client) -> None:
    answer = client.post("/coverage", content=json.dumps({"bbox": BOX, "datetime": YEAR}), headers={"content-type": "text/plain"})
    assert answer.status_code == 400


def test_a_million_vertices_are_refused(client: Client) -> None:
    ring = [[2, 46], *([3, 46] for _ in range(300_000)), [2, 47], [2, 46]]
    assert "positions" in refused(client, {"geometry": {"type": "Polygon", "coordinates": [ring]}, "datetime": YEAR})["detail"]
    ring = [[2, 46], *([3.123456, 46.123456] for _ in range(1_000_000)), [2, 47], [2, 46]]
    body = json.dumps({"geometry": {"type": "Polygon", "coordinates": [ring]}, "datetime": YEAR})
    answer = client.post("/coverage", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("users", list(UserClass))
def test_every_class_of_users_gets_an_answer(client: Client, users: UserClass) -> None:
    found = ask(client, users)
    total = sum(found["coverage"][name]["beyond_km2"] for name in ("open", "held", "orderable"))
    assert found["coverage"]["covered"]["km2"] == pytest.approx(total)
    assert total + found["coverage"]["uncovered"]["km2"] == pytest.approx(found["area_km2"], abs=1e-3)


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
