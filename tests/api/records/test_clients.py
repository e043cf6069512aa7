"""Clients of others, unmodified or request by request: OWSLib, MetaSearch of QGIS, and GeoNetwork's harvester."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import pytest
from owslib.ogcapi.records import Records

from tests.api.records.asking import hrefs
from tests.api.records.world import CROWD, HELD, MANY, SALE, TILES, TOTAL

ROOT = Path(__file__).resolve().parents[3]
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


@pytest.fixture(scope="module")
def catalogue(address: str) -> Records:
    return Records(f"{address}/ogc")


def test_owslib_reads_the_landing_page_and_the_document_of_the_api(catalogue: Records, address: str) -> None:
    assert {link["rel"] for link in catalogue.links} >= {"self", "data", "conformance"}
    assert f"{catalogue.url}" == f"{address}/ogc/"
    assert "/ogc/collections/{collection_id}/items" in catalogue.api()["paths"]
    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core" in catalogue.conformance()["conformsTo"]


def test_owslib_finds_the_record_collections(catalogue: Records) -> None:
    assert catalogue.records() == ["moisson", SALE, TILES, HELD, MANY]
    assert catalogue.feature_collections() == []
    assert catalogue.collection("moisson")["itemType"] == "record"
    assert "platform" in catalogue.collection_queryables("moisson")["properties"]


@pytest.mark.parametrize(
    ("asked", "matched"),
    [
        ({}, TOTAL),
        ({"bbox": [1.5, 43.5, 1.6, 43.6]}, 1),
        ({"datetime_": "2023-01-01T00:00:00Z/2023-12-31T00:00:00Z"}, 2),
        ({"q": "blagnac"}, 2),
        ({"q": "blagnac", "sortby": ("datetime", "desc")}, 2),
        ({"filter": "eo:cloud_cover < 0"}, 0),
        ({"type": "dataset", "limit": 1}, TOTAL),
    ],
)
def test_owslib_searches_records(catalogue: Records, asked: dict[str, Any], matched: int) -> None:
    found = catalogue.collection_items("moisson", **asked)
    assert found["numberMatched"] == matched
    assert found["numberReturned"] == len(found["features"]) == min(matched, asked.get("limit", 10))


def test_owslib_pages_through_all_by_offset_and_takes_each_by_its_id(catalogue: Records) -> None:
    names: list[str] = []
    while True:
        page = catalogue.collection_items("moisson", limit=100, offset=len(names))
        names += [one["id"] for one in page["features"]]
        if len(names) >= page["numberMatched"]:
            break
    assert len(names) == len(set(names)) == TOTAL
    for name in (names[0], *names[-4:]):
        assert catalogue.collection_item("moisson", name)["id"] == name


def test_the_recipe_of_the_documents_finds_all(address: str) -> None:
    text = (ROOT / "docs/api.md").read_text()
    lines = text[text.index("    from owslib.ogcapi.records") :].partition("\n## ")[0]
    recipe = (
        dedent(lines).replace("http://127.0.0.1:8080", address).replace("[1, 43, 4, 46]", "[0, 39, 4, 46]").replace("limit=100", "limit=7")
    )
    told: dict[str, Any] = {}
    exec(recipe, told)
    matched = Records(f"{address}/ogc").collection_items("moisson", bbox=[0, 39, 4, 46])["numberMatched"]
    assert len({one["id"] for one in told["found"]}) == len(told["found"]) == matched > 20


def _as_metasearch(address: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """As the plugin asks, and what it reads of each record (QGIS 3.40, MetaSearch/search_backend.py)."""
    base, name = f"{address}/ogc/collections/moisson".split("/collections/")
    conn = Records(base, timeout=10, auth=None)
    collection = conn.collection(name)
    assert collection["links"]
    assert collection["title"]
    assert collection["description"]
    for record in conn.collection_items(collection_id=name, **asked)["features"]:
        shape = record.get("geometry")
        yield {
            "identifier": record["id"],
            "type": record["properties"]["type"],
            "title": record["properties"]["title"],
            "corners": None if shape is None else (shape["coordinates"][0][0], shape["coordinates"][0][2]),
        }


def test_metasearch_reads_all_that_it_shows(address: str) -> None:
    shown = list(_as_metasearch(address, limit=10, offset=20, bbox=["0", "39", "30", "45"]))
    assert len(shown) == 10
    assert all(one["type"] == "dataset" and one["title"] and len(one["corners"]) == 2 for one in shown)
    [sale] = _as_metasearch(address, limit=1, offset=0, q="blagnac")
    assert sale["corners"] is None


def _urls(url: str, matched: int) -> list[str]:
    """The addresses that GeoNetwork's harvester makes from the one that it is given (4.4, simpleurl/Harvester.java, buildListOfUrl):
    pages begin at multiples of the limit, the last is as long as the rest."""
    [limit] = map(int, re.findall(r"[?&]limit=(\d+)", url))
    assert re.search(r"[?&]offset=0\b", url)
    pages = abs((matched - 1) // limit) + 1
    starts = [number * limit for number in range(pages)]
    sizes = [limit] * (pages - 1) + [matched - starts[-1]]
    return [
        re.sub(r"limit=\d+", f"limit={size}", re.sub(r"offset=\d+", f"offset={start}", url))
        for start, size in zip(starts, sizes, strict=True)
    ]


def test_geonetwork_harvests_every_record_once(address: str) -> None:
    url = f"{address}/ogc/collections/{MANY}/items?f=json&limit=100&offset=0"
    first = httpx.get(url).json()
    matched = first["numberMatched"]
    found = [one["id"] for one in first["features"]]
    for other in _urls(url, matched)[1:]:
        found += [one["id"] for one in httpx.get(other).json()["features"]]
    assert len(found) == len(set(found)) == matched == CROWD


def test_geonetwork_can_write_each_record_as_xml(address: str) -> None:
    """It makes elements of members, with `_` where a name has a colon."""
    for name in (MANY, HELD, SALE, TILES):
        for record in httpx.get(f"{address}/ogc/collections/{name}/items?limit=5").json()["features"]:
            assert all(_XML_NAME.fullmatch(member.replace(":", "_")) for member in _members(record))


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)


def test_geonetwork_reads_each_collection_as_a_series(address: str) -> None:
    """What its own conversion of STAC Collections takes (stac-to-iso19115-3.xsl), looped over `/collections` with `/id`."""
    for one in httpx.get(f"{address}/ogc/collections").json()["collections"]:
        assert one["id"]
        assert one["title"]
        assert one["description"]
        assert one["license"]
        assert len(one["extent"]["spatial"]["bbox"][0]) == 4
        assert len(one["extent"]["temporal"]["interval"][0]) == 2
        assert len(hrefs(one, "self")) == len(hrefs(one, "items")) == 1
