"""The catalogue's pages for people."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from starlette.responses import Response

from api.catalogue.archives import archive_info
from api.catalogue.landing import DESCRIPTION, MAP
from api.catalogue.links import QUERYABLES, catalog_href
from api.catalogue.words import said
from api.html import heading, link, page, paragraph, table
from api.links import collection_href
from mappings.words import Language, number

Document = Mapping[str, Any]

_OTHER: dict[Language, Language] = {"fr": "en", "en": "fr"}


def landing_page(title: str, found: Mapping[str, int], documents: Sequence[Document], base: str, language: Language) -> Response:
    """The way to the map, archives with the numbers of their Items, Collections, and where else to go."""
    rows = (
        (link(_page(catalog_href(base, name), language), archive_info(name).title.in_(language)), number(count, language))
        for name, count in found.items()
    )
    ways = {
        "documentation": f"{base}/api.html",
        "licences": _page(f"{base}/licences", language),
        "search": f"{base}/search",
        "json": "?f=json",
    }
    body = [
        f"<p><strong>{link(f'{base}/map?lang={language}', MAP.in_(language))}</strong></p>",
        paragraph(DESCRIPTION.in_(language)),
        table(said("archives", language), (said("archive", language), said("images", language)), rows) if found else _nothing(language),
        _collections(documents, base, language),
        _ways(ways, language),
    ]
    return page(language, title, body, _page(f"{base}/", _OTHER[language]))


def collections_page(documents: Sequence[Document], links: Sequence[Document], base: str, language: Language) -> Response:
    """Collections with their extents; `links` are those of the JSON."""
    following = next((one["href"] for one in links if one["rel"] == "next"), None)
    ways = ({"next": following} if following else {}) | {"json": "?f=json", "home": f"{base}/"}
    body = [_collections(documents, base, language) or _nothing(language), _ways(ways, language)]
    return page(language, said("collections", language), body, _page(f"{base}/collections", _OTHER[language]))


def collection_page(document: Document, base: str, language: Language) -> Response:
    """One Collection."""
    hrefs = {one["rel"]: one["href"] for one in document["links"]}
    first, last = document["extent"]["temporal"]["interval"][0]
    rows = {
        "images": number(document["moisson:items"], language),
        "from": first[:10],
        "to": last[:10],
        "area": ", ".join(f"{side:.2f}" for side in document["extent"]["spatial"]["bbox"][0]),
        "providers": ", ".join(one["name"] for one in document.get("providers", ())),
        "keywords": ", ".join(document.get("keywords", ())),
    }
    cells = [(escape(said(name, language)), escape(value)) for name, value in rows.items() if value]
    cells.append((escape(said("licence", language)), link(hrefs["license"], document["moisson:licence"], "license")))
    ways = {"items": hrefs["items"], "dates": hrefs["child"], "queryables": hrefs[QUERYABLES], "json": "?f=json"}
    body = [
        paragraph(document["description"]),
        table(said("facts", language), ("", said("value", language)), cells),
        _ways({**ways, "collections": _page(f"{base}/collections", language), "home": f"{base}/"}, language),
    ]
    return page(language, document["title"], body, _page(hrefs["self"], _OTHER[language]))


def catalog_page(document: Document, base: str, language: Language) -> Response:
    """One archive with its Collections."""
    own = next(one["href"] for one in document["links"] if one["rel"] == "self")
    children = [one for one in document["links"] if one["rel"] == "child"]
    rows = ((link(_page(one["href"], language), one["title"]),) for one in children)
    body = [
        paragraph(document["description"]),
        table(said("collections", language), (said("collection", language),), rows),
        _ways({"json": "?f=json", "home": f"{base}/"}, language),
    ]
    return page(language, document["title"], body, _page(own, _OTHER[language]))


def _collections(documents: Sequence[Document], base: str, language: Language) -> str:
    if not documents:
        return ""
    rows = (
        (
            link(_page(collection_href(base, one["id"]), language), one.get("title") or one["id"]),
            number(one["moisson:items"], language) if "moisson:items" in one else "",
        )
        for one in documents
    )
    return table(said("collections", language), (said("collection", language), said("images", language)), rows)


def _ways(hrefs: Mapping[str, str], language: Language) -> str:
    anchors = "".join(f"<li>{link(href, said(name, language))}</li>" for name, href in hrefs.items())
    return f"{heading(said('ways', language))}<ul>{anchors}</ul>"


def _nothing(language: Language) -> str:
    return paragraph(said("none", language))


def _page(href: str, language: Language) -> str:
    return f"{href}?f=html&language={language}"
