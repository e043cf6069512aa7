"""Answers of the routes of the catalogue, as JSON or as pages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.answers import json_answer
from api.catalogue.archives import archives
from api.catalogue.browsing import Shelf, period_document
from api.catalogue.catalogs import archive_documents, catalog_document, children_document, found_of
from api.catalogue.choosing import choose, parse_choice
from api.catalogue.landing import landing_document
from api.catalogue.links import QUERYABLES, SCHEMA, SORTABLES, catalog_href, named, page_links
from api.catalogue.page import catalog_page, collection_page, collections_page, landing_page
from api.catalogue.periods import Period
from api.catalogue.site import Site, check_names, html_wanted, told_in
from api.collections import collection_document
from api.errors import not_found
from api.token import canonical
from index.query import Query, Summary
from mappings.words import Language

_TOLD = ("f", "language")
_SEARCHED = ("bbox", "datetime", "q", "filter", "filter-lang", "filter-crs", "query", "sortby", "fields", "limit", "token")


def landing_answer(site: Site, request: Request, conforms: Sequence[str]) -> Response:
    """GET /."""
    check_names(request, _TOLD)
    html, language, base = html_wanted(request), told_in(request), site.base(request)
    query = site.query(request)
    found = archives(site.index, query)
    if html:
        return landing_page(site.title, found, _documents(site, request, query, language), base, language)
    return json_answer(landing_document(site.title, found, conforms, base, language), language)


def children_answer(site: Site, request: Request) -> Response:
    """GET /children."""
    check_names(request, ("language",))
    language, base = told_in(request), site.base(request)
    children = archive_documents(site, site.query(request), base, language)
    return json_answer(children_document(children, base, f"{base}/children"), language)


def catalog_answer(site: Site, request: Request, archive: str) -> Response:
    """GET /catalogs/{archive}."""
    check_names(request, _TOLD)
    html, language, base = html_wanted(request), told_in(request), site.base(request)
    document = catalog_document(site, archive, found_of(site.index, site.query(request), archive), base, language)
    return catalog_page(document, base, language) if html else json_answer(document, language)


def catalog_children_answer(site: Site, request: Request, archive: str) -> Response:
    """GET /catalogs/{archive}/children: its Collections, as /collections/{collection_id} shows each."""
    check_names(request, ("language",))
    language, base = told_in(request), site.base(request)
    query, href = site.query(request), catalog_href(base, archive)
    found = found_of(site.index, query, archive)
    children = [one for one in _documents(site, request, query, language) if one["id"] in found]
    return json_answer(children_document(children, base, f"{href}/children", href), language)


def dates_answer(site: Site, request: Request, collection_id: str, name: str = "") -> Response:
    """GET /collections/{collection_id}/dates, and the same of a period."""
    check_names(request, ("language", "token"))
    site.check_collection(request, collection_id)
    period = Period.read(name) if name else Period()
    if period is None:
        raise not_found("period", name)
    query = replace(site.query(request), collections=(collection_id,))
    shelf = Shelf(collection_id, period, query, request.query_params.get("token"))
    language = told_in(request)
    return json_answer(period_document(site, shelf, site.base(request), language), language)


def collections_answer(site: Site, request: Request) -> Response:
    """GET /collections: those in which the asker finds at least one Item, there and then with bbox and datetime."""
    check_names(request, (*_SEARCHED, *_TOLD))
    html, language, base = html_wanted(request), told_in(request), site.base(request)
    given = request.query_params
    choice = parse_choice(given)
    query = site.query(request, bbox=given.get("bbox"), datetime=given.get("datetime"))
    documents = _documents(site, request, query, language)
    chosen = choose(documents, choice, site.described, site.index.secret(), _bound(query))
    links = _collections_links(request, base, chosen.token)
    if html:
        return collections_page(chosen.documents, links, base, language)
    body = {"collections": chosen.documents, "links": links}
    return json_answer(body | {"numberMatched": chosen.matched, "numberReturned": len(chosen.documents)}, language)


def collection_answer(site: Site, request: Request, collection_id: str) -> Response:
    """GET /collections/{collection_id}: its extent is that of all its Items, `moisson:items` counts those that are asked for."""
    check_names(request, _TOLD)
    html, language, base = html_wanted(request), told_in(request), site.base(request)
    all_of_it = Query(site.access.audience(request), collections=(collection_id,))
    summary = site.index.summaries(all_of_it).get(collection_id)
    if summary is None:
        raise not_found("collection", collection_id)
    query = replace(site.query(request), collections=(collection_id,))
    if replace(query, limit=all_of_it.limit) != all_of_it:
        summary = replace(summary, count=site.index.count(query))
    document = _document(site, collection_id, summary, base, language)
    return collection_page(document, base, language) if html else json_answer(document, language)


def _documents(site: Site, request: Request, query: Query, language: Language) -> list[dict[str, Any]]:
    base = site.base(request)
    return [_document(site, name, summary, base, language) for name, summary in sorted(site.index.summaries(query).items())]


def _document(site: Site, name: str, summary: Summary, base: str, language: Language) -> dict[str, Any]:
    return collection_document(site.described.info(name), summary, base, site.access.policy.table, language)


def _collections_links(request: Request, base: str, token: str | None) -> list[dict[str, Any]]:
    href = f"{base}/collections"
    asked = dict(request.query_params)
    own = {name: value for name, value in asked.items() if name not in _TOLD}
    links = [named("self", f"{href}?{urlencode(own)}" if own else href), named("root", f"{base}/")]
    if token:
        links.append(named("next", f"{href}?{urlencode({**asked, 'token': token})}", method="GET"))
    links.append(named(QUERYABLES, f"{base}/collection-queryables", SCHEMA))
    links.append(named(SORTABLES, f"{base}/collection-sortables", SCHEMA))
    return [*links, *page_links(href)]


def _bound(query: Query) -> str:
    """All that decides which Collections an asker finds."""
    audience = query.audience
    found = [None if pairs is None else sorted(pairs) for pairs in (audience.discover, *(own for _, own in audience.sources))]
    ruled = [name for name, _ in audience.sources]
    return repr((found, ruled, canonical((query.area, query.start, query.end)), query.exclude_airbus, query.collapse))
