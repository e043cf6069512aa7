"""POST /requests/draft: the document that a request form asks for; nothing is ordered, nothing hidden is told, nothing is bought twice."""

import json
from typing import Any

import pytest

from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from mappings.access.policy import Policy
from tests.api.requests.drafting import FRANCE, PERU, PHR, SPOT, TASKING, draft, geodesic_km2, images, post
from tests.index.helpers import NOW, batch
from tests.support.items import make_document
from tests.support.mounted import Client, mounted


def test_a_draft_says_first_that_nothing_is_ordered_and_changes_nothing(client: Client, index: Index) -> None:
    before = [change.number for change in index.changes()]
    found = draft(client, items=images("sale"), bbox=FRANCE)
    assert "rien n’est commandé" in found["notice"]["fr"]
    assert "nothing is ordered" in found["notice"]["en"]
    assert found["created"] == "2026-11-21T09:30:00Z"
    assert [change.number for change in index.changes()] == before


def test_an_image_is_clipped_to_the_area_and_the_minimum_applied(client: Client) -> None:
    found = draft(client, items=images("sale"), bbox=[2.0, 46.0, 2.05, 46.05])
    (item,), (request,) = found["items"], found["requests"]
    assert item["km2"] == pytest.approx(geodesic_km2(2.0, 46.0, 2.05, 46.05), rel=1e-3)
    assert request["km2"] == item["km2"]
    assert (request["billed_km2"], request["minimum_km2"], request["minimum_applied"]) == (100.0, 100, True)
    assert request["quota_km2"] == [1500, 2500]
    assert request["amount"] == {"low": "0.00", "high": "0.00", "currency": "EUR"}
    whole = draft(client, items=images("sale"))
    assert whole["area"] is None
    assert whole["items"][0]["km2"] == pytest.approx(geodesic_km2(2.0, 46.0, 2.3, 46.2), rel=1e-3)


def test_images_of_one_product_share_one_quota_and_products_are_told_apart(client: Client) -> None:
    found = draft(client, "company-rd", items=[*images("sale", "half"), *images("spot", collection="airbus-spot")])
    pleiades, spot = found["requests"]
    km2 = [item["ordered_km2"] for item in found["items"]]
    assert pleiades["km2"] == pytest.approx(km2[0] + km2[1], abs=1e-5)
    assert (spot["product"], spot["scenes"]) == ("spot-6-7", 1)
    assert float(found["total"]["amount"]["low"]) == pytest.approx(float(pleiades["amount"]["low"]) + 20_000)


def test_what_is_held_or_matched_is_pointed_out_and_left_out_of_the_price(client: Client) -> None:
    found = draft(client, items=[*images("sold"), *images("held", "lost", collection="dsp"), *images("open", collection="s2")], bbox=FRANCE)
    sold, held, lost, opened = found["items"]
    for item in (sold, held, lost):
        assert item["remark"] == {"fr": "Déjà acquise : ne pas commander", "en": "Already purchased: do not order"}
        assert (item["to_order"], item["ordered_km2"]) == (False, 0.0)
    assert sold["held_by"] == [{"collection": "dsp", "id": "held"}]
    assert not opened["to_order"]
    assert "télécharger" in opened["remark"]["fr"]
    assert found["requests"] == []
    assert found["total"]["amount"] is None


def test_of_an_image_that_is_held_in_part_only_the_rest_is_priced(client: Client) -> None:
    (item,) = draft(client, items=images("half"), bbox=FRANCE)["items"]
    assert item["ordered_km2"] == pytest.approx(geodesic_km2(2.1, 46.0, 2.2, 46.1), rel=1e-3)
    assert "reste" in item["remark"]["fr"]
    # Within what is held nothing is left to order.
    (item,) = draft(client, items=images("half"), bbox=[2.01, 46.01, 2.09, 46.09])["items"]
    assert not item["to_order"]


def test_what_is_held_under_a_licence_that_is_not_theirs_is_to_be_asked_about(client: Client, index: Index) -> None:
    """European laboratories have Pléiades only: a held SPOT image saves them nothing, and is no reason to tell them to order nothing."""
    index.apply(batch(items=[make_document("drs", "spot-drs", box=(2.0, 46.0, 2.6, 46.6), availability="held")]))
    match = Match(ItemKey("airbus-spot", "spot"), ItemKey("spot-drs", "drs"), "M1", 1.0, 1.0)
    index.apply_matches(MatchBatch(NOW, matches={match.catalogue: [match]}))
    index.refresh()
    wanted = [*images("spot", collection="airbus-spot"), *images("drs", collection="spot-drs")]
    sold, held = draft(client, "european-laboratory", items=wanted)["items"]
    assert "demander à DINAMIS" in sold["remark"]["fr"]
    assert sold["remark"] == held["remark"]
    assert (sold["ordered_km2"], held["to_order"]) == (sold["km2"], False)
    sold, held = draft(client, items=wanted)["items"]
    assert "ne pas commander" in sold["remark"]["fr"]
    assert not sold["to_order"]


def test_what_the_asker_may_not_order_is_not_put_on_a_request(client: Client, index: Index) -> None:
    index.apply(batch(items=[make_document("odd", "x", availability="orderable", licence="unknown", **PHR)]))
    index.refresh()
    found = draft(client, items=images("odd", collection="x"))
    assert "Ne se commande pas" in found["items"][0]["remark"]["fr"]
    assert found["requests"] == []


def test_images_of_the_whole_world_are_too_much(client: Client, index: Index) -> None:
    world = [make_document(f"w{n}", "x", box=(-180, -90, 180, 90), availability="orderable", **PHR) for n in range(2)]
    index.apply(batch(items=world))
    index.refresh()
    answer = post(client, {"items": images("w0", "w1", collection="x")})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "items")


def test_orthoimages_are_told_by_product_not_by_request(client: Client, index: Index) -> None:
    index.apply(batch(items=[make_document("lima", "airbus-spot", box=tuple(PERU), availability="orderable", **SPOT)]))
    index.refresh()
    found = draft(client, items=[*images("sale"), *images("lima", collection="airbus-spot")], level="ortho")
    assert {one["product"]: one["ortho"]["by"] for one in found["requests"]} == {"pleiades": "ign", "spot-6-7": "airbus"}


def test_an_unsure_match_asks_to_look_first(client: Client) -> None:
    (item,) = draft(client, items=images("likely"), bbox=FRANCE)["items"]
    assert item["to_order"]
    assert "vérifier" in item["remark"]["fr"]


@pytest.mark.parametrize("users", ["anonymous", "other-private"])
def test_who_does_not_discover_held_images_is_told_nothing_of_them(client: Client, users: str) -> None:
    found = draft(client, users, items=images("sold"), bbox=FRANCE)
    assert found["items"][0]["to_order"]
    assert found["items"][0]["remark"] is None
    assert "dsp" not in json.dumps(found)
    # What exists but is hidden, and what does not exist, are answered alike.
    hidden = post(client, {"items": images("held", collection="dsp")}, users)
    missing = post(client, {"items": images("none!", collection="dsp")}, users)
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.text.replace("held", "X") == missing.text.replace("none!", "X")
    assert dict(hidden.headers) | {"content-length": ""} == dict(missing.headers) | {"content-length": ""}


def test_without_signing_in_nothing_is_drafted_where_that_is_the_rule(index: Index) -> None:
    answer = post(mounted(index, Policy(sign_in=True)), {"items": images("sale")}, "anonymous")
    assert answer.status_code == 401


def test_options_are_taken_over_and_sixteen_bits_double_the_size(client: Client) -> None:
    eight = draft(client, items=images("sale"), format="jpeg2000", bits=8)
    sixteen = draft(client, items=images("sale"), bits=16)
    assert eight["options"] == {"format": "jpeg2000", "bits": 8, "level": "primary"}
    size = eight["requests"][0]["size"]
    assert size["gigabytes"] == pytest.approx(eight["requests"][0]["km2"] * 6 / 400, abs=1e-3)
    assert sixteen["requests"][0]["size"]["gigabytes"] == pytest.approx(size["gigabytes"] * 2, abs=2e-3)
    assert size["source"]["fr"]
    assert draft(client, items=images("spot", collection="airbus-spot"))["requests"][0]["size"]["gigabytes"] is None


@pytest.mark.parametrize(
    ("users", "bounds", "by"),
    [
        ("public-actor", FRANCE, "ign"),
        ("public-actor", [55.4, -21.2, 55.6, -21.0], "ign"),  # La Réunion
        ("public-actor", PERU, "airbus"),
        ("public-actor", [166.2, -22.0, 166.4, -21.8], "airbus"),  # New Caledonia: the Pacific
        ("public-actor", [7.0, 48.0, 9.0, 48.5], "ign-and-airbus"),
        ("scientist", FRANCE, "airbus"),
        ("company-rd", FRANCE, "airbus"),
        ("anonymous", FRANCE, "airbus"),
    ],
)
def test_ign_makes_orthoimages_of_france_for_public_actors(client: Client, users: str, bounds: list[float], by: str) -> None:
    found = draft(client, users, tasking=TASKING, bbox=bounds, level="ortho")
    assert found["requests"][0]["ortho"]["by"] == by
    # What Airbus charges for them is not known: the total is not whole then.
    assert found["total"]["complete"] == (by == "ign")


def test_a_contractor_is_served_as_its_client(client: Client) -> None:
    body = {"tasking": TASKING, "bbox": FRANCE, "level": "ortho"}
    mine = post(client, body, "contractor", **{"x-client": "public-actor"}).json()
    assert mine["requests"][0]["ortho"]["by"] == "ign"
    assert mine["requests"][0]["amount"] == post(client, body).json()["requests"][0]["amount"]
    assert post(client, body, "contractor").json()["requests"][0]["amount"] is None


def test_primary_products_have_no_orthorectification(client: Client) -> None:
    assert draft(client, items=images("sale"))["requests"][0]["ortho"]["by"] is None


def test_a_tasking_wish_has_period_views_angle_and_cloud(client: Client) -> None:
    wish = {**TASKING, "mode": "tri-stereo", "angle_max": 20, "cloud_cover_max": 10}
    found = draft(client, "company-rd", tasking=wish, bbox=[2.0, 46.0, 2.5, 46.5])
    assert found["kind"] == "tasking"
    assert found["tasking"] == {
        "product": "pleiades",
        "period": "2027-03-01T00:00:00Z/2027-05-31T23:59:59Z",
        "mode": "tri-stereo",
        "angle_max": 20.0,
        "cloud_cover_max": 10.0,
        "scenes": 1,
    }
    (request,) = found["requests"]
    assert float(request["amount"]["low"]) == pytest.approx(request["billed_km2"] * 1.8 * 3, abs=0.01)
    assert request["size"]["gigabytes"] == pytest.approx(request["km2"] * 3 * 6 / 400, abs=1e-3)


def test_spot_tasking_needs_as_many_attempts_as_the_area_has_scenes(client: Client) -> None:
    wish = {**TASKING, "product": "spot-6-7"}
    assert draft(client, tasking=wish, bbox=[2.0, 46.0, 3.0, 47.0])["tasking"]["scenes"] == 3
    found = draft(client, tasking={**wish, "scenes": 12}, bbox=FRANCE)
    assert found["requests"][0]["amount"]["low"] == "20000.00"


@pytest.mark.parametrize("kind", ["archive", "tasking"])
def test_delays_deed_and_crisis_access_are_told_as_unconfirmed_with_date_and_source(client: Client, kind: str) -> None:
    wish: dict[str, Any] = {"items": images("sale")} if kind == "archive" else {"tasking": TASKING}
    found = draft(client, **wish, bbox=FRANCE)
    for name in ("delays", "deed", "crisis"):
        assert found[name]["confirmed"] is False
        assert found[name]["date"]
        assert found[name]["text"]["fr"]
        assert found[name]["source"]["en"]
    page = post(client, {**wish, "bbox": FRANCE}, query="?f=html&language=en").text
    assert page.count("(not confirmed)") == 3
