"""rustac's client, as it is, over HTTP: its Python module and its command, from the environment of the outside validators."""

import json
import subprocess
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from shapely.geometry import shape

from tests.clients.conftest import Served
from tests.clients.test_pystac_client import AREA, BOX, CLEAR, CLOUD, COLLECTION, cloud, meets, names
from tests.validators.environment import python

_SCRIPT = f"{__file__.rsplit('/', 1)[0]}/rustac_asking.py"

Found = dict[str, Any]
Holds = Callable[[dict[str, Any]], bool]


def _inside(item: dict[str, Any]) -> bool:
    return item["geometry"] is not None and shape(item["geometry"]).intersects(shape(AREA))


SEARCHES: dict[str, tuple[dict[str, Any], Holds]] = {
    "all": ({"limit": 50}, lambda item: True),
    "bbox": ({"bbox": BOX}, _inside),
    "intersects": ({"intersects": AREA}, _inside),
    "intersects as text": ({"intersects": json.dumps(AREA)}, _inside),
    "datetime": ({"datetime": "2020-01-01T00:00:00Z/.."}, lambda item: meets(item, "2020-01-01", "9999")),
    "a collection": ({"collections": COLLECTION}, lambda item: item["collection"] == COLLECTION),
    "collections": ({"collections": [COLLECTION, "airbus-phr"]}, lambda item: item["collection"] in (COLLECTION, "airbus-phr")),
    "filter as text": ({"filter": f"{CLOUD} < 20"}, lambda item: cloud(item) < 20),
    "filter as JSON": ({"filter": CLEAR}, lambda item: cloud(item) < 20),
    "query": ({"query": {CLOUD: {"lt": 20}}}, lambda item: cloud(item) < 20),
    "more": (
        {"filter": f"{CLOUD} < 20", "collections": [COLLECTION], "bbox": BOX, "limit": 5},
        lambda item: cloud(item) < 20 and item["collection"] == COLLECTION and _inside(item),
    ),
}
OTHERS: dict[str, dict[str, Any]] = {
    "max_items": {"limit": 5, "max_items": 12},
    "include": {"include": ["properties.datetime"], "max_items": 3},
    "exclude": {"exclude": ["geometry"], "max_items": 3},
    "sorted": {"sortby": ["-properties.datetime", "+id"], "collections": [COLLECTION], "limit": 20},
    "words": {"q": "sentinel"},
}


@pytest.fixture(scope="module")
def everything(served: Served) -> list[dict[str, Any]]:
    """Every Item, in the order of a search without parameters."""
    items: list[dict[str, Any]] = httpx.get(f"{served.base}/search", params={"limit": "1000"}).json()["features"]
    assert len(items) == served.count
    return items


@pytest.fixture(scope="module")
def found(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """All that the module is asked here, in one process."""
    searches = {name: asked for name, (asked, _) in SEARCHES.items()} | OTHERS
    asked = json.dumps({"base": served.base, "searches": searches, "folder": str(tmp_path_factory.mktemp("rustac"))})
    done = subprocess.run([str(python()), _SCRIPT], input=asked, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    answer: Found = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_finds_what_it_asks_for(found: Found, everything: list[dict[str, Any]], name: str) -> None:
    wanted = [item for item in everything if SEARCHES[name][1](item)]
    assert wanted
    assert _named(found[name]) == names(wanted)


def test_max_items_ends_a_search_early(found: Found, everything: list[dict[str, Any]]) -> None:
    assert _named(found["max_items"]) == names(everything[:12])


def test_only_the_fields_that_are_asked_for_come(found: Found) -> None:
    assert [item["properties"] for item in found["include"]] == [["datetime"]] * 3
    assert not any("geometry" in item["members"] for item in found["exclude"])


def test_pages_come_in_the_order_that_is_asked(found: Found) -> None:
    keys = [(item["datetime"], item["id"]) for item in found["sorted"]]
    assert len(keys) > 20
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)


def test_words_are_looked_for_in_items(served: Served, found: Found) -> None:
    """Sent as a text: it takes no other additional parameters."""
    wanted = httpx.get(f"{served.base}/search", params={"q": "sentinel", "limit": "1000"}).json()["features"]
    assert wanted
    assert _named(found["words"]) == names(wanted)


def test_an_iterated_and_a_written_search_go_to_the_end(found: Found, everything: list[dict[str, Any]]) -> None:
    assert _named(found["written"]) == names(everything)
    assert _named(found["iterated"]) == names(everything)


@pytest.mark.parametrize(
    ("options", "holds"),
    [
        (["--bbox=-10,30,20,60", "--limit", "50"], _inside),
        (["--collections", f"{COLLECTION},airbus-phr"], lambda item: item["collection"] in (COLLECTION, "airbus-phr")),
        (["--datetime", "2020-01-01T00:00:00Z/.."], lambda item: meets(item, "2020-01-01", "9999")),
        (["--filter", f"{CLOUD} < 20", "--sortby=-datetime"], lambda item: cloud(item) < 20),
    ],
    ids=["bbox", "collections", "datetime", "filter"],
)
def test_its_command_finds_what_it_is_asked_for(served: Served, everything: list[dict[str, Any]], options: list[str], holds: Holds) -> None:
    command = [str(python().with_name("rustac")), "search", *options, served.base, "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(_named(json.loads(done.stdout)["features"])) == sorted(names(item for item in everything if holds(item)))


def _named(items: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    assert not isinstance(items, str), items
    return names(items)
