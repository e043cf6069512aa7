"""Conformance classes of the records: those of which all works, on the index in use."""

from collections.abc import Collection

from api.conformance import conformance_classes
from index.filters.operators import Operators

_OGC = "http://www.opengis.net/spec"
RECORD_CORE = f"{_OGC}/ogcapi-records-1/1.0/conf/record-core"

_RECORDS = (
    "record-core",
    "record-collection",
    "record-core-query-parameters",
    "record-api",
    "searchable-catalog",
    "searchable-catalog-sorting",
    "sorting",
    "filtering",
    "json",
    "oas30",
)
_COMMON = (
    f"{_OGC}/ogcapi-common-1/1.0/conf/core",
    f"{_OGC}/ogcapi-common-1/1.0/conf/json",
    f"{_OGC}/ogcapi-common-2/1.0/conf/collections",
)
_SHARED = (f"{_OGC}/cql2/", f"{_OGC}/ogcapi-features-1/", f"{_OGC}/ogcapi-features-3/")


def records_classes(operators: Collection[Operators]) -> list[str]:
    """Their URIs, sorted; filters are those of the STAC API."""
    shared = (uri for uri in conformance_classes(operators) if uri.startswith(_SHARED))
    return sorted({*_COMMON, *(f"{_OGC}/ogcapi-records-1/1.0/conf/{name}" for name in _RECORDS), *shared})
