"""What is advertised: the same everywhere, exact, and only what the index can do."""

import httpx
import pytest

from api.conformance import conformance_classes
from index.filters.operators import Operators

STAC = "https://api.stacspec.org"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"


def test_the_landing_page_and_the_conformance_route_say_the_same(api: httpx.Client) -> None:
    assert api.get("/").json()["conformsTo"] == api.get("/conformance").json()["conformsTo"]


@pytest.mark.parametrize(
    "uri",
    [
        f"{STAC}/v1.0.0/core",
        f"{STAC}/v1.0.0/collections",
        f"{STAC}/v1.0.0/ogcapi-features",
        f"{STAC}/v1.0.0/item-search",
        f"{STAC}/v1.0.0/item-search#filter",
        f"{STAC}/v1.0.0-rc.2/item-search#filter",
        f"{STAC}/v1.0.0/item-search#sort",
        f"{STAC}/v1.1.0/item-search#sort",
        f"{STAC}/v1.1.0/item-search#sortables",
        f"{STAC}/v1.0.0/item-search#fields",
        f"{STAC}/v1.0.0/item-search#query",
        f"{STAC}/v1.0.0-rc.1/item-search#free-text",
        f"{STAC}/v0.3.0/aggregation",
        f"{STAC}/v1.0.0-rc.1/collection-search",
        f"{STAC}/v1.0.0-rc.2/children",
        f"{STAC}/v1.0.0-rc.3/browseable",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
        f"{CQL2}/cql2-text",
        f"{CQL2}/cql2-json",
        f"{CQL2}/basic-cql2",
        f"{CQL2}/advanced-comparison-operators",
    ],
)
def test_every_index_conforms_to_what_does_not_depend_on_it(uri: str) -> None:
    assert uri in conformance_classes(frozenset())


@pytest.mark.parametrize("operator", list(Operators))
def test_a_class_of_filters_is_advertised_where_the_index_has_it(operator: Operators) -> None:
    gained = set(conformance_classes({operator})) - set(conformance_classes(()))
    more = {f"{CQL2}/basic-spatial-functions-plus"} if operator is Operators.INTERSECTS else set()
    assert gained == {f"{CQL2}/{operator}"} | more


def test_old_names_are_not_advertised() -> None:
    for uri in conformance_classes(frozenset(Operators)):
        assert "/req/" not in uri
        assert not uri.endswith(("basic-spatial-operators", "temporal-operators", "advanced-free-text"))
    assert conformance_classes(frozenset(Operators)) == sorted(set(conformance_classes(frozenset(Operators))))
