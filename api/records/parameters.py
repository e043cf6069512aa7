"""What records are asked for: the parameters of /search that records have too, and those of OGC API - Records. Raises Problem."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from api.catalogue.site import CONDITIONS
from api.errors import bad
from api.params import SearchParams, parse_names
from api.records.ids import EVERYTHING, item_key
from api.search import Search
from index.filters.logic import conjunction, joined
from index.filters.nodes import Among, And, Compare, Constant, IsNull, Literal, Not, Predicate, Property
from index.query import Query
from mappings.queryables import FIELDS, Kind

TYPE = "dataset"
"""Of every record: one image, as ISO 19115 calls what is not a series of them."""
STAC_ID, SCENE_ID = "stac", "scene"
"""Schemes of external ids, beside the archives' names: the Item's own id, and the key of its acquisition."""
MAX_PAGE = 1000
MAX_OFFSET = 10_000
MAX_IDS = 1000
MAX_EXTERNAL = 100

_SEARCHED = ("bbox", "datetime", "q", "sortby", "filter", "filter-lang", "filter-crs", "limit")
NAMES = (*_SEARCHED, "offset", "token", "ids", "type", "externalIds", "externalId")
_ITEM, _COLLECTION, _ARCHIVE = (Property(FIELDS[name]) for name in ("id", "collection", "moisson:source"))
_SOURCE_ID, _SCENE = (Property(FIELDS[name]) for name in ("moisson:source_id", "moisson:scene"))


@dataclass(frozen=True)
class Asked:
    """A query without its place, and the place: as many records behind its first, or a token, or neither."""

    query: Query
    offset: int | None = None
    token: str | None = None


def parse_asked(search: Search, request: Request, catalogue: str) -> Asked:
    """What a request asks of a record collection; its names are checked already."""
    given = request.query_params
    named = {name: given[name] for name in (*_SEARCHED, *CONDITIONS) if name in given}
    collections = {} if catalogue == EVERYTHING else {"collections": [catalogue]}
    query = search.query(SearchParams.of({**named, **collections}), request)
    own = (_of_type(given.get("type")), _external(given))
    query = _named(replace(query, filter=conjunction(query.filter, *own)), given.get("ids"))
    offset, token = parse_offset(given.get("offset")), given.get("token") or None
    if offset is not None and token is not None:
        raise bad("offset", "give offset or token, not both")
    if offset is not None and query.limit > MAX_PAGE:
        # Who counts on by the limit would never see what a shorter page leaves out.
        raise bad("limit", f"at most {MAX_PAGE:,} together with offset")
    return Asked(replace(query, limit=min(query.limit, MAX_PAGE)), offset, token)


def parse_offset(value: str | None) -> int | None:
    """How many records come before the page."""
    if value is None or value == "":
        return None
    if not re.fullmatch(r"\d{1,40}", value, re.ASCII):
        raise bad("offset", f"a whole number, 0 or more, got {value[:40]!r}")
    if int(value) > MAX_OFFSET:
        raise bad(
            "offset", f"at most {MAX_OFFSET:,}: narrow the query (bbox, datetime, filter), or follow the next links, which have no end"
        )
    return int(value)


def _of_type(value: str | None) -> Predicate | None:
    wanted = parse_names(value, "type")
    return None if wanted is None or TYPE in wanted else Constant(False)


def _named(query: Query, value: str | None) -> Query:
    """The query for the records with these ids, of those that it finds."""
    names = _few(value, "ids", MAX_IDS)
    if names is None:
        return query
    wanted: dict[str, list[str]] = {}
    for key in filter(None, map(item_key, names)):
        if query.collections is None or key.collection in query.collections:
            wanted.setdefault(key.collection, []).append(key.id)
    # The same id in two Collections is two Items: each is wanted in its own.
    only = joined("or", [And((_is(_COLLECTION, name), _one_of(_ITEM, ids))) for name, ids in wanted.items()]) if wanted else Constant(False)
    ids = tuple(dict.fromkeys(one for some in wanted.values() for one in some))
    return replace(query, collections=tuple(wanted), ids=ids, filter=conjunction(query.filter, only))


def _external(given: Mapping[str, str]) -> Predicate | None:
    """`externalIds`, and what it was called before the standard was adopted."""
    if "externalIds" in given and "externalId" in given:
        raise bad("externalId", "give externalIds alone, which has the same meaning")
    name = "externalIds" if "externalIds" in given else "externalId"
    wanted = _few(given.get(name), name, MAX_EXTERNAL)
    return joined("or", list(_ways(wanted))) if wanted else None


def _ways(values: Sequence[str]) -> Iterator[Predicate]:
    """What external ids can mean: an id, a scheme, or both with a colon between; ids may hold colons too. Each field is looked at
    once for all of them."""
    schemed: dict[str, list[str]] = {}
    for scheme, colon, rest in (value.partition(":") for value in values):
        if colon:
            schemed.setdefault(scheme, []).append(rest)
    for field, scheme in ((_ITEM, STAC_ID), (_SCENE, SCENE_ID)):
        yield _one_of(field, [*values, *schemed.get(scheme, ())])
        if scheme in values:
            yield Not(IsNull(field))
    yield from (_one_of(field, values) for field in (_SOURCE_ID, _ARCHIVE))
    yield from (And((_is(_ARCHIVE, scheme), _one_of(_SOURCE_ID, ids))) for scheme, ids in schemed.items())


def _few(value: str | None, name: str, most: int) -> tuple[str, ...] | None:
    names = parse_names(value, name)
    if names is not None and len(names) > most:
        raise bad(name, f"at most {most:,} of them")
    return names


def _is(field: Property, value: str) -> Predicate:
    return Compare("=", field, Literal(value, Kind.TEXT))


def _one_of(field: Property, values: Sequence[str]) -> Predicate:
    return Among(field, tuple(Literal(value, Kind.TEXT) for value in values))
