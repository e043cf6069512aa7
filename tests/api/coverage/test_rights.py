"""POST /coverage counts what the asker may have, and tells nothing of the rest."""

import json

import pytest

from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from tests.api.coverage.asking import BOX, PHR, YEAR, ask, geodesic_km2, shares
from tests.index.helpers import NOW, batch
from tests.support.items import make_document
from tests.support.mounted import Client, mounted


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


def test_an_answer_is_nobody_elses(client: Client) -> None:
    answer = client.post("/coverage", json={"bbox": BOX, "datetime": YEAR})
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("users", list(UserClass))
def test_every_class_of_users_gets_an_answer(client: Client, users: UserClass) -> None:
    found = ask(client, users)
    total = sum(found["coverage"][name]["beyond_km2"] for name in ("open", "held", "orderable"))
    assert found["coverage"]["covered"]["km2"] == pytest.approx(total)
    assert total + found["coverage"]["uncovered"]["km2"] == pytest.approx(found["area_km2"], abs=1e-3)
