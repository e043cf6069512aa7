"""What the register gives on a day: adhesions, signatures, contracts, people."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.organisation import Organisation
from mappings.access.register import to_asker
from mappings.licences import licences

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)
TABLE = licences()


def make(name: str = "ign", user_class: str = "public-actor", **members: Any) -> Organisation:
    adhesion = {"adhesion": {"from": "2024-01-01"}} if "adhesion" not in members else {}
    return Organisation.model_validate({"id": name, "name": name.upper(), "user_class": user_class, **adhesion, **members})


def ask(organisation: Organisation, *others: Organisation, today: date = TODAY, person: str | None = None, also: Any = ()) -> Asker:
    return to_asker(organisation, person, {one.id: one for one in (organisation, *others)}, today, TABLE, also)


@pytest.mark.parametrize("user_class", sorted(set(UserClass) - {UserClass.ANONYMOUS, UserClass.CONTRACTOR}))
def test_an_adhesion_in_force_gives_the_registered_class(user_class: str) -> None:
    asker = ask(make(user_class=user_class))
    assert asker.user_class == user_class
    assert (asker.organisation, asker.organisation_name, asker.note_fr, asker.note_en) == ("ign", "IGN", None, None)


@pytest.mark.parametrize(
    ("today", "holds"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_first_and_the_last_day_of_an_adhesion_count(today: date, holds: bool) -> None:
    asker = ask(make(adhesion={"from": "2026-01-01", "until": "2026-12-31"}), today=today)
    assert asker.user_class == (UserClass.PUBLIC_ACTOR if holds else UserClass.ANONYMOUS)
    assert (asker.note_en is None) == (asker.note_fr is None) == holds


def test_the_note_says_why_and_since_when() -> None:
    over = ask(make(adhesion={"from": "2025-01-01", "until": "2025-12-31"}))
    assert over.note_fr is not None
    assert over.note_en is not None
    assert "2026-01-01" in over.note_fr
    assert "2026-01-01" in over.note_en
    coming = ask(make(adhesion={"from": "2026-07-01"}))
    assert coming.note_en is not None
    assert "2026-07-01" in coming.note_en


@pytest.mark.parametrize(
    ("user_class", "left"),
    [
        ("public-actor", "anonymous"),
        ("scientist", "anonymous"),
        ("foreign-scientist", "anonymous"),
        ("european-laboratory", "anonymous"),
        ("company-rd", "other-private"),
        ("contractor", "other-private"),
        ("other-private", "other-private"),
        ("operator", "anonymous"),
    ],
)
def test_an_adhesion_that_is_over_leaves_an_outsider(user_class: str, left: str) -> None:
    signed = [{"licence": "dsp-pleiades", "version": "1", "date": "2024-01-01"}]
    asker = ask(make(user_class=user_class, adhesion={"from": "2024-01-01", "until": "2024-12-31"}, signatures=signed))
    assert (asker.user_class, asker.signed, asker.is_member) == (left, frozenset(), False)


@pytest.mark.parametrize("user_class", ["public-actor", "scientist", "company-rd", "contractor", "foreign-scientist"])
def test_members_without_any_adhesion_have_no_rights(user_class: str) -> None:
    assert not ask(make(user_class=user_class, adhesion=None)).is_member


@pytest.mark.parametrize("user_class", ["operator", "other-private"])
def test_those_who_are_no_members_need_no_adhesion(user_class: str) -> None:
    asker = ask(make(user_class=user_class, adhesion=None))
    assert (asker.user_class, asker.note_en) == (user_class, None)


@pytest.mark.parametrize(
    ("signature", "counts"),
    [
        ({"date": "2026-06-15"}, True),
        ({"date": "2026-06-16"}, False),
        ({"date": "2025-01-01", "until": "2026-06-15"}, True),
        ({"date": "2025-01-01", "until": "2026-06-14"}, False),
        ({"date": "2025-01-01", "licence": "no-such"}, False),
    ],
)
def test_a_signature_counts_from_its_day_to_its_end(signature: dict[str, str], counts: bool) -> None:
    asker = ask(make(signatures=[{"licence": "dsp-pleiades", "version": "1", **signature}]))
    assert asker.signed == (frozenset({"dsp-pleiades"}) if counts else frozenset())


def test_a_signature_of_a_version_that_no_longer_counts_gives_nothing() -> None:
    row = TABLE["dsp-pleiades"].model_copy(update={"versions": ("2025", "2024")})
    for version, counts in (("2025", True), ("2024", True), ("2013", False)):
        entry = make(signatures=[{"licence": "dsp-pleiades", "version": version, "date": "2025-01-01"}])
        asker = to_asker(entry, None, {}, TODAY, {**TABLE, "dsp-pleiades": row})
        assert bool(asker.signed) == counts


def _contractor(**contract: Any) -> Organisation:
    return make("bureau", "contractor", contracts=[{"client": "ign", "from": "2026-01-01", **contract}])


@pytest.mark.parametrize(
    ("today", "holds"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 3, 31), True), (date(2026, 4, 1), False)]
)
def test_a_contractor_has_rights_on_the_days_of_a_contract(today: date, holds: bool) -> None:
    asker = ask(_contractor(until="2026-03-31"), make(), today=today)
    assert asker.user_class == (UserClass.CONTRACTOR if holds else UserClass.OTHER_PRIVATE)
    assert asker.client == (UserClass.PUBLIC_ACTOR if holds else None)
    assert (asker.note_fr is None) == holds


@pytest.mark.parametrize(
    "client",
    [
        make("other"),
        make(adhesion={"from": "2024-01-01", "until": "2026-06-14"}),
        make(adhesion=None),
        make(user_class="company-rd"),
        make(user_class="contractor"),
    ],
)
def test_a_contract_is_worth_what_its_client_is(client: Organisation) -> None:
    asker = ask(_contractor(), client)
    assert (asker.user_class, asker.client) == (UserClass.OTHER_PRIVATE, None)
    assert asker.note_fr is not None
    assert asker.note_en is not None


def test_one_good_contract_among_others_is_enough_and_its_client_is_told() -> None:
    entry = make(
        "bureau",
        "contractor",
        contracts=[
            {"client": "gone", "from": "2026-01-01"},
            {"client": "ign", "from": "2020-01-01", "until": "2021-01-01"},
            {"client": "lab", "from": "2026-01-01", "subject": "côte"},
        ],
    )
    asker = ask(entry, make(), make("lab", "scientist"))
    assert (asker.user_class, asker.client) == (UserClass.CONTRACTOR, UserClass.SCIENTIST)


def test_a_contractor_is_a_member_itself_too() -> None:
    entry = make("bureau", "contractor", adhesion=None, contracts=[{"client": "ign", "from": "2026-01-01"}])
    assert ask(entry, make()).user_class is UserClass.OTHER_PRIVATE


@pytest.mark.parametrize(
    ("subject", "person", "also"),
    [("a1", "a1", ()), ("anne@ign.fr", "a1", ("Anne@IGN.fr",)), ("a1", "Anne", ("a1",))],
)
def test_a_person_has_the_rights_until_their_last_day(subject: str, person: str, also: tuple[str, ...]) -> None:
    entry = make(people=[{"subject": subject, "until": "2026-06-15"}])
    assert ask(entry, person=person, also=also).user_class is UserClass.PUBLIC_ACTOR
    gone = ask(entry, person=person, also=also, today=TODAY + DAY)
    assert (gone.user_class, gone.person) == (UserClass.ANONYMOUS, person)
    assert gone.note_en is not None
    assert "2026-06-16" in gone.note_en
    assert ask(entry, person="b2", today=TODAY + DAY).user_class is UserClass.PUBLIC_ACTOR


@pytest.mark.parametrize(
    "members",
    [
        {"user_class": "anonymous"},
        {"user_class": "king"},
        {"id": "../x"},
        {"id": "A"},
        {"id": "-a"},
        {"id": "a" * 63},
        {"name": ""},
        {"name": "a\x1b[2J"},
        {"name": "x" * 201},
        {"adhesion": {"from": "2026-01-02", "until": "2026-01-01"}},
        {"adhesion": {"until": "2026-01-01"}},
        {"adhesion": {"from": 20260101}},
        {"adhesion": {"from": "2026-13-01"}},
        {"contracts": [{"from": "2026-01-01"}]},
        {"surprise": 1},
    ],
)
def test_what_is_no_entry_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Organisation.model_validate({"id": "ign", "name": "IGN", "user_class": "public-actor", **members})


_DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(_DAYS, st.none() | _DAYS, _DAYS)
def test_an_entry_survives_its_document_and_never_gives_more_than_its_class(start: date, until: date | None, today: date) -> None:
    if until is not None and until < start:
        until = None
    entry = make(adhesion={"from": start, "until": until}, signatures=[{"licence": "dsp-pleiades", "version": "1", "date": start}])
    assert Organisation.model_validate(entry.document()) == entry
    asker = ask(entry, today=today)
    in_force = start <= today and (until is None or today <= until)
    assert asker.is_member == in_force == bool(asker.signed)


def test_the_days_at_the_end_of_time_do_not_overflow() -> None:
    assert ask(make(adhesion={"from": "0001-01-01", "until": "0001-01-01"})).note_en is not None
    assert ask(make(adhesion={"from": "0001-01-01", "until": "9999-12-31"}), today=date.max).is_member
