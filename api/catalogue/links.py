"""Addresses and links of what the catalogue is walked by; `base` is this server's own address, without trailing slash."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from api.links import GEOJSON, JSON, collection_href
from mappings.words import Language, Text

Link = dict[str, Any]

SCHEMA = "application/schema+json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SORTABLES = "http://www.opengis.net/def/rel/ogc/1.0/sortables"

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "root": Text("Moisson", "Moisson"),
        "parent": Text("Niveau supérieur", "One level up"),
        "children": Text("Le contenu, décrit", "The contents, described"),
        "data": Text("Les collections", "Collections"),
        "items": Text("Les images", "The images"),
        "search": Text("Recherche d’images", "Search of images"),
        "conformance": Text("Les normes suivies", "The standards that are followed"),
        "service-desc": Text("L’API, pour les programmes (OpenAPI)", "The API, for programs (OpenAPI)"),
        "service-doc": Text("L’API, pour les personnes", "The API, for people"),
        "alternate": Text("Une page pour les personnes", "A page for people"),
        "aggregations": Text("Ce qui peut être compté", "What can be counted"),
        "aggregate": Text("Décomptes", "Counts"),
        QUERYABLES: Text("Ce qui peut être filtré", "What can be filtered"),
        SORTABLES: Text("Ce qui peut être trié", "What can be sorted by"),
    }
)


def catalog_href(base: str, archive: str) -> str:
    return f"{base}/catalogs/{quote(archive, safe='')}"


def dates_href(base: str, collection: str, period: str = "") -> str:
    href = f"{collection_href(base, collection)}/dates"
    return f"{href}/{period}" if period else href


def named(rel: str, href: str, kind: str = JSON, **more: Any) -> Link:
    return {"rel": rel, "type": kind, "href": href, **more}


def family(base: str, href: str, parent: str) -> list[Link]:
    """self, root and parent."""
    return [named("self", href), named("root", f"{base}/"), named("parent", parent)]


def page_links(href: str, languages: Sequence[Language] = ("fr", "en")) -> list[Link]:
    """To the same as a page for people, in each language."""
    return [named("alternate", f"{href}?f=html&language={one}", HTML, hreflang=one) for one in languages]


def asking_links(place: str) -> list[Link]:
    """To what can be asked of `place`: this server or one of its Collections, without trailing slash."""
    return [
        named(QUERYABLES, f"{place}/queryables", SCHEMA),
        named(SORTABLES, f"{place}/sortables", SCHEMA),
        named("aggregations", f"{place}/aggregations"),
        named("aggregate", f"{place}/aggregate", method="GET"),
        named("aggregate", f"{place}/aggregate", method="POST"),
    ]


def item_link(href: str, item_id: str) -> Link:
    return named("item", href, GEOJSON, title=item_id)


def titled(links: Iterable[Link], language: Language, titles: Mapping[str, Text] = TITLES) -> list[Link]:
    """The links, those with a title by their relation that have none of their own."""
    return [
        {**link, "title": titles[link["rel"]].in_(language)} if "title" not in link and link["rel"] in titles else link for link in links
    ]


_NAMES: dict[Language, dict[str, str]] = {
    "fr": {"code": "fr", "name": "Français", "alternate": "French"},
    "en": {"code": "en", "name": "English", "alternate": "Anglais"},
}


def languages(language: Language) -> dict[str, Any]:
    """In which language a document is, and in which others it can be had, as STAC's language extension says it."""
    return {"language": _NAMES[language], "languages": [name for code, name in _NAMES.items() if code != language]}
