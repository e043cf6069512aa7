"""A page of another origin may use everything, with its own key; what a path can be asked by."""

from typing import Any

import httpx
import pytest

from api.access import Access
from api.app import Offer, create_app
from index.protocol import Index
from mappings.access.policy import Policy
from tests.api.http.conftest import ITEM, by_key
from tests.support.serving import running, serving

ORIGIN = {"Origin": "https://browser.example"}


def names(answer: httpx.Response, header: str) -> set[str]:
    return {name.strip().lower() for name in answer.headers[header].split(",")}


@pytest.mark.parametrize("path", ["/", "/search", ITEM, "/coverage", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_preflight_lets_a_page_send_what_clients_send(api: httpx.Client, path: str, method: str) -> None:
    wanted = "authorization,content-type,if-none-match,x-api-key"
    asked = {**ORIGIN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": wanted}
    answer = api.options(path, headers=asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method.lower() in names(answer, "access-control-allow-methods")
    assert set(wanted.split(",")) <= names(answer, "access-control-allow-headers")
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("more", [{}, ORIGIN], ids=["no origin", "origin"])
def test_every_answer_may_be_read_with_its_headers(api: httpx.Client, more: dict[str, str]) -> None:
    tag = api.get(ITEM).headers["etag"]
    answers = {
        200: api.get(ITEM, headers=more),
        304: api.get(ITEM, headers={**more, "If-None-Match": tag}),
        400: api.get("/search?limit=0", headers=more),
        404: api.get("/nothing", headers=more),
        405: api.delete("/search", headers=more),
        307: api.get("/search/", headers=more),
        413: api.post("/search", content=b" " * (5 * 2**20), headers={**more, "Content-Type": "application/json"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == "*"
        shown = names(answer, "access-control-expose-headers")
        assert {"etag", "link", "content-language", "retry-after", "www-authenticate", "location"} <= shown


def test_a_refusal_to_who_must_sign_in_may_be_read(index: Index) -> None:
    with serving(index, access=Access(Policy(sign_in=True), by_key)) as base:
        answer = httpx.get(f"{base}/search", headers=ORIGIN)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "*")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_fault_of_ours_may_be_read_too(index: Index) -> None:
    app = create_app(index, Offer())

    @app.get("/broken")
    def broken() -> Any:
        raise RuntimeError("a fault")

    with running(app) as base:
        answer, head = httpx.get(f"{base}/broken", headers=ORIGIN), httpx.head(f"{base}/broken")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (500, "*")
    assert answer.json()["code"] == "internal-error"
    assert answer.headers["cache-control"] == "no-cache"
    assert (head.status_code, head.content) == (500, b"")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/search", "GET, HEAD, POST, OPTIONS"),
        (ITEM, "GET, HEAD, OPTIONS"),
        ("/licences/unknown", "GET, HEAD, OPTIONS"),
        ("/coverage", "POST, OPTIONS"),
    ],
)
def test_a_path_says_what_it_can_be_asked_by(api: httpx.Client, path: str, allowed: str) -> None:
    answer, refused = api.options(path), api.patch(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)


def test_a_path_that_is_not_there_is_not_there_by_options_either(api: httpx.Client) -> None:
    answer = api.options("/nothing")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
