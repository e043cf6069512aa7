"""stac-api-validator over a server that holds a harvest of every archive."""

import json
import re
from collections.abc import Iterable

import httpx
import pystac
import pytest

from index.query import Query
from mappings.audience import EVERYTHING
from tests.validators.conftest import COLLECTION, Served
from tests.validators.judges import Judged, judge_api
from tests.validators.known import ERRORS, WARNINGS, Known

CLASSES = (
    "core",
    "browseable",
    "item-search",
    "features",
    "collections",
    "children",
    "filter",
    "features#filter",
    "item-search#sort",
    "item-search#fields",
    "item-search#query",
)
AREA = {"type": "Polygon", "coordinates": [[[-10, 30], [20.5, 30], [20.5, 20.5], [21, 20.5], [21, 60], [-10, 60], [-10, 30]]]}
# As its command line gives them: texts. `in` is looked for in a list.
QUERY = {
    "query_comparison_field": "eo:cloud_cover",
    **{f"query_{operator}_value": "6" for operator in ("eq", "neq", "lt", "lte", "gt", "gte")},
    "query_substring_field": "platform",
    "query_starts_with_value": "sentinel",
    "query_ends_with_value": "2a",
    "query_contains_value": "tinel",
    "query_in_field": "instruments",
    "query_in_values": "msi,olci",
}
# 32 as text and 33 as JSON: all that it knows.
FILTERS = 65
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


@pytest.fixture(scope="module")
def judged(served: Served) -> Judged:
    return judge_api(
        served.base,
        classes=CLASSES,
        collection=COLLECTION,
        geometry=json.dumps(AREA),
        fields_nested_property="properties.eo:cloud_cover",
        query=QUERY,
    )


def test_only_the_errors_that_are_known_are_found_and_all_of_them(judged: Judged) -> None:
    assert _new(judged.errors, ERRORS) == []
    assert _gone(judged.errors, ERRORS) == []


def test_only_the_warnings_that_are_known_are_given_and_all_of_them(judged: Judged) -> None:
    assert _new(judged.warnings, WARNINGS) == []
    assert _gone(judged.warnings, WARNINGS) == []


def test_every_filter_that_the_validator_knows_was_asked(judged: Judged) -> None:
    assert judged.filters == FILTERS


def test_the_landing_page_and_its_children_are_valid_to_pystac(judged: Judged) -> None:
    assert judged.catalogue == ()


def test_every_link_answers(judged: Judged) -> None:
    assert judged.broken == ()


def test_every_item_is_reached_by_child_and_item_links(served: Served) -> None:
    reached = {(item.collection_id, item.id) for item in pystac.Catalog.from_file(f"{served.base}/").get_items(recursive=True)}
    assert len(reached) == served.index.count(Query(audience=EVERYTHING))


def test_queryables_are_the_schema_that_the_validator_means_to_check(served: Served) -> None:
    for page in (f"{served.base}/", f"{served.base}/collections/{COLLECTION}"):
        links = {link["rel"]: link["href"] for link in httpx.get(page).json()["links"]}
        schema = httpx.get(links[QUERYABLES], headers={"Accept": "application/schema+json"}).json()
        assert (schema["$schema"], schema["$id"]) == ("https://json-schema.org/draft/2019-09/schema", links[QUERYABLES])
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)


def _new(found: Iterable[str], known: Iterable[Known]) -> list[str]:
    return [text for text in found if not any(re.search(one.pattern, text) for one in known)]


def _gone(found: Iterable[str], known: Iterable[Known]) -> list[Known]:
    texts = list(found)
    return [one for one in known if not any(re.search(one.pattern, text) for text in texts)]
