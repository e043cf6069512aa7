"""pystac-client, as it is, over HTTP. It warns where a server does not announce what it is asked, and warnings are errors here."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pystac
import pytest
from pystac_client import Client, ConformanceClasses, ItemSearch
from shapely.geometry import shape

from mappings.queryables import FIELDS
from tests.clients.conftest import Served

COLLECTION = "sentinel-2-l1c"
BOX = (-10, 30, 20, 60)
AREA = {"type": "Polygon", "coordinates": [[[-10, 30], [20, 30], [20, 60], [-10, 60], [-10, 30]]]}
CLOUD = "eo:cloud_cover"
CLEAR = {"op": "<", "args": [{"property": CLOUD}, 20]}
# The only class of its own that it knows and that no server should have any more, and the one for which Moisson has other ways.
ABSENT = {ConformanceClasses.CONTEXT, ConformanceClasses.TRANSACTION}

Holds = Callable[[dict[str, Any]], bool]


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[Client]:
    opened = Client.open(f"{served.base}/")
    yield opened
    assert opened._stac_io is not None
    opened._stac_io.session.close()


@pytest.fixture(scope="module")
def everything(client: Client, served: Served) -> list[dict[str, Any]]:
    """Every Item, in the order of a search without parameters."""
    items = list(client.search(limit=1000).items_as_dicts())
    assert len(items) == served.count
    return items


@pytest.fixture(params=["GET", "POST"])
def search(request: pytest.FixtureRequest, client: Client) -> Callable[..., ItemSearch]:
    return lambda **asked: client.search(method=request.param, **asked)


def names(items: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["collection"], item["id"]) for item in items]


def cloud(item: dict[str, Any]) -> float:
    """101 where an archive says nothing of it."""
    value = item["properties"].get(CLOUD)
    return 101 if value is None else float(value)


def meets(item: dict[str, Any], start: str, end: str) -> bool:
    values = item["properties"]
    return bool((values.get("end_datetime") or values["datetime"]) >= start and (values.get("start_datetime") or values["datetime"]) <= end)


def test_it_finds_every_class_that_it_knows(client: Client) -> None:
    assert {one for one in ConformanceClasses if not client.conforms_to(one)} == ABSENT


SEARCHES: dict[str, tuple[dict[str, Any], Holds]] = {
    "bbox": ({"bbox": BOX}, lambda item: shape(item["geometry"]).intersects(shape(AREA))),
    "intersects": ({"intersects": AREA}, lambda item: shape(item["geometry"]).intersects(shape(AREA))),
    "a year": ({"datetime": "2020"}, lambda item: meets(item, "2020-01-01", "2020-12-31T23:59:60")),
    "months": ({"datetime": "2019-03/2020-10"}, lambda item: meets(item, "2019-03-01", "2020-10-31T23:59:60")),
    "open end": ({"datetime": ["2020-01-01", None]}, lambda item: meets(item, "2020-01-01", "9999")),
    "collections": ({"collections": [COLLECTION]}, lambda item: item["collection"] == COLLECTION),
    "query": ({"query": {CLOUD: {"lt": 20}}}, lambda item: cloud(item) < 20),
    "query, in short": ({"query": [f"{CLOUD}<20"]}, lambda item: cloud(item) < 20),
    "filter as JSON": ({"filter": CLEAR}, lambda item: cloud(item) < 20),
    "filter as text": ({"filter": f"{CLOUD} < 20"}, lambda item: cloud(item) < 20),
    "filter and more": (
        {"filter": f"{CLOUD} < 20", "collections": [COLLECTION], "bbox": BOX, "datetime": "2015/2022"},
        lambda item: (
            cloud(item) < 20
            and item["collection"] == COLLECTION
            and shape(item["geometry"]).intersects(shape(AREA))
            and meets(item, "2015-01-01", "2022-12-31T23:59:60")
        ),
    ),
}


@pytest.mark.parametrize(("asked", "holds"), SEARCHES.values(), ids=list(SEARCHES))
def test_a_search_finds_what_it_asks_for_whatever_the_method(
    search: Callable[..., ItemSearch], everything: list[dict[str, Any]], asked: dict[str, Any], holds: Holds
) -> None:
    wanted = [item for item in everything if item["geometry"] is not None and holds(item)]
    assert 0 < len(wanted) < len(everything)
    found = search(**asked)
    assert names(found.items_as_dicts()) == names(wanted)
    assert found.matched() == len(wanted)


def test_ids_find_those_items(search: Callable[..., ItemSearch], everything: list[dict[str, Any]]) -> None:
    ids = [item["id"] for item in everything[::40]]
    assert {item.id for item in search(ids=ids).items()} == set(ids)


def test_a_search_pages_to_its_end_and_counts(search: Callable[..., ItemSearch], everything: list[dict[str, Any]]) -> None:
    found = search(limit=50)
    pages = list(found.pages_as_dicts())
    assert [len(page["features"]) for page in pages[:-1]] == [50] * (len(everything) // 50)
    assert names(item for page in pages for item in page["features"]) == names(everything)
    assert found.matched() == len(everything)


def test_max_items_ends_a_search_early(search: Callable[..., ItemSearch], everything: list[dict[str, Any]]) -> None:
    assert names(search(limit=5, max_items=12).items_as_dicts()) == names(everything[:12])


@pytest.mark.parametrize(
    "sortby", ["-properties.datetime,+id", [{"field": "datetime", "direction": "desc"}, {"field": "id", "direction": "asc"}]]
)
def test_pages_come_in_the_order_that_is_asked(search: Callable[..., ItemSearch], sortby: Any) -> None:
    found = list(search(sortby=sortby, collections=[COLLECTION], limit=20).items_as_dicts())
    keys = [(item["properties"]["datetime"], item["id"]) for item in found]
    assert len(keys) > 20
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)


def test_only_the_fields_that_are_asked_for_come(search: Callable[..., ItemSearch]) -> None:
    for item in search(fields=["id", "properties.datetime"], max_items=3).items_as_dicts():
        assert set(item) == {"type", "id", "collection", "links", "properties"}
        assert set(item["properties"]) == {"datetime"}
    for item in search(fields="-geometry,-assets", max_items=3).items_as_dicts():
        assert {"geometry", "assets"}.isdisjoint(item)
        assert {"bbox", "properties"} <= set(item)


def test_an_item_collection_is_one_of_pystac(search: Callable[..., ItemSearch], everything: list[dict[str, Any]]) -> None:
    found = search(collections=[COLLECTION], limit=20).item_collection()
    assert isinstance(found, pystac.ItemCollection)
    assert [item.id for item in found] == [item["id"] for item in everything if item["collection"] == COLLECTION]


def test_collections_are_listed_page_by_page(client: Client, everything: list[dict[str, Any]]) -> None:
    listed = [collection.id for collection in client.get_collections()]
    assert {item["collection"] for item in everything} <= set(listed)
    assert [collection.id for collection in client.collection_search(limit=3).collections()] == listed
    assert client.collection_search(limit=3).matched() == len(listed)
    assert [collection.id for collection in client.collection_search(limit=3, max_collections=4).collections()] == listed[:4]


COLLECTIONS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a word": ({"q": "sentinel"}, {"sentinel-1-l1", "sentinel-2-l1c", "sentinel-3-l1", "vigisat-sentinel-1"}),
    "one of two words": ({"q": "terrasar,pneo"}, {"airbus-pneo", "airbus-radar", "vigisat-terrasar-x"}),
    "a box in the ocean": ({"bbox": (-150, -50, -149, -49)}, set()),
    "before all": ({"datetime": "../1950-01-01"}, set()),
    "a box and a word": ({"bbox": BOX, "q": "sentinel"}, {"sentinel-1-l1", "sentinel-2-l1c", "sentinel-3-l1", "vigisat-sentinel-1"}),
}


@pytest.mark.parametrize(("asked", "wanted"), COLLECTIONS.values(), ids=list(COLLECTIONS))
def test_a_collection_search_is_the_servers(client: Client, asked: dict[str, Any], wanted: set[str]) -> None:
    found = client.collection_search(**asked)
    assert {collection.id for collection in found.collections()} == wanted
    assert found.matched() == len(wanted)


def test_collections_come_in_order_and_in_part(client: Client) -> None:
    ids = [collection.id for collection in client.collection_search(sortby="-id").collections()]
    assert ids == sorted(ids, reverse=True)
    for part in client.collection_search(fields=["id", "title"]).collections_as_dicts():
        assert "title" in part
        assert "extent" not in part


@pytest.mark.parametrize(
    "asked", ["id = 'sentinel-2-l1c'", {"op": "=", "args": [{"property": "id"}, "sentinel-2-l1c"]}], ids=["text", "JSON"]
)
def test_collections_can_be_filtered(client: Client, asked: Any) -> None:
    assert [collection.id for collection in client.collection_search(filter=asked).collections()] == [COLLECTION]


def test_a_collection_has_its_items(client: Client, everything: list[dict[str, Any]]) -> None:
    collection = client.get_collection(COLLECTION)
    assert collection is not None
    own = [item["id"] for item in everything if item["collection"] == COLLECTION]
    assert [item.id for item in collection.get_items()] == own
    assert [item.id for item in collection.get_items(*own[:3])] == own[:3]
    item = collection.get_item(own[0])
    assert item is not None
    assert item.id == own[0]
    assert collection.get_item("nothing") is None


def test_a_collection_that_is_not_there_is_none(client: Client) -> None:
    assert client.get_collection("nothing") is None


def test_queryables_of_all_of_one_and_of_several_collections(client: Client) -> None:
    assert {CLOUD, "datetime", "geometry"} <= set(client.get_queryables()["properties"]) <= set(FIELDS)
    collection = client.get_collection(COLLECTION)
    assert collection is not None
    assert CLOUD in collection.get_queryables()["properties"]
    merged = client.get_merged_queryables([one.id for one in client.get_collections()])
    assert CLOUD in merged["properties"]


# It opens every child as an API of its own, which the Catalogs below the landing page are not.
@pytest.mark.filterwarnings("ignore:Falling back to pystac")
def test_children_lead_to_every_item(client: Client, everything: list[dict[str, Any]]) -> None:
    assert all(isinstance(child, pystac.Catalog) for child in client.get_children())
    reached = {(item.collection_id or "", item.id) for _, _, items in client.walk() for item in items}
    assert reached == set(names(everything))
