"""Every route, every class of user, every licence: nobody learns of an Item that they do not discover, and everyone finds the rest."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from api.app import Offer, create_app
from index.protocol import Index
from mappings.access.classes import UserClass
from tests.access.world import BOX, CATALOGUE, COPIES, GONE, HIDDEN_FROM, THINGS, Thing, access, askers, fill, is_found, policy
from tests.support.serving import serving

TABLE = policy().table
IDS = {thing.id for thing in THINGS}
AREA = ",".join(map(str, BOX))
AREA_ASKED: dict[str, Any] = {"bbox": list(BOX), "datetime": "2024-01-01T00:00:00Z/2024-12-31T00:00:00Z"}
ABSENT = Thing("Item-that-never-was.", "col-that-never-was", "test", "open", "copernicus")


class Asked:
    """The API as one class of user asks it. Every answer is searched for what that class does not discover."""

    def __init__(self, base: str, one: str, client: httpx.Client) -> None:
        self.base = base
        self.one = one
        self._client = client
        self.found = {thing for thing in THINGS if is_found(one, thing, TABLE)}
        self.hidden = [*(set(THINGS) - self.found), GONE]

    def send(self, method: str, path: str, echo: str = "", **more: Any) -> httpx.Response:
        """`echo` are the words that the request itself names: an answer may repeat them."""
        headers = {} if self.one == "anonymous" else {"X-API-Key": self.one}
        answer = self._client.request(method, f"{self.base}{path}", headers={**headers, **more.pop("headers", {})}, **more)
        text = answer.text + str(answer.headers)
        for word in echo.split():
            text = text.replace(word, "")
        for thing in self.hidden:
            assert thing.id not in text, (self.one, method, path, thing)
            if thing is not GONE:
                assert thing.collection not in text, (self.one, method, path, thing)
        return answer

    def get(self, path: str, echo: str = "", **params: Any) -> httpx.Response:
        return self.send("GET", path, echo, params=params or None)


def same_as_absent(asked: Asked, path: Callable[[Thing], str], thing: Thing, **more: Any) -> None:
    """An Item that is hidden is answered as one that is not there, word for word."""
    hidden = asked.send("GET", path(thing), thing.id, **more)
    absent = asked.send("GET", path(ABSENT), ABSENT.id, **more)
    assert hidden.status_code == absent.status_code
    assert hidden.text.replace(thing.collection, "C").replace(thing.id, "I") == absent.text.replace(ABSENT.collection, "C").replace(
        ABSENT.id, "I"
    )


# --- routes ----------------------------------------------------------------------------------------------------------------


def landing(asked: Asked) -> None:
    titles = {link["title"] for link in asked.get("/").json()["links"] if link["rel"] == "child"}
    assert titles == {thing.collection for thing in asked.found}


def nothing_of_items(path: str) -> Callable[[Asked], None]:
    def probe(asked: Asked) -> None:
        text = asked.get(path).text
        assert "Item-" not in text

    return probe


def search_get(asked: Asked) -> None:
    page = asked.get("/search", limit="1000").json()
    assert {item["id"] for item in page["features"]} == {thing.id for thing in asked.found}
    assert page["numberMatched"] == page["numberReturned"] == len(asked.found)
    for item in page["features"]:
        _check_decision(asked, item)
    for thing in asked.hidden:
        for conditions in ({"ids": thing.id}, {"collections": thing.collection, "ids": thing.id}):
            none = asked.get("/search", f"{thing.id} {thing.collection}", **conditions)
            assert (none.json()["features"], none.json()["numberMatched"]) == ([], 0)
    for conditions in ({"accessible": "true"}, {"accessible": "now"}, {"exclude_airbus": "true"}, {"collapse": "true"}, {"bbox": AREA}):
        _pages_agree(asked, conditions)


def search_post(asked: Asked) -> None:
    answer = asked.send("POST", "/search", json={"limit": 1000, "accessible": "now"}).json()
    may = {thing.id for thing in asked.found if _download(asked.one, thing) in ("yes", "with_account")}
    assert {item["id"] for item in answer["features"]} == may
    one = asked.send("POST", "/search", json={"limit": 1}).json()
    step = next(link for link in one["links"] if link["rel"] == "next")
    assert asked.send("POST", "/search", json=step["body"]).status_code == 200


def collections(asked: Asked) -> None:
    found = asked.get("/collections").json()
    assert {one["id"] for one in found["collections"]} == {thing.collection for thing in asked.found}
    assert sum(one["moisson:items"] for one in found["collections"]) == len(asked.found)
    fewer = asked.get("/collections", accessible="true", exclude_airbus="true").json()
    may = [thing for thing in asked.found if _download(asked.one, thing) in ("yes", "with_account", "after_signing")]
    assert {one["id"] for one in fewer["collections"]} == {thing.collection for thing in may}


def collection(asked: Asked) -> None:
    for thing in THINGS:
        if thing in asked.found:
            assert asked.get(f"/collections/{thing.collection}").json()["moisson:items"] == 1
        else:
            _collection_is_absent(asked, f"/collections/{thing.collection}", thing)


def items(asked: Asked) -> None:
    for thing in THINGS:
        path = f"/collections/{thing.collection}/items"
        if thing in asked.found:
            assert [item["id"] for item in asked.get(path).json()["features"]] == [thing.id]
        else:
            _collection_is_absent(asked, path, thing)


def item(asked: Asked) -> None:
    for thing in THINGS:
        if thing in asked.found:
            answer = asked.get(f"/collections/{thing.collection}/items/{thing.id}").json()
            _check_decision(asked, answer)
            _check_references(asked, thing, answer)
    for thing in asked.hidden:
        same_as_absent(asked, lambda one: f"/collections/{one.collection}/items/{one.id}", thing)


def licences(asked: Asked) -> None:
    """The rules are public; images are not in them."""
    assert {row["id"] for row in asked.get("/licences").json()["licences"]} == set(TABLE)
    for row in TABLE:
        assert "Item-" not in asked.get(f"/licences/{row}").text
        assert "Item-" not in asked.get(f"/licences/{row}", f="html").text


def me(asked: Asked) -> None:
    told = asked.get("/me").json()
    assert told["class"] == asked.one
    assert (told["organisation"] or {}).get("id") == (None if asked.one == "anonymous" else f"org-{asked.one}")


def download(asked: Asked) -> None:
    for thing in asked.found:
        answer = asked.get(f"/collections/{thing.collection}/items/{thing.id}/assets/data/download")
        allowed = _download(asked.one, thing) in ("yes", "with_account")
        assert answer.status_code == (302 if allowed else 403), (asked.one, thing, answer.text)
    for thing in asked.hidden:
        same_as_absent(asked, lambda one: f"/collections/{one.collection}/items/{one.id}/assets/data/download", thing)


def coverage(asked: Asked) -> None:
    """What covers nothing for the asker is told as nothing, and only by scenes that they discover."""
    told = asked.send("POST", "/coverage", json=AREA_ASKED).json()["coverage"]
    for name in ("open", "held", "orderable"):
        some = any(_counts(asked.one, thing) for thing in asked.found if thing.availability == name)
        assert told[name]["share"] == (1 if some else 0), (asked.one, name)
    for thing in set(THINGS) - asked.found:
        narrow = asked.send("POST", "/coverage", thing.collection, json={**AREA_ASKED, "collections": [thing.collection]}).json()
        assert (narrow["scenes"], narrow["candidates"], narrow["coverage"]["covered"]["km2"]) == ([], 0, 0)


def _counts(one: str, thing: Thing) -> bool:
    """Whether an image that may not be had at all would count as coverage: it does not."""
    return thing.availability == "orderable" or _download(one, thing) != "no"


def draft(asked: Asked) -> None:
    def chosen(thing: Thing) -> Any:
        return {"items": [{"collection": thing.collection, "id": thing.id}], "bbox": list(BOX)}

    for thing in asked.found:
        assert asked.send("POST", "/requests/draft", json=chosen(thing)).status_code == 200, (asked.one, thing)
    absent = asked.send("POST", "/requests/draft", f"{ABSENT.id} {ABSENT.collection}", json=chosen(ABSENT))
    for thing in asked.hidden:
        answer = asked.send("POST", "/requests/draft", f"{thing.id} {thing.collection}", json=chosen(thing))
        assert answer.status_code == absent.status_code
        assert _named(answer, thing) == _named(absent, ABSENT)


def _named(answer: httpx.Response, thing: Thing) -> str:
    return answer.text.replace(thing.collection, "C").replace(thing.id, "I")


PROBES: dict[tuple[str, str], Callable[[Asked], None]] = {
    ("GET", "/"): landing,
    ("GET", "/conformance"): nothing_of_items("/conformance"),
    ("GET", "/api"): nothing_of_items("/api"),
    ("GET", "/api.html"): nothing_of_items("/api.html"),
    ("GET", "/docs/oauth2-redirect"): nothing_of_items("/docs/oauth2-redirect"),
    ("GET", "/_mgmt/ping"): nothing_of_items("/_mgmt/ping"),
    ("GET", "/_mgmt/health"): nothing_of_items("/_mgmt/health"),
    ("GET", "/healthz"): nothing_of_items("/healthz"),
    ("GET", "/readyz"): nothing_of_items("/readyz"),
    ("GET", "/schemas/moisson/v1.0.0/schema.json"): nothing_of_items("/schemas/moisson/v1.0.0/schema.json"),
    ("GET", "/search"): search_get,
    ("POST", "/search"): search_post,
    ("GET", "/collections"): collections,
    ("GET", "/collections/{collection_id}"): collection,
    ("GET", "/collections/{collection_id}/items"): items,
    ("GET", "/collections/{collection_id}/items/{item_id:path}"): item,
    ("GET", "/collections/{collection_id}/items/{item_id:path}/assets/{key:path}/download"): download,
    ("GET", "/licences"): licences,
    ("GET", "/licences/{licence_id}"): licences,
    ("GET", "/me"): me,
    ("POST", "/coverage"): coverage,
    ("POST", "/requests/draft"): draft,
}


@pytest.fixture
def base(index: Index) -> Iterator[str]:
    fill(index)
    with serving(index, access=access()) as address:
        yield address


def test_every_route_is_in_the_table(index: Index) -> None:
    assert set(_routes(create_app(index, Offer(access())).routes)) == set(PROBES)


def test_something_is_hidden_from_every_class_and_every_licence_from_somebody() -> None:
    for one in UserClass:
        assert any(not is_found(one, thing, TABLE) for thing in THINGS if thing.source == "test"), one
        assert any(is_found(one, thing, TABLE) for thing in THINGS), one
        assert HIDDEN_FROM[one] in TABLE
    for licence in TABLE:
        assert any(not is_found(one, thing, TABLE) for one in UserClass for thing in THINGS if thing.licence == licence), licence


@pytest.mark.timeout(300)
def test_no_route_tells_anybody_of_what_they_do_not_discover(base: str) -> None:
    with httpx.Client(timeout=30) as client:
        for one in UserClass:
            for probe in PROBES.values():
                probe(Asked(base, one, client))


def test_a_page_token_of_one_audience_is_refused_by_another(base: str) -> None:
    with httpx.Client(timeout=30) as client:
        members = {one: Asked(base, one, client) for one in UserClass}
        tokens = {one: _token(asked) for one, asked in members.items()}
        for one, asked in members.items():
            for other, token in tokens.items():
                answer = asked.get("/search", limit="1", token=token)
                assert answer.status_code == (200 if asked.found == members[other].found else 400), (one, other)


def test_answers_are_cached_for_nobody_else(base: str) -> None:
    with httpx.Client(timeout=30) as client:
        for one in UserClass:
            for path in ("/search", "/collections", "/", f"/collections/{CATALOGUE.collection}/items/{CATALOGUE.id}"):
                headers = Asked(base, one, client).get(path, CATALOGUE.id if CATALOGUE.id in path else "").headers
                assert {"Authorization", "X-API-Key"} <= set(headers["Vary"].split(", "))
                assert ("private" in headers.get("Cache-Control", "")) == (one != "anonymous")


def test_a_key_that_does_not_hold_is_never_anonymous(base: str) -> None:
    for path in ("/search", "/collections", "/", f"/collections/{CATALOGUE.collection}/items/{CATALOGUE.id}"):
        assert httpx.get(f"{base}{path}", headers={"X-API-Key": "stolen"}).status_code == 401


# --- what the answers must say ------------------------------------------------------------------------------------------------


def _download(one: str, thing: Thing) -> str:
    """As the licence file has it."""
    row = TABLE[thing.licence]
    right = next(right for right in row.rights if one in right.users)
    if thing.availability in ("orderable", "view"):
        return "no"
    if right.download in ("no", "on_request"):
        return str(right.download)
    if thing.availability == "unknown" or not row.confirmed:
        return "on_request"
    who = askers().get(one)
    unsigned = right.needs == "signature" and (who is None or thing.licence not in who.signed)
    return "after_signing" if unsigned else str(right.download)


def _check_decision(asked: Asked, item: Any) -> None:
    thing = next(thing for thing in THINGS if thing.id == item["id"])
    told = item["properties"]["moisson:access"]
    assert (told["audience"], told["download"]) == (asked.one, _download(asked.one, thing)), thing
    assert told["reason"]["fr"]
    assert told["reason"]["en"]


def _check_references(asked: Asked, thing: Thing, item: Any) -> None:
    """A reference is told to those who discover its target, and only to them."""
    told = item["properties"]
    if thing is CATALOGUE:
        assert {copy["id"] for copy in told.get("moisson:held_by", ())} == {copy.id for copy in COPIES if copy in asked.found}
    elif thing in COPIES:
        assert {copy["id"] for copy in told.get("moisson:catalogued_as", ())} == ({CATALOGUE.id} if CATALOGUE in asked.found else set())
    else:
        assert "moisson:held_by" not in told
        assert "moisson:catalogued_as" not in told


def _collection_is_absent(asked: Asked, path: str, thing: Thing) -> None:
    hidden = asked.get(path, thing.collection)
    absent = asked.get(path.replace(thing.collection, ABSENT.collection), ABSENT.collection)
    assert (hidden.status_code, hidden.text.replace(thing.collection, "C")) == (404, absent.text.replace(ABSENT.collection, "C"))


def _pages_agree(asked: Asked, conditions: dict[str, str]) -> None:
    """The pages of a query hold what is counted, each Item once, and no page is empty while there is a next one."""
    first = asked.get("/search", limit="7", **conditions).json()
    listed, page = [item["id"] for item in first["features"]], first
    while step := next((link for link in page["links"] if link["rel"] == "next"), None):
        page = asked.get(step["href"].removeprefix(asked.base)).json()
        assert page["features"]
        listed += [item["id"] for item in page["features"]]
    assert len(listed) == len(set(listed)) == first["numberMatched"]


def _token(asked: Asked) -> str:
    page = asked.get("/search", limit="1").json()
    step = next(link["href"] for link in page["links"] if link["rel"] == "next")
    return httpx.URL(step).params["token"]


def _routes(routes: Any) -> Iterator[tuple[str, str]]:
    """Methods and paths, those of included routers too; HEAD is a GET."""
    for route in routes:
        if hasattr(route, "path"):
            yield from ((method, route.path) for method in route.methods or ["GET"] if method != "HEAD")
        else:
            yield from _routes(route.original_router.routes)
