"""Who may see the pages of operators: by a key in a header, or by the cookie of a session, which is good for nothing else."""

import logging
from datetime import timedelta

import httpx
import pytest

from api.runs.session import LIFE, SESSION
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome
from tests.api.runs.conftest import SOURCES
from tests.api.runs.reading import read, send
from tests.api.runs.world import Site, give_key, ran, revoke, site

ADDRESSES = (
    "/runs",
    "/runs/sources/peps",
    "/runs/sources/none",
    "/runs/sources/peps/ask/run",
    "/runs/sources/peps/quarantine",
    "/runs/x/y",
)


def cookie_of(client: httpx.Client) -> str:
    return client.cookies["moisson-runs"]


def with_cookie(one: Site, cookie: str, path: str = "/runs") -> httpx.Response:
    with one.client(Cookie=f"moisson-runs={cookie}") as client:
        return client.get(path)


def test_who_has_not_signed_in_gets_the_form_whatever_they_ask_for(operated: Site) -> None:
    texts = set()
    with operated.client() as client:
        for address in ADDRESSES:
            shown = read(client.get(address), 401)
            assert shown.form("/sign-in").method == "post"
            texts.add(shown.words)
            told = client.get(address, headers={"Accept": "application/json"})
            assert (told.status_code, told.json()["code"]) == (401, "sign-in-required")
            assert told.headers["Cache-Control"] == "no-store"
    assert len(texts) == 1


def test_others_than_operators_are_refused_whatever_they_ask_for(operated: Site) -> None:
    texts = {read(operated.get(address, operated.member), 403).words for address in ADDRESSES}
    assert len(texts) == 1
    assert operated.get("/runs", operated.member, Accept="*/*").json()["code"] == "not-an-operator"


def test_a_key_that_does_not_hold_is_refused(operated: Site) -> None:
    assert operated.get("/runs", "moi_wrong").status_code == 401


def test_a_bearer_of_an_operators_key_sees_the_pages(operated: Site) -> None:
    answer = httpx.get(f"{operated.base}/runs", headers={"Authorization": f"Bearer {operated.operator}", "Accept": "text/html"})
    assert "peps" in read(answer).links


def test_signing_in_sends_the_key_once_and_gives_a_cookie_of_these_pages_alone(operated: Site) -> None:
    with operated.client() as client:
        shown = read(client.get("/runs/sign-in"))
        answer = send(client, shown, "/sign-in", key=f" {operated.operator}\n")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/runs?language=fr")
        _, *parts = answer.headers["Set-Cookie"].split("; ")
        assert set(parts) == {"Path=/runs", "Max-Age=3600", "HttpOnly", "SameSite=Strict"}
        assert operated.operator.rpartition("_")[2] not in str(answer.headers) + answer.text
        assert "Connecté : maud (OPS)" in read(client.get("/runs")).words


def test_where_users_come_by_https_the_cookie_goes_by_https_only_and_below_the_prefix(lite: Index) -> None:
    with site(lite, SOURCES, public_url="https://example.org/catalogue") as one, one.client() as client:
        answer = client.post("/runs/sign-in", data={"key": one.operator}, headers={"Origin": "https://example.org"})
        assert {"Secure", "Path=/catalogue/runs"} <= set(answer.headers["Set-Cookie"].split("; "))
        assert answer.headers["Location"] == "/catalogue/runs?language=fr"
        shown = read(one.get("/runs/sources/peps"))
        assert all(href.startswith("/catalogue/") for href in shown.links.values())


def test_the_cookie_is_good_for_nothing_else(operated: Site) -> None:
    with operated.signed_in() as client:
        cookie = {"Cookie": f"moisson-runs={cookie_of(client)}"}
        assert httpx.get(f"{operated.base}/me", headers=cookie).json()["class"] == "anonymous"
        for path in ("/search", "/collections", "/"):
            plain, with_it = httpx.get(f"{operated.base}{path}"), httpx.get(f"{operated.base}{path}", headers=cookie)
            assert (plain.text, plain.headers["Cache-Control"]) == (with_it.text, with_it.headers["Cache-Control"])


def test_a_session_is_over_after_an_hour_and_forgotten_at_the_next_sign_in(operated: Site) -> None:
    with operated.signed_in() as client:
        cookie = cookie_of(client)
        operated.clock.time += LIFE - timedelta(seconds=1)
        assert with_cookie(operated, cookie).status_code == 200
        operated.clock.time += timedelta(seconds=1)
        assert with_cookie(operated, cookie).status_code == 401
    with operated.signed_in():
        assert len(operated.index.notes(SESSION)) == 1


def test_forged_sessions_are_none(operated: Site) -> None:
    with operated.signed_in() as client:
        cookie = cookie_of(client)
        [kept] = operated.index.notes(SESSION)
        for forged in ("", "x", cookie[:-1], cookie.swapcase(), kept, "x" * 5000, '"', "é".encode().decode("latin-1")):
            with operated.client() as other:
                answer = other.get("/runs", headers=[(b"cookie", b"moisson-runs=" + forged.encode("latin-1"))])
                assert answer.status_code == 401, forged


def test_the_state_holds_no_cookie(operated: Site) -> None:
    with operated.signed_in() as client:
        assert cookie_of(client) not in str(operated.index.notes(SESSION))


def test_a_session_ends_with_its_key_and_with_the_class_of_its_organisation(operated: Site) -> None:
    with operated.signed_in() as client:
        give_key(operated.index, "ops", "public-actor")
        operated.clock.time += timedelta(seconds=4)
        assert client.get("/runs").status_code == 403
        give_key(operated.index, "ops", "operator")
        operated.clock.time += timedelta(seconds=4)
        assert client.get("/runs").status_code == 200
        revoke(operated.index, operated.operator)
        operated.clock.time += timedelta(seconds=4)
        assert client.get("/runs").status_code == 401


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(operated: Site) -> None:
    with operated.signed_in() as client:
        cookie = cookie_of(client)
        answer = send(client, read(client.get("/runs")), "/sign-out")
        assert answer.status_code == 303
        assert "Vous êtes déconnecté" in read(client.get(answer.headers["Location"])).words
        assert "moisson-runs" not in client.cookies
    assert with_cookie(operated, cookie).status_code == 401


def test_wrong_keys_are_refused_and_after_ten_a_minute_not_even_looked_at(operated: Site) -> None:
    with operated.client() as client:
        assert "fausse, révoquée ou expirée" in read(client.post("/runs/sign-in", data={"key": "moi_wrong"}), 401).words
        assert "pas celle d’un exploitant" in read(client.post("/runs/sign-in", data={"key": operated.member}), 403).words
        for _ in range(8):
            assert client.post("/runs/sign-in", data={"key": "x" * 150}).status_code == 401
        refused = client.post("/runs/sign-in", data={"key": operated.operator})
        assert "Trop d’essais" in read(refused, 429).words
        assert refused.headers["Retry-After"] == "60"
        operated.clock.time += timedelta(minutes=1)
        assert client.post("/runs/sign-in", data={"key": operated.operator}).status_code == 303


def test_two_servers_of_one_index_know_the_same_sessions(operated: Site, lite: Index, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "index.sqlite"
    with SqliteIndex.open(elsewhere) as strange, site(lite) as twin, site(strange) as stranger, operated.signed_in() as client:
        assert with_cookie(twin, cookie_of(client)).status_code == 200
        assert with_cookie(stranger, cookie_of(client)).status_code == 401


def test_the_key_is_in_no_log(operated: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with operated.signed_in() as client:
        shown = read(client.get("/runs/sources/peps/ask/pause"))
        send(client, shown, "/ask/pause")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("api", "index", "moisson"))]
    assert "maud (OPS) asked for pause of peps" in ours
    assert operated.operator not in caplog.text


def test_every_page_is_for_nobody_to_keep_and_runs_nothing(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.COMPLETE)
    for address in (
        "/runs",
        "/runs/sign-in",
        "/runs/sources/peps",
        "/runs/sources/peps/runs/one",
        "/runs/sources/peps/ask/remap",
        "/runs/none",
    ):
        answer = operated.get(address)
        assert answer.headers["Cache-Control"] == "no-store", address
        assert "ETag" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
        assert not [
            attributes for _, attributes in read(answer, answer.status_code).tags if "style" in attributes or "onclick" in attributes
        ]
        head = httpx.head(f"{operated.base}{address}", headers={"X-API-Key": operated.operator, "Accept": "text/html"})
        assert (head.status_code, head.content) == (answer.status_code, b"")
