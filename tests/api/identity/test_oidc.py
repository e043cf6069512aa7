"""OIDC tokens without a sign-in service: what holds, what the issuer is asked and how often, and what a request gets when it is down."""

from collections.abc import Callable
from typing import Any

import pytest

from api.identity.identify import IdentitySettings, build_identify
from api.identity.oidc_http import IssuerUnavailable, discover, is_safe
from api.identity.oidc_keys import FRESH, KEPT, PAUSE
from api.identity.oidc_settings import OidcSettings
from index.protocol import Index
from mappings.access.classes import UserClass
from tests.api.identity.parts import AUDIENCE, EC, ISSUER, OTHER_RSA, RSA, Clock, Issuer, bearer, identify_by, jwk, refused, register, token


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")])
def test_the_two_accepted_algorithms_hold(lite: Index, clock: Clock, key: Any, algorithm: str) -> None:
    identify = identify_by(lite, clock, Issuer([jwk(key)]))
    asker = identify(bearer(token(clock, key, algorithm)))
    assert (asker.organisation, asker.person, asker.user_class) == ("ign", "anne", UserClass.PUBLIC_ACTOR)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "PS512"])
def test_no_other_algorithm_holds_even_with_the_right_key(lite: Index, clock: Clock, algorithm: str) -> None:
    issuer = Issuer([jwk(RSA)])
    problem = refused(identify_by(lite, clock, issuer), bearer(token(clock, RSA, algorithm)))
    assert (problem.status, "way that is not accepted" in problem.detail) == (401, True)
    assert issuer.asked == 0


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "claim is missing"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"iss": f"{ISSUER}/"}, "issuer"),
        ({"iss": None}, "claim is missing"),
        ({"exp": None}, "claim is missing"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": 10**400}, "exp"),
        ({"exp": True}, "exp"),
        ({"typ": "ID"}, "access token"),
        ({"typ": "Refresh"}, "access token"),
        ({"sub": None}, "person"),
        ({"sub": "a\nb"}, "person"),
        ({"sub": "x" * 201}, "person"),
    ],
)
def test_a_claim_that_is_wrong_is_refused_with_its_reason(lite: Index, clock: Clock, claims: dict[str, Any], reason: str) -> None:
    problem = refused(identify_by(lite, clock, Issuer()), bearer(token(clock, **claims)))
    assert (problem.status, problem.code) == (401, "invalid-token")
    assert reason in problem.detail
    assert (problem.headers or {})["WWW-Authenticate"].startswith("Bearer")


def test_clocks_may_differ_by_the_leeway_and_no_more(lite: Index, clock: Clock) -> None:
    identify, now = identify_by(lite, clock, Issuer()), int(clock().timestamp())
    good: list[dict[str, Any]] = [{"exp": now - 29}, {"nbf": now + 29}]
    for claims in good:
        assert identify(bearer(token(clock, **claims))).is_member
    over: list[tuple[dict[str, Any], str]] = [({"exp": now - 30}, "expired"), ({"nbf": now + 31}, "not valid yet")]
    for claims, reason in over:
        assert reason in refused(identify, bearer(token(clock, **claims))).detail


@pytest.mark.parametrize("text", ["x", "a.b.c", "....", "e30.e30.e30", "x" * 20_000, "[" * 5000 + ".e30.x", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused_and_asks_nobody(lite: Index, clock: Clock, text: str) -> None:
    issuer = Issuer()
    assert refused(identify_by(lite, clock, issuer), bearer(text)).status == 401
    assert issuer.asked == 0


def test_a_symmetric_key_that_the_issuer_publishes_is_no_key(lite: Index, clock: Clock) -> None:
    shared = {"kty": "oct", "kid": "one", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "alg": "HS256"}
    text = token(clock, "secret-secret-secret-secret-secret", "HS256")
    assert refused(identify_by(lite, clock, Issuer([shared])), bearer(text)).status == 401
    encrypting = Issuer([{**jwk(RSA), "use": "enc"}])
    assert refused(identify_by(lite, clock, encrypting), bearer(token(clock))).status == 401


def test_keys_are_read_once_and_again_when_old(lite: Index, clock: Clock) -> None:
    issuer = Issuer()
    identify = identify_by(lite, clock, issuer)
    for _ in range(50):
        assert identify(bearer(token(clock))).is_member
    assert issuer.asked == 1
    clock.on(seconds=FRESH.total_seconds())
    identify(bearer(token(clock)))
    assert issuer.asked == 2


def test_a_new_key_is_found_and_unknown_ones_do_not_flood_the_issuer(lite: Index, clock: Clock) -> None:
    issuer = Issuer()
    identify = identify_by(lite, clock, issuer)
    assert identify(bearer(token(clock))).is_member
    issuer.keys.append(jwk(OTHER_RSA, "two"))
    clock.on(seconds=PAUSE.total_seconds())
    assert identify(bearer(token(clock, OTHER_RSA, headers={"kid": "two"}))).is_member
    for number in range(100):
        assert refused(identify, bearer(token(clock, headers={"kid": f"made-up-{number}"}))).status == 401
    assert issuer.asked == 2


def test_a_key_that_the_issuer_withdrew_ends_with_the_next_reading(lite: Index, clock: Clock) -> None:
    issuer = Issuer()
    identify = identify_by(lite, clock, issuer)
    assert identify(bearer(token(clock))).is_member
    issuer.keys[:] = [jwk(OTHER_RSA, "two")]
    clock.on(seconds=FRESH.total_seconds())
    assert refused(identify, bearer(token(clock))).status == 401


def test_a_service_that_is_down_is_a_503_until_it_answers_and_says_so_in_the_log(
    lite: Index, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    issuer = Issuer(down=True)
    identify = identify_by(lite, clock, issuer)
    for _ in range(3):
        problem = refused(identify, bearer(token(clock)))
        assert (problem.status, problem.code) == (503, "sign-in-unavailable")
        assert int((problem.headers or {})["Retry-After"]) >= PAUSE.total_seconds()
    assert issuer.asked == 1
    assert "keys cannot be read" in caplog.text
    issuer.down = False
    clock.on(seconds=PAUSE.total_seconds())
    assert identify(bearer(token(clock))).is_member


def test_known_keys_go_on_for_a_while_without_the_service_and_keep_no_request_waiting(lite: Index, clock: Clock) -> None:
    issuer, left = Issuer(), list[Callable[[], None]]()
    settings = IdentitySettings(OidcSettings(ISSUER, AUDIENCE))
    identify = build_identify(settings, lite, clock, send=issuer.send, later=left.append)
    assert identify(bearer(token(clock))).is_member
    issuer.down = True
    clock.on(seconds=FRESH.total_seconds())
    assert identify(bearer(token(clock))).is_member
    asked = issuer.asked
    clock.on(seconds=PAUSE.total_seconds())
    assert identify(bearer(token(clock))).is_member
    # It is known to be down: it is asked beside the request.
    assert (issuer.asked, len(left)) == (asked, 1)
    left[0]()
    assert issuer.asked == asked + 1
    assert refused(identify, bearer(token(clock, headers={"kid": "unknown"}))).status == 503
    clock.on(seconds=KEPT.total_seconds())
    assert refused(identify, bearer(token(clock))).status == 503


def test_a_discovery_that_speaks_for_another_issuer_is_not_followed(lite: Index, clock: Clock) -> None:
    for wrong in ({"issuer": "https://evil.example"}, {"jwks_uri": "http://evil.example/certs"}, {"jwks_uri": None}):
        issuer = Issuer(discovery=wrong)
        assert refused(identify_by(lite, clock, issuer), bearer(token(clock))).status == 503
    with pytest.raises(IssuerUnavailable, match="another issuer"):
        discover(ISSUER, Issuer(discovery={"issuer": f"{ISSUER}/"}).send)


def test_the_claim_or_else_the_list_of_people_gives_the_organisation(lite: Index, clock: Clock) -> None:
    register(lite, "cnes", "scientist", people=[{"subject": "Bruno@cnes.fr"}])
    identify = identify_by(lite, clock, Issuer())

    def organisation(**claims: Any) -> str | None:
        return identify(bearer(token(clock, **claims))).organisation

    assert organisation(organization=["ign"]) == organisation(organization={"ign": {"id": "1"}}) == "ign"
    assert organisation(organization=["elsewhere", "ign"]) == "ign"
    bruno: dict[str, Any] = {"sub": "b", "organization": None, "email": "bruno@CNES.fr"}
    assert organisation(**bruno, email_verified=True) == "cnes"
    # An address that nobody checked, or a claim that names somebody else, gives nothing.
    assert organisation(**bruno, email_verified=False) is None
    assert organisation(**{**bruno, "email_verified": True, "organization": "elsewhere"}) is None
    several = identify(bearer(token(clock, organization=["ign", "cnes"])))
    assert (several.user_class, several.organisation) == (UserClass.ANONYMOUS, None)
    assert several.note_en is not None


def test_who_left_has_no_rights_by_any_of_their_names(lite: Index, clock: Clock) -> None:
    people = [{"subject": "anne"}, {"subject": "anne@ign.fr", "until": "2026-06-01"}]
    register(lite, people=people)
    asker = identify_by(lite, clock, Issuer())(bearer(token(clock, email="anne@ign.fr", email_verified=True)))
    assert (asker.user_class, asker.organisation) == (UserClass.ANONYMOUS, "ign")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://sign-in.example", True),
        ("http://127.0.0.1:8180", True),
        ("http://[::1]:8180", True),
        ("http://sign-in.example", False),
        ("http://127.0.0.1.example", False),
        ("https://user:secret@sign-in.example", False),
        ("ftp://localhost", False),
        ("https://[", False),
    ],
)
def test_secrets_go_to_https_or_to_this_machine_only(url: str, safe: bool) -> None:
    assert is_safe(url) is safe
