"""Filters: `filter` with its language, and `query`, from texts or JSON to one predicate. Raises Problem naming the parameter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from api.errors import Problem, bad
from index.filters.logic import conjunction
from index.filters.nodes import And, FilterError, Not, Or, Predicate, Property, Spatial
from index.filters.operators import Operators
from index.filters.parse import operators_of, parse_json, parse_query, parse_text

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TEXT, JSON = "cql2-text", "cql2-json"
LANGUAGES = (TEXT, JSON)


def parse_filters(value: Any, language: Any = None, crs: Any = None, query: Any = None) -> Predicate | None:
    """The predicate of a CQL2 filter and of the older `query`, both of which must hold; None where neither says anything."""
    return conjunction(parse_filter(value, language, crs), parse_comparisons(query))


def parse_filter(value: Any, language: Any = None, crs: Any = None) -> Predicate | None:
    """A CQL2 filter: a text, or JSON as values or written out. Without `language` its form tells which."""
    _check_language(language)
    if crs not in (None, "", CRS84):
        raise bad("filter-crs", f"only {CRS84} (longitude, latitude), got {str(crs)[:80]!r}")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        written = value.lstrip().startswith("{")
        if language == TEXT and written:
            raise bad("filter-lang", f"{TEXT}, but the filter is JSON: say {JSON}")
        if language == JSON or written:
            return _honoured("filter", parse_json, _loaded("filter", value, f"not JSON, as filter-lang {JSON} wants it"))
        return _honoured("filter", parse_text, value)
    if language == TEXT:
        raise bad("filter-lang", f"{TEXT}, but the filter is JSON: say {JSON}")
    return _honoured("filter", parse_json, value)


def parse_comparisons(value: Any) -> Predicate | None:
    """The STAC query extension: {field: {operator: value}}, as JSON or written out."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _loaded("query", value, "not JSON")
    if not isinstance(value, Mapping):
        raise bad("query", 'a JSON object: {"eo:cloud_cover": {"lt": 10}}')
    return _honoured("query", parse_query, value) if value else None


def check_possible(predicate: Predicate | None, operators: frozenset[Operators]) -> None:
    """Refuses what the index in use cannot honour: the refusal names the operators, and the fields of the condition that has them."""
    if predicate is None or operators_of(predicate) <= operators:
        return
    part = _impossible(predicate, operators)
    missing, names = ", ".join(sorted(operators_of(part) - operators)), ", ".join(dict.fromkeys(_fields_of(part)))
    where = f"the condition on {names}" if names else "a condition"
    raise bad("filter", f"{where} needs {missing}, which this server's index does not have; /conformance lists what it has")


def _impossible(predicate: Predicate, operators: frozenset[Operators]) -> Predicate:
    """The first condition that is at fault."""
    if isinstance(predicate, Not):
        return _impossible(predicate.part, operators)
    if isinstance(predicate, And | Or):
        return _impossible(next(part for part in predicate.parts if not operators_of(part) <= operators), operators)
    return predicate


def _fields_of(value: Any) -> Iterator[str]:
    """Names of the properties in a condition."""
    if isinstance(value, Property):
        yield value.field.name
    elif isinstance(value, Spatial):
        yield "geometry"
    elif is_dataclass(value):
        for field in fields(value):
            yield from _fields_of(getattr(value, field.name))


def refusal(error: FilterError, *, parameter: str = "filter") -> Problem:
    """What an index or a parser says of a filter, as an answer."""
    return bad(parameter, str(error)[:500])


def _check_language(language: Any) -> None:
    if language not in (None, "", *LANGUAGES):
        raise bad("filter-lang", f"{TEXT} or {JSON}, got {str(language)[:40]!r}")


def _loaded(parameter: str, text: str, reason: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad(parameter, f"{reason}: {str(error)[:120]}") from None


def _honoured(parameter: str, parse: Callable[[Any], Predicate], value: Any) -> Predicate:
    try:
        return parse(value)
    except FilterError as error:
        raise refusal(error, parameter=parameter) from None
