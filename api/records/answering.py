"""Answers of the routes of records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answers import json_answer
from api.catalogue.landing import DESCRIPTION
from api.catalogue.links import SCHEMA, named
from api.catalogue.site import Site, check_names, told_in
from api.errors import not_found
from api.filtering import refusal
from api.links import GEOJSON, JSON
from api.negotiation import form_of
from api.pages import item_bytes
from api.queryables.schema import fields_schema
from api.records.catalogues import catalogue_document, catalogue_documents, everything_document
from api.records.conformance import records_classes
from api.records.ids import EVERYTHING, item_key
from api.records.links import CATALOGUE, catalogue_href, landing_links, licences_link, profile_link, records_href, root_href, titled
from api.records.paging import paged
from api.records.parameters import NAMES, parse_asked
from api.records.record import Teller
from api.search import Search
from api.steps import Steps
from api.terms import MetadataLicence
from index.filters.nodes import FilterError
from index.query import Query
from index.state import ItemKey
from mappings.queryables import FIELDS
from mappings.times import format_time
from mappings.words import Language, Text

_TOLD = ("f", "language")
_FORMS = {"json": JSON}
_NAMED: Mapping[str, Text] = {
    "queryables": Text("Ce qui peut être filtré", "What can be filtered"),
    "sortables": Text("Ce qui peut être trié", "What can be sorted by"),
}
_ID = Text("Identifiant de l’Item STAC, sans sa collection", "Identifier of the STAC Item, without its Collection")


@dataclass(frozen=True)
class Records:
    """The records over a catalogue: what `search` finds, told as `site` tells Collections; `licence` is that of the records, and
    `identifier` what OAI-PMH calls that of an Item, where it gives it as ISO 19139."""

    site: Site
    search: Search
    now: Callable[[], datetime]
    licence: MetadataLicence | None = None
    identifier: Callable[[ItemKey], str] | None = None

    def landing(self, request: Request) -> Response:
        """GET /ogc."""
        language, base = self._asked(request), self.site.base(request)
        body = {
            "title": self.site.title,
            "description": DESCRIPTION.in_(language),
            "links": [*landing_links(base, language), self._terms(base, language)],
        }
        return json_answer(body, language)

    def conformance(self, request: Request) -> Response:
        """GET /ogc/conformance."""
        self._asked(request)
        return json_answer({"conformsTo": records_classes(self.site.index.operators)})

    def catalogues(self, request: Request) -> Response:
        """GET /ogc/collections."""
        language, base = self._asked(request), self.site.base(request)
        summaries = self.site.index.summaries(self.site.query(request))
        links = [named("self", f"{root_href(base)}/collections"), named("root", root_href(base))]
        found = catalogue_documents(self.site, summaries, base, language, self.licence)
        body = {"collections": found, "numberMatched": len(found), "numberReturned": len(found), "links": titled(links, language)}
        return json_answer(body, language)

    def catalogue(self, request: Request, name: str) -> Response:
        """GET /ogc/collections/{collection_id}."""
        language, base = self._asked(request), self.site.base(request)
        query = self.site.query(request)
        if name == EVERYTHING:
            document = everything_document(self.site, self.site.index.summaries(query).values(), base, language, self.licence)
        else:
            summary = self.site.index.summaries(Query(query.audience, collections=(name,))).get(name)
            if summary is None:
                raise not_found("collection", name)
            document = catalogue_document(self.site, name, summary, base, language)
        return json_answer(document, language, CATALOGUE)

    def fields(self, request: Request, name: str, kind: str) -> Response:
        """GET /ogc/collections/{collection_id}/queryables and /sortables: the fields of the Items behind the records."""
        language, base = self._asked(request), self.site.base(request)
        audience = self.site.query(request).audience
        self._check(request, name)
        found = self.site.index.fields(Query(audience, collections=None if name == EVERYTHING else (name,)))
        fields = [one for one in FIELDS.values() if (one.own or one.name in found) and (kind == "queryables" or one.sortable)]
        schema = fields_schema(fields, f"{catalogue_href(base, name)}/{kind}", _NAMED[kind].in_(language), language)
        schema["properties"]["id"] = {"type": "string", "title": _ID.in_(language)}
        return json_answer(schema, language, SCHEMA)

    def records(self, request: Request, name: str) -> Response:
        """GET /ogc/collections/{collection_id}/items."""
        language = self._asked(request, NAMES)
        try:
            found = paged(self.site.index, parse_asked(self.search, request, name), self._secret)
        except FilterError as error:
            raise refusal(error) from None
        if not found.items:
            self._check(request, name)
        sight, teller = self.search.sight(request, found.items), self._teller(request, name, language)
        body = {
            "type": "FeatureCollection",
            "timeStamp": format_time(self.now().replace(microsecond=0)),
            "numberMatched": found.matched.number,
            "numberReturned": len(found.items),
            "moisson:matched": "exact" if found.matched.exact else "estimated",
            "features": [teller.record(orjson.loads(item_bytes(item, sight))) for item in found.items],
            "links": self._page_links(request, name, found.steps, language),
        }
        return json_answer(body, language, GEOJSON)

    def record(self, request: Request, name: str, record: str) -> Response:
        """GET /ogc/collections/{collection_id}/items/{record_id}."""
        language = self._asked(request)
        audience, key = self.site.query(request).audience, item_key(record)
        wanted = key is not None and name in (EVERYTHING, key.collection)
        item = self.site.index.get(audience, key.collection, key.id) if key is not None and wanted else None
        if item is None:
            raise not_found("record", record)
        told = self._teller(request, name, language).record(orjson.loads(item_bytes(item, self.search.sight(request, [item]))))
        return json_answer(told, language, GEOJSON)

    @cached_property
    def _secret(self) -> bytes:
        """It stays as long as the index does."""
        return self.site.index.secret()

    def _asked(self, request: Request, names: tuple[str, ...] = ()) -> Language:
        """The language of the answer. Raises Problem for what is no parameter here, and where nobody may ask who has not signed in."""
        check_names(request, (*names, *_TOLD))
        form_of(request, _FORMS)
        self.site.query(request)
        return told_in(request)

    def _terms(self, base: str, language: Language) -> dict[str, Any]:
        """The licence of the records; without one, the licences of what they tell of."""
        return self.licence.link() if self.licence else licences_link(base, language)

    def _check(self, request: Request, name: str) -> None:
        if name != EVERYTHING:
            self.site.check_collection(request, name)

    def _teller(self, request: Request, name: str, language: Language) -> Teller:
        site = self.site
        return Teller(site.base(request), name, language, site.described, site.access.policy.table, self.now(), self.identifier)

    def _page_links(self, request: Request, name: str, steps: Steps, language: Language) -> list[dict[str, Any]]:
        base = self.site.base(request)
        href, given = records_href(base, name), dict(request.query_params)
        own = {key: value for key, value in given.items() if key not in _TOLD}
        on = {key: value for key, value in given.items() if key not in ("offset", "token")}
        links = [
            named("self", _asking(href, own), GEOJSON),
            named("root", root_href(base)),
            named("collection", catalogue_href(base, name), CATALOGUE),
            profile_link("ogc-catalog"),
            profile_link("ogc-record"),
            *([self.licence.link()] if self.licence else []),
            *(named(rel, _asking(href, {**on, "token": token}), GEOJSON) for rel, token in steps.named()),
        ]
        return titled(links, language)


def _asking(href: str, params: Mapping[str, str]) -> str:
    return f"{href}?{urlencode(params)}" if params else href
