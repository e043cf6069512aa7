"""Probes: each route of the API, asked by one class of users, and what its answer must say."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.access.asked import ABSENT, TABLE, Asked, same_as_absent
from tests.access.exports import EXPORTED
from tests.access.records import RECORDS
from tests.access.searching import parameters
from tests.access.taking import TAKEN
from tests.access.walking import WALKED, children_of, collection_is_absent, some
from tests.access.world import BOX, CATALOGUE, COPIES, THINGS, Thing, askers

IDS = {thing.id for thing in THINGS}


AREA = ",".join(map(str, BOX))


AREA_ASKED: dict[str, Any] = {"bbox": list(BOX), "datetime": "2024-01-01T00:00:00Z/2024-12-31T00:00:00Z"}


def landing(asked: Asked) -> None:
    page = asked.get("/").json()
    assert children_of(page) == {thing.source for thing in asked.found}
    assert page["moisson:items"] == len(asked.found)
    html = asked.get("/", f="html").text
    assert all(thing.collection in html for thing in asked.found)


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
    parameters(asked)


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
    first = asked.get("/collections", limit="1", sortby="-id").json()
    assert first["numberMatched"] == len(asked.found)
    for thing in set(some(asked)) - asked.found:
        none = asked.get("/collections", thing.collection, q=thing.collection)
        assert none.json()["numberMatched"] == 0


def collection(asked: Asked) -> None:
    for thing in THINGS:
        if thing in asked.found:
            assert asked.get(f"/collections/{thing.collection}").json()["moisson:items"] == 1
        else:
            collection_is_absent(asked, f"/collections/{thing.collection}", thing)


def items(asked: Asked) -> None:
    for thing in THINGS:
        path = f"/collections/{thing.collection}/items"
        if thing in asked.found:
            assert [item["id"] for item in asked.get(path).json()["features"]] == [thing.id]
        else:
            collection_is_absent(asked, path, thing)


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


def view(asked: Asked) -> None:
    """Nobody fetches pictures for this server: who may view is told so, and nobody else."""
    for thing in asked.found:
        answer = asked.get(f"/collections/{thing.collection}/items/{thing.id}/assets/look/view")
        assert answer.status_code == (502 if _view(asked.one, thing) else 403), (asked.one, thing, answer.text)
    for thing in asked.hidden:
        same_as_absent(asked, lambda one: f"/collections/{one.collection}/items/{one.id}/assets/look/view", thing)


def layers(asked: Asked) -> None:
    """Items to look at, each as the asker finds it."""
    told = asked.get("/map/layers").json()["layers"]
    found = {thing.id for thing in asked.found if thing.availability == "view" and _view(asked.one, thing)}
    assert {one["id"].rpartition("/")[2] for one in told if one["kind"] == "wmts"} == found


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


def for_operators(method: str, path: str) -> Callable[[Asked], None]:
    """Pages of operators: nobody else learns even whether there is such a page, and they tell of sources, not of Items."""

    def probe(asked: Asked) -> None:
        answer = asked.send(method, path, data={"key": "none"} if method == "POST" else None)
        if asked.one != "operator":
            assert answer.status_code == (401 if asked.one == "anonymous" else 403), (asked.one, path)
            assert answer.json()["code"] in ("sign-in-required", "not-an-operator")
        assert "Item-" not in answer.text

    return probe


def sign_in_form(asked: Asked) -> None:
    """The same for everybody; the keys of this world are none that it takes."""
    assert asked.get("/runs/sign-in").status_code == 200
    assert asked.send("POST", "/runs/sign-in", data={"key": asked.one}).status_code in (401, 429)
    assert asked.send("POST", "/runs/sign-out", data={"token": "none"}, follow_redirects=True).status_code == 200


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
    ("GET", "/collections/{collection_id}/items/{item_id:path}/assets/{key:path}/view"): view,
    ("GET", "/map"): nothing_of_items("/map"),
    ("GET", "/map/assets/{name}"): nothing_of_items("/map/assets/none.js"),
    ("GET", "/map/layers"): layers,
    ("GET", "/licences"): licences,
    ("GET", "/licences/{licence_id}"): licences,
    ("GET", "/me"): me,
    ("GET", "/runs"): for_operators("GET", "/runs"),
    ("GET", "/runs/{rest:path}"): for_operators("GET", "/runs/anything/else"),
    ("GET", "/runs/sources/{source}"): for_operators("GET", "/runs/sources/closed"),
    ("GET", "/runs/sources/{source}/quarantine"): for_operators("GET", "/runs/sources/closed/quarantine"),
    ("GET", "/runs/sources/{source}/runs/{run}"): for_operators("GET", "/runs/sources/closed/runs/1"),
    ("GET", "/runs/sources/{source}/ask/{deed}"): for_operators("GET", "/runs/sources/closed/ask/run"),
    ("POST", "/runs/sources/{source}/ask/{deed}"): for_operators("POST", "/runs/sources/closed/ask/run"),
    ("GET", "/runs/sign-in"): sign_in_form,
    ("POST", "/runs/sign-in"): sign_in_form,
    ("POST", "/runs/sign-out"): sign_in_form,
    ("POST", "/coverage"): coverage,
    ("POST", "/requests/draft"): draft,
    **EXPORTED,
    **RECORDS,
    **WALKED,
    **TAKEN,
}


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


def _view(one: str, thing: Thing) -> bool:
    """As the licence file has it: what is not established gives no right."""
    row = TABLE[thing.licence]
    return row.confirmed and thing.availability != "unknown" and next(right.view for right in row.rights if one in right.users)


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


def _pages_agree(asked: Asked, conditions: dict[str, str]) -> None:
    """The pages of a query hold what is counted, each Item once, and no page is empty while there is a next one."""
    first = asked.get("/search", limit="7", **conditions).json()
    listed, page = [item["id"] for item in first["features"]], first
    while step := next((link for link in page["links"] if link["rel"] == "next"), None):
        page = asked.get(step["href"].removeprefix(asked.base)).json()
        assert page["features"]
        listed += [item["id"] for item in page["features"]]
    assert len(listed) == len(set(listed)) == first["numberMatched"]
