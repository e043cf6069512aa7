"""Who may discover and download what, by the licence table that comes with Moisson."""

import tomllib
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import OUTSIDERS, UserClass
from mappings.access.decision import ACCESSIBLE, Download, Order
from mappings.access.policy import Accessible, Policy, Reach
from mappings.facts import Availability
from mappings.licences import licences, read_table

MEMBERS = frozenset(UserClass) - OUTSIDERS
POLICY = Policy()
SIGNED = frozenset(licences())
EVERY_PAIR = list(product(map(str, Availability), licences()))


def asker(user_class: UserClass, *signed: str) -> Asker:
    return Asker(user_class, frozenset(signed))


def download(user_class: UserClass, availability: str, licence: str, *signed: str) -> str:
    return POLICY.decide(asker(user_class, *signed), availability, licence).download


def test_outsiders_discover_what_is_open_for_viewing_or_for_sale() -> None:
    for one in OUTSIDERS:
        found = POLICY.audience(asker(one)).discover or frozenset()
        assert {availability for availability, _ in found} == {"open", "view", "orderable"}
        assert ("open", "copernicus") in found
        assert ("open", "dinamis-spot67") not in found


def test_members_discover_what_is_held_and_what_is_not_established_too() -> None:
    for one in MEMBERS:
        assert POLICY.audience(asker(one)).discover == frozenset(EVERY_PAIR)


# class: (SPOT 6/7 held, Pléiades held) without and with a signed licence, as the Dispositif's rules have it.
HELD = {
    "public-actor": (("after_signing", "yes"), ("after_signing", "yes")),
    "scientist": (("after_signing", "yes"), ("after_signing", "yes")),
    "contractor": (("after_signing", "yes"), ("after_signing", "yes")),
    "company-rd": (("after_signing", "yes"), ("after_signing", "yes")),
    "european-laboratory": (("no", "no"), ("after_signing", "yes")),
    "foreign-scientist": (("on_request", "on_request"), ("on_request", "on_request")),
    "operator": (("on_request", "on_request"), ("on_request", "on_request")),
    "other-private": (("no", "no"), ("no", "no")),
    "anonymous": (("no", "no"), ("no", "no")),
}


@pytest.mark.parametrize("one", UserClass)
def test_what_is_held_is_for_members_who_signed(one: UserClass) -> None:
    found = tuple(
        (download(one, "held", licence), download(one, "held", licence, licence)) for licence in ("dinamis-spot67", "dsp-pleiades")
    )
    assert found == HELD[one]


def test_a_signature_counts_for_its_own_licence_only() -> None:
    assert download(UserClass.SCIENTIST, "held", "dsp-pleiades", "dinamis-spot67") == "after_signing"


@pytest.mark.parametrize("one", UserClass)
def test_open_archives_are_for_everyone_with_a_free_account(one: UserClass) -> None:
    assert download(one, "open", "copernicus") == download(one, "open", "etalab-2.0") == "with_account"


@pytest.mark.parametrize(("one", "licence"), list(product(UserClass, licences())))
def test_what_is_unconfirmed_unknown_for_sale_or_for_viewing_gives_no_right(one: UserClass, licence: str) -> None:
    row = licences()[licence]
    for availability in Availability:
        decision = POLICY.decide(asker(one, *SIGNED), availability, licence)
        if not row.confirmed or availability in ("unknown", "orderable", "view"):
            assert decision.download not in ACCESSIBLE
        if not row.confirmed:
            assert decision.view is False
        if availability != "orderable":
            assert decision.order is Order.NO
        assert decision.reason_fr
        assert decision.reason_en
        assert len(decision.conditions_fr) == len(decision.conditions_en)


def test_facts_that_the_table_does_not_know_are_read_as_unknown() -> None:
    for facts in (("open", "of-next-year"), ("borrowed", "copernicus")):
        assert POLICY.decide(asker(UserClass.PUBLIC_ACTOR, *SIGNED), *facts).download is Download.ON_REQUEST
        assert not POLICY.audience(asker(UserClass.PUBLIC_ACTOR)).finds("peps", *facts)


def test_what_is_for_sale_is_ordered_from_whom_the_class_orders() -> None:
    orders = {one: POLICY.decide(asker(one), "orderable", "airbus-optical").order for one in UserClass}
    assert {one for one, order in orders.items() if order is Order.DINAMIS} == {"public-actor", "scientist", "contractor", "company-rd"}
    assert {one for one, order in orders.items() if order is Order.ASK} == {"foreign-scientist", "european-laboratory"}
    assert {one for one, order in orders.items() if order is Order.AIRBUS} == {"other-private", "anonymous"}


def test_pleiades_neo_is_not_ordered_through_the_dispositif() -> None:
    orders = {one: POLICY.decide(asker(one, *SIGNED), "orderable", "airbus-pneo").order for one in UserClass}
    assert orders == {one: Order.NO if one is UserClass.OPERATOR else Order.AIRBUS for one in UserClass}


def test_accessible_is_what_the_decision_says() -> None:
    for one in UserClass:
        who = asker(one, "dinamis-spot67")
        audience = POLICY.audience(who)
        for wanted, downloads in ((Accessible.TRUE, ACCESSIBLE), (Accessible.NOW, {"yes", "with_account"})):
            narrowed = POLICY.accessible(audience, who, wanted).discover or frozenset()
            assert narrowed == {
                pair for pair in EVERY_PAIR if audience.finds("x", *pair) and POLICY.decide(who, *pair).download in downloads
            }


def test_an_operator_opens_or_closes_a_source() -> None:
    policy = Policy(sources={"peps": Reach.MEMBERS, "dinamis": Reach.EVERYONE, "seas": Reach.OPERATORS})
    nobody, member, operator = (policy.audience(who) for who in (ANONYMOUS, asker(UserClass.SCIENTIST), asker(UserClass.OPERATOR)))
    held, sentinel = ("held", "dinamis-spot67"), ("open", "copernicus")
    assert [one.finds("peps", *sentinel) for one in (nobody, member, operator)] == [False, True, True]
    assert [one.finds("dinamis", *held) for one in (nobody, member, operator)] == [True, True, True]
    assert [one.finds("seas", *sentinel) for one in (nobody, member, operator)] == [False, False, True]
    assert [one.finds("other", *sentinel) for one in (nobody, member, operator)] == [True, True, True]
    assert policy.decide(ANONYMOUS, *held).download is Download.NO
    assert not policy.accessible(nobody, ANONYMOUS, Accessible.TRUE).finds("dinamis", *held)


def test_with_sign_in_the_anonymous_discover_nothing() -> None:
    assert Policy(sign_in=True, sources={"dinamis": Reach.EVERYONE}).audience(ANONYMOUS).discover == frozenset()
    assert not Policy(sign_in=True, sources={"dinamis": Reach.EVERYONE}).audience(ANONYMOUS).finds("dinamis", "open", "copernicus")


def test_a_licence_hides_its_images_from_the_classes_that_it_says() -> None:
    text = _rows("copernicus", discover={"anonymous": False})
    policy = Policy(read_table(tomllib.loads(text), licences()))
    assert not policy.audience(ANONYMOUS).finds("peps", "open", "copernicus")
    assert policy.audience(asker(UserClass.OTHER_PRIVATE)).finds("peps", "open", "copernicus")


def test_an_operators_row_stands_in_place_of_ours_and_takes_none_away() -> None:
    table = read_table(tomllib.loads(_rows("usgs-landsat", confirmed=True)), licences())
    assert set(table) == set(licences())
    assert Policy(table).decide(ANONYMOUS, "open", "usgs-landsat").download is Download.YES
    assert POLICY.decide(ANONYMOUS, "open", "usgs-landsat").download is Download.ON_REQUEST


def test_a_signature_of_a_version_that_no_longer_counts_does_not_count() -> None:
    row = licences()["dsp-pleiades"]
    assert row.counts("any")
    newer = row.model_copy(update={"versions": ("2027", "2026")})
    assert [newer.counts(version) for version in ("2027", "2026", "2019")] == [True, True, False]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://plain.example"}, "url"),
        ({"conditions_en": []}, "conditions_en"),
        ({"rights": []}, "rights"),
        ({"colour": "blue"}, "colour"),
        ({"id": "no spaces"}, "id"),
    ],
)
def test_a_wrong_table_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    row = _table()["copernicus"] | change
    with pytest.raises(ValidationError, match=field):
        type(licences()["copernicus"]).model_validate({"id": "copernicus", **row})


def test_a_class_without_a_row_or_with_two_is_refused() -> None:
    rows = _table()["dsp-pleiades"]["rights"]
    for wrong in (rows[:-1], [*rows, rows[0]]):
        with pytest.raises(ValidationError, match="exactly one"):
            type(licences()["copernicus"]).model_validate({"id": "dsp-pleiades", **_table()["dsp-pleiades"], "rights": wrong})


def _table() -> Any:
    return tomllib.loads(files("mappings").joinpath("licences.toml").read_text(encoding="utf-8"))


def _rows(licence: str, discover: dict[str, bool] | None = None, confirmed: bool | None = None) -> str:
    """A TOML text of one row, with some classes' `discover` changed: each of these gets a row of its own."""
    row = _table()[licence]
    lines = [f"[{licence}]"]
    lines += [f'{name} = "{row[name]}"' for name in ("stac", "title_fr", "title_en", "url")]
    lines.append(f"confirmed = {str(row['confirmed'] if confirmed is None else confirmed).lower()}")
    lines += ["conditions_fr = []", "conditions_en = []"]
    base = row["rights"][-1]
    for users, found in [([one], found) for one, found in (discover or {}).items()] + [(["others"], True)]:
        lines += [f"[[{licence}.rights]]", f"for = {users}".replace("'", '"'), f"discover = {str(found).lower()}", "view = true"]
        lines += [f'download = "{base["download"]}"', 'order = "no"', 'reason_fr = "f"', 'reason_en = "e"']
    return "\n".join(lines)
