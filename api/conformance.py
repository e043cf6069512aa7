"""Conformance classes: those of which all works, on the index in use."""

from collections.abc import Collection

from index.filters.operators import Operators

_STAC = "https://api.stacspec.org"
_FEATURES = "http://www.opengis.net/spec/ogcapi-features"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"

_CORE = (
    f"{_STAC}/v1.0.0/core",
    f"{_STAC}/v1.0.0/collections",
    f"{_STAC}/v1.0.0/ogcapi-features",
    f"{_STAC}/v1.0.0/item-search",
    f"{_STAC}/v1.0.0-rc.2/children",
    f"{_STAC}/v1.0.0-rc.3/browseable",
    f"{_STAC}/v1.0.0-rc.2/language",
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-1/1.0/conf/geojson",
)
_SEARCH = (
    *(f"{_STAC}/{version}/{part}#sort" for version in ("v1.0.0", "v1.1.0") for part in ("item-search", "ogcapi-features")),
    f"{_STAC}/v1.1.0/item-search#sortables",
    f"{_FEATURES}-5/1.0/conf/sortables",
    f"{_STAC}/v1.0.0/item-search#fields",
    f"{_STAC}/v1.0.0/ogcapi-features#fields",
    f"{_STAC}/v1.0.0/item-search#query",
    f"{_STAC}/v1.0.0/ogcapi-features#query",
    f"{_STAC}/v1.0.0-rc.1/item-search#free-text",
    f"{_STAC}/v1.0.0-rc.1/ogcapi-features#free-text",
)
_COLLECTION_SEARCH = (
    f"{_STAC}/v1.0.0-rc.1/collection-search",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/simple-query",
    f"{_STAC}/v1.0.0-rc.1/collection-search#free-text",
    f"{_STAC}/v1.0.0-rc.1/collection-search#fields",
    f"{_STAC}/v1.0.0-rc.1/collection-search#filter",
    f"{_STAC}/v1.0.0-rc.1/collection-search#query",
    f"{_STAC}/v1.1.0/collection-search#sort",
    f"{_STAC}/v1.1.0/collection-search#sortables",
)
_AGGREGATION = (
    f"{_STAC}/v0.3.0/aggregation",
    f"{_STAC}/v0.3.0/aggregation#filter",
    f"{_STAC}/v0.3.0/aggregation#query",
)
_FILTER = (
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    f"{_FEATURES}-3/1.0/conf/queryables",
    # Clients look for the one or for the other.
    f"{_STAC}/v1.0.0/item-search#filter",
    f"{_STAC}/v1.0.0-rc.2/item-search#filter",
    *(f"{_CQL2}/{name}" for name in ("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators")),
)


def conformance_classes(operators: Collection[Operators]) -> list[str]:
    """Their URIs, sorted; what the filters can hold depends on the index."""
    possible = {f"{_CQL2}/{operator}" for operator in operators}
    if Operators.INTERSECTS in operators:
        # S_INTERSECTS with shapes of every kind.
        possible.add(f"{_CQL2}/basic-spatial-functions-plus")
    return sorted({*_CORE, *_SEARCH, *_COLLECTION_SEARCH, *_AGGREGATION, *_FILTER, *possible})
