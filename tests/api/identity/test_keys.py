"""API keys: what is kept, which hold, and what a request with one gets."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from api.identity.keys import ApiKey, check_key, new_key
from api.identity.store import KEY, MEMORY, ORGANISATION, Damaged, change, read_all
from index.protocol import Index, IndexUnavailable
from mappings.access.classes import UserClass
from mappings.access.organisation import Organisation
from tests.api.identity.key_parts import DAY, Counting, give_key
from tests.api.identity.parts import Clock, bearer, identify_by, refused, register, request


def test_a_key_gives_the_rights_of_its_organisation(index: Index, clock: Clock) -> None:
    register(index)
    text, _ = give_key(index, clock, person="Anne")
    identify = identify_by(index, clock)
    for asked in (bearer(text), request(("X-API-Key", text)), request(("authorization", f"bearer  {text} ")),
                  request(("X-API-Key", text), ("Authorization", f"Bearer {text}"))):  # fmt: skip
        asker = identify(asked)
        assert (asker.user_class, asker.organisation, asker.person) == (UserClass.PUBLIC_ACTOR, "ign", "Anne")
    assert identify(request()).user_class is UserClass.ANONYMOUS


def test_only_a_hash_of_a_key_is_kept(lite: Index, clock: Clock) -> None:
    text, key = give_key(lite, clock)
    kept = orjson.dumps(lite.notes(KEY)[key.id].value).decode()
    assert text.split("_")[2] not in kept
    assert key.hash in kept
    assert key.hash not in repr(key)
    assert key.id in text


def test_keys_are_all_different_and_hold_256_random_bits() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    new_key("ign", None, None, datetime(2026, 1, 1, tzinfo=UTC), random)
    assert max(asked) == 32
    assert len({new_key("ign", None, None, datetime(2026, 1, 1, tzinfo=UTC))[0] for _ in range(100)}) == 100


def test_a_key_that_is_wrong_in_any_way_is_refused_and_never_anonymous(lite: Index, clock: Clock) -> None:
    text, key = give_key(lite, clock)
    _, other = give_key(lite, clock)
    swapped = text.replace(key.id, other.id)
    identify = identify_by(lite, clock)
    wrong = [text[:-1], text + "a", text.upper(), text.replace(key.id, "0" * 16), swapped, "moi_", "moi_x", "x" * 100_000, "é", text + "é"]
    for given in wrong:
        problem = refused(identify, request(("X-API-Key", given)))
        assert (problem.status, problem.code) == (401, "invalid-key")
        assert "Bearer" in (problem.headers or {})["WWW-Authenticate"]
        assert given not in problem.detail or len(given) < 6
    for headers in ([("X-API-Key", "")], [("Authorization", "")], [("Authorization", "Bearer")], [("Authorization", f"Basic {text}")]):
        assert refused(identify, request(*headers)).status == 401


def test_an_unknown_id_costs_the_same_hash_and_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    monkeypatch.setattr("api.identity.keys.hmac.compare_digest", lambda one, other: compared.append((len(one), len(other))) or one == other)
    now = datetime(2026, 6, 15, tzinfo=UTC)
    text, key = new_key("ign", None, None, now)
    assert check_key(text, {key.id: key}, now) == key
    assert check_key(text, {}, now) is None
    assert check_key("nonsense", {key.id: key}, now) is None
    assert check_key(text[:-2] + "aa", {key.id: key}, now) is None
    assert compared == [(64, 64)] * 4


@pytest.mark.parametrize(("today", "holds"), [(DAY, True), (date(2026, 6, 16), False)])
def test_a_key_holds_until_the_end_of_its_last_day(lite: Index, clock: Clock, today: date, holds: bool) -> None:
    text, _ = give_key(lite, clock, until=DAY)
    clock.time = datetime(today.year, today.month, today.day, 23 if holds else 0, 59, 59, tzinfo=UTC)
    if holds:
        assert identify_by(lite, clock)(bearer(text)).organisation == "ign"
    else:
        assert refused(identify_by(lite, clock), bearer(text)).status == 401


def test_a_revoked_key_and_a_lapsed_adhesion_are_noticed_within_seconds(lite: Index, clock: Clock) -> None:
    text, key = give_key(lite, clock)
    identify = identify_by(lite, clock)
    assert identify(bearer(text)).is_member
    register(lite, adhesion={"from": "2024-01-01", "until": "2026-06-01"})
    clock.on(seconds=MEMORY.total_seconds())
    lapsed = identify(bearer(text))
    assert (lapsed.user_class, lapsed.organisation) == (UserClass.ANONYMOUS, "ign")
    assert lapsed.note_fr is not None
    change(lite, KEY, key.id, ApiKey, lambda kept: kept and kept.model_copy(update={"revoked": clock()}))
    assert identify(bearer(text)).organisation == "ign"
    clock.on(seconds=MEMORY.total_seconds())
    assert refused(identify, bearer(text)).status == 401


def test_a_key_of_an_organisation_that_is_gone_is_refused(lite: Index, clock: Clock) -> None:
    text, _ = give_key(lite, clock, "gone")
    assert refused(identify_by(lite, clock), bearer(text)).status == 401


def test_credentials_that_contradict_each_other_are_an_error(lite: Index, clock: Clock) -> None:
    register(lite, "cnes", "scientist")
    one, _ = give_key(lite, clock)
    other, _ = give_key(lite, clock, "cnes")
    same, _ = give_key(lite, clock)
    identify = identify_by(lite, clock)
    problem = refused(identify, request(("Authorization", f"Bearer {one}"), ("X-API-Key", other)))
    assert (problem.status, problem.parameter) == (400, "X-API-Key")
    assert refused(identify, request(("X-API-Key", one), ("X-API-Key", one))).status == 400
    assert refused(identify, request(("Authorization", f"Bearer {one}"), ("Authorization", "Bearer x"))).status == 400
    assert identify(request(("Authorization", f"Bearer {one}"), ("X-API-Key", same))).organisation == "ign"
    assert refused(identify, request(("Authorization", f"Bearer {one}"), ("X-API-Key", "moi_wrong"))).status == 401


def test_without_a_sign_in_service_a_token_is_refused(lite: Index, clock: Clock) -> None:
    assert refused(identify_by(lite, clock), bearer("a.b.c")).status == 401


def test_a_flood_of_wrong_keys_does_not_reach_the_index(lite: Index, clock: Clock) -> None:
    counting: Any = Counting(lite)
    identify = identify_by(counting, clock)
    for n in range(200):
        assert refused(identify, bearer(f"moi_{n:016x}_{'a' * 52}")).status == 401
    assert counting.reads <= 2


def test_an_index_that_is_down_is_not_taken_for_an_unknown_key(lite: Index, clock: Clock) -> None:
    text, _ = give_key(lite, clock)
    identify = identify_by(lite, clock)
    lite.close()
    with pytest.raises(IndexUnavailable):
        identify(bearer(text))


def test_a_damaged_entry_gives_no_right_and_harms_no_other(lite: Index, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    text, _key = give_key(lite, clock)
    broken, _ = give_key(lite, clock, "odd")
    lite.write_note(ORGANISATION, "odd", {"id": "odd", "user_class": "operator"}, None)
    lite.write_note(KEY, "f" * 16, {"id": "f" * 16}, None)
    identify = identify_by(lite, clock)
    assert identify(bearer(text)).organisation == "ign"
    assert refused(identify, bearer(broken)).status == 401
    assert "organisation odd" in caplog.text
    with pytest.raises(Damaged, match="odd"):
        read_all(lite, ORGANISATION, Organisation)


def test_two_operators_do_not_overwrite_each_other(index: Index) -> None:
    register(index)

    def sign(licence: str) -> Callable[[Organisation | None], Organisation | None]:
        def make(before: Organisation | None) -> Organisation | None:
            assert before is not None
            rows = [*before.document().get("signatures", []), {"licence": licence, "version": "1", "date": "2026-01-01"}]
            return Organisation.model_validate({**before.document(), "signatures": rows})

        return make

    def slow(before: Organisation | None) -> Organisation | None:
        if before is not None and not before.signatures:
            change(index, ORGANISATION, "ign", Organisation, sign("other"))
        return sign("mine")(before)

    done = change(index, ORGANISATION, "ign", Organisation, slow)
    assert done is not None
    assert [signature.licence for signature in done.signatures] == ["other", "mine"]
    assert read_all(index, ORGANISATION, Organisation)["ign"] == done


def test_a_client_that_knows_nothing_but_basic_gives_its_key_as_the_password(lite: Index, clock: Clock) -> None:
    register(lite)
    text, _ = give_key(lite, clock)
    identify = identify_by(lite, clock)

    def basic(given: str) -> Any:
        return request(("Authorization", f"Basic {b64encode(given.encode()).decode()}"))

    for user in ("", "geonetwork", text):
        assert identify(basic(f"{user}:{text}")).organisation == "ign"
    assert refused(identify, basic(f"user:{text}x")).code == "invalid-key"
    unread = (request(("Authorization", f"Basic {credentials}")) for credentials in ("é", "?", "=="))
    for wrong in (basic(text), basic("user:secret"), basic(""), *unread):
        assert (refused(identify, wrong).status, refused(identify, wrong).code) == (401, "invalid-authorization")
