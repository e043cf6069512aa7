"""Probes of the routes by which the catalogue is walked, described and counted."""

from collections.abc import Callable
from typing import Any

from tests.access.asked import ABSENT, Asked
from tests.access.world import SOURCES, THINGS, Thing

_ARCHIVES = ("test", *SOURCES)
_FREQUENCIES = {
    "collection_frequency": "collection",
    "availability_frequency": "availability",
    "licence_frequency": "licence",
    "archive_frequency": "source",
}


def some(asked: Asked) -> list[Thing]:
    """Every eighth, others for each class, and all of sources that have a rule of their own: these routes ask one and the same question."""
    first = len(asked.one) % 8
    return [thing for number, thing in enumerate(THINGS) if number % 8 == first or thing.source != "test"]


def children_of(document: Any) -> set[str]:
    """The last parts of the addresses of the children."""
    return {link["href"].rpartition("/")[2] for link in document["links"] if link["rel"] == "child"}


def collection_is_absent(asked: Asked, path: str, thing: Thing, method: str = "GET", **more: Any) -> None:
    """A Collection in which the asker finds nothing is answered as one that is not there, word for word."""
    hidden = asked.send(method, path, thing.collection, **more)
    absent = asked.send(method, path.replace(thing.collection, ABSENT.collection), ABSENT.collection, **more)
    assert (hidden.status_code, hidden.text.replace(thing.collection, "C")) == (404, absent.text.replace(ABSENT.collection, "C"))


def _of_collections(path: str, check: Callable[[Asked, Thing, Any], None]) -> Callable[[Asked], None]:
    """A probe of a route below each Collection: what is found is checked, what is hidden is not there."""

    def probe(asked: Asked) -> None:
        for thing in some(asked):
            place = f"/collections/{thing.collection}{path}"
            if thing in asked.found:
                check(asked, thing, asked.get(place).json())
            else:
                collection_is_absent(asked, place, thing)

    return probe


def children(asked: Asked) -> None:
    found = asked.get("/children").json()
    assert {one["id"] for one in found["children"]} == {thing.source for thing in asked.found}
    assert sum(one["moisson:items"] for one in found["children"]) == len(asked.found)


def catalog(asked: Asked) -> None:
    for archive in _ARCHIVES:
        within = {thing.collection for thing in asked.found if thing.source == archive}
        for path in (f"/catalogs/{archive}", f"/catalogs/{archive}/children"):
            answer, absent = asked.get(path), asked.get(path.replace(archive, "none"))
            if not within:
                assert (answer.status_code, answer.text) == (404, absent.text.replace("'none'", f"'{archive}'"))
                continue
            told = answer.json()
            assert ({one["id"] for one in told["children"]} if "children" in told else children_of(told)) == within
        if within:
            html = asked.get(f"/catalogs/{archive}", f="html").text
            assert all(collection in html for collection in within)


def _one_item(asked: Asked, thing: Thing, told: Any) -> None:
    [item] = [link["href"] for link in told["links"] if link["rel"] == "item"]
    assert item.rpartition("/")[2] == thing.id


def _fields(asked: Asked, thing: Thing, told: Any) -> None:
    assert "eo:cloud_cover" in told["properties"]


def _offers(asked: Asked, thing: Thing, told: Any) -> None:
    assert "cloud_cover_frequency" in {one["name"] for one in told["aggregations"]}


def fields(path: str) -> Callable[[Asked], None]:
    def probe(asked: Asked) -> None:
        assert ("platform" in asked.get(path).json()["properties"]) == bool(asked.found)

    return probe


def collection_fields(asked: Asked) -> None:
    """The same for everybody; a filter finds no more Collections than there are for the asker."""
    for name in ("queryables", "sortables"):
        assert "title" in asked.get(f"/collection-{name}").json()["properties"]
    found = asked.get("/collections", filter="id IS NOT NULL").json()
    assert {one["id"] for one in found["collections"]} == {thing.collection for thing in asked.found}


def offers(asked: Asked) -> None:
    assert asked.get("/aggregations").json()["aggregations"]


def counts(method: str) -> Callable[[Asked], None]:
    def probe(asked: Asked) -> None:
        found = {one["name"]: one for one in _counted(asked, method, "/aggregate", "total_count", *_FREQUENCIES)}
        assert found["total_count"]["value"] == len(asked.found)
        for name, fact in _FREQUENCIES.items():
            frequencies = {bucket["key"]: bucket["frequency"] for bucket in found[name]["buckets"]}
            facts = [getattr(thing, fact) for thing in asked.found]
            assert frequencies == {value: facts.count(value) for value in facts}, name
            assert found[name]["overflow"] == 0

    return probe


def counts_of_collections(method: str) -> Callable[[Asked], None]:
    def probe(asked: Asked) -> None:
        for thing in some(asked):
            path = f"/collections/{thing.collection}/aggregate"
            if thing in asked.found:
                [total] = _counted(asked, method, path, "total_count")
                assert total["value"] == 1
            else:
                collection_is_absent(asked, path, thing, method, **_asking(method, "total_count"))

    return probe


def _asking(method: str, *names: str) -> dict[str, Any]:
    return {"params": {"aggregations": ",".join(names)}} if method == "GET" else {"json": {"aggregations": list(names)}}


def _counted(asked: Asked, method: str, path: str, *names: str) -> list[Any]:
    told: list[Any] = asked.send(method, path, **_asking(method, *names)).json()["aggregations"]
    return told


WALKED: dict[tuple[str, str], Callable[[Asked], None]] = {
    ("GET", "/children"): children,
    ("GET", "/catalogs/{archive}"): catalog,
    ("GET", "/catalogs/{archive}/children"): catalog,
    ("GET", "/collections/{collection_id}/dates"): _of_collections("/dates", _one_item),
    ("GET", "/collections/{collection_id}/dates/{period}"): _of_collections("/dates/2024-05-05", _one_item),
    ("GET", "/queryables"): fields("/queryables"),
    ("GET", "/sortables"): fields("/sortables"),
    ("GET", "/collections/{collection_id}/queryables"): _of_collections("/queryables", _fields),
    ("GET", "/collections/{collection_id}/sortables"): _of_collections("/sortables", _fields),
    ("GET", "/collection-queryables"): collection_fields,
    ("GET", "/collection-sortables"): collection_fields,
    ("GET", "/aggregations"): offers,
    ("GET", "/collections/{collection_id}/aggregations"): _of_collections("/aggregations", _offers),
    ("GET", "/aggregate"): counts("GET"),
    ("POST", "/aggregate"): counts("POST"),
    ("GET", "/collections/{collection_id}/aggregate"): counts_of_collections("GET"),
    ("POST", "/collections/{collection_id}/aggregate"): counts_of_collections("POST"),
}
"""By method and path."""
