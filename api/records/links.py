"""Addresses and links of the records; `base` is this server's own address, without trailing slash."""

from collections.abc import Iterable
from types import MappingProxyType
from urllib.parse import quote, urlencode

from api.catalogue.links import HTML, OPENAPI, QUERYABLES, SCHEMA, SORTABLES, TITLES, Link, named
from api.catalogue.links import titled as links_titled
from api.links import GEOJSON, collection_href
from api.records.ids import EVERYTHING
from mappings.words import Language, Text

CATALOGUE = "application/ogc-catalog+json"
STAC_ITEM = "application/geo+json; profile=stac"
CATALOGUE_ACCESS = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
_PROFILES = "http://www.opengis.net/def/profile/OGC/0"

_OWN_TITLES = MappingProxyType(
    {
        **TITLES,
        "root": Text("Les catalogues de notices", "The catalogues of records"),
        "data": Text("Les catalogues de notices", "The catalogues of records"),
        "items": Text("Les notices", "The records"),
        "collection": Text("Le catalogue de la notice", "The catalogue of the record"),
        CATALOGUE_ACCESS: Text("Recherche de notices", "Search of records"),
    }
)
_STAC = Text("La même chose selon STAC", "The same as STAC")
_LICENCES = Text("Les licences", "The licences")


def titled(links: Iterable[Link], language: Language) -> list[Link]:
    """As the catalogue's, in the words of records."""
    return links_titled(links, language, _OWN_TITLES)


def root_href(base: str) -> str:
    return f"{base}/ogc"


def catalogue_href(base: str, catalogue: str) -> str:
    return f"{root_href(base)}/collections/{quote(catalogue, safe='')}"


def records_href(base: str, catalogue: str) -> str:
    return f"{catalogue_href(base, catalogue)}/items"


def record_href(base: str, catalogue: str, record: str) -> str:
    return f"{records_href(base, catalogue)}/{quote(record, safe='')}"


def landing_links(base: str, language: Language) -> list[Link]:
    """Of the landing page."""
    root = root_href(base)
    links = [
        named("self", root),
        named("root", root),
        named("conformance", f"{root}/conformance"),
        named("data", f"{root}/collections"),
        named(CATALOGUE_ACCESS, records_href(base, EVERYTHING), GEOJSON),
        named("service-desc", f"{base}/api", OPENAPI),
        named("service-doc", f"{base}/api.html", HTML),
        named("alternate", f"{base}/", title=_STAC.in_(language)),
    ]
    return titled(links, language)


def catalogue_links(base: str, catalogue: str, language: Language) -> list[Link]:
    """Of one record collection, its licence apart."""
    href, stac = catalogue_href(base, catalogue), f"{base}/" if catalogue == EVERYTHING else collection_href(base, catalogue)
    links = [
        named("self", href, CATALOGUE),
        named("root", root_href(base)),
        named("items", records_href(base, catalogue), GEOJSON),
        named("alternate", stac, title=_STAC.in_(language)),
        named(QUERYABLES, f"{href}/queryables", SCHEMA),
        named(SORTABLES, f"{href}/sortables", SCHEMA),
        profile_link("ogc-catalog"),
    ]
    return titled(links, language)


def record_links(base: str, catalogue: str, record: str, stac: str, language: Language) -> list[Link]:
    """Of one record of a record collection; `stac` is the Item's address."""
    links = [
        named("self", record_href(base, catalogue, record), GEOJSON),
        named("root", root_href(base)),
        named("collection", catalogue_href(base, catalogue), CATALOGUE),
        named("alternate", stac, STAC_ITEM, title=_STAC.in_(language)),
        profile_link("ogc-record"),
    ]
    return titled(links, language)


def iso_link(base: str, identifier: str) -> Link:
    """To the same record as ISO 19139, in OAI-PMH's envelope."""
    asked = urlencode({"verb": "GetRecord", "metadataPrefix": "iso19139", "identifier": identifier})
    return named("alternate", f"{base}/oai?{asked}", "text/xml", title="ISO 19139 (OAI-PMH)")


def profile_link(name: str) -> Link:
    """By which clients tell a record or a catalogue from other JSON (OGC 20-004r1, requirements class JSON)."""
    return {"rel": "profile", "href": f"{_PROFILES}/{name}"}


def licences_link(base: str, language: Language) -> Link:
    """To the licence table, for what has several licences."""
    return named("license", f"{base}/licences", title=_LICENCES.in_(language))
