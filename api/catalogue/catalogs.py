"""Catalogs as STAC 1.1 documents: one per archive, and GET /children, which lists them."""

from collections.abc import Mapping
from typing import Any

from api.catalogue.archives import archive_info, archives, collections_of
from api.catalogue.links import catalog_href, family, languages, named, page_links, titled
from api.catalogue.site import Site
from api.errors import not_found
from api.links import collection_href
from index.protocol import Index
from index.query import Query
from mappings.item import STAC_VERSION
from mappings.words import Language

Document = dict[str, Any]


def catalog_document(site: Site, archive: str, found: Mapping[str, int], base: str, language: Language) -> Document:
    """An archive; `found` counts its Items by Collection."""
    info, href = archive_info(archive), catalog_href(base, archive)
    children = [named("child", collection_href(base, name), title=site.described.title(name, language)) for name in found]
    links = [*family(base, href, f"{base}/"), named("children", f"{href}/children"), *page_links(href), *children]
    return catalog(
        archive,
        info.title.in_(language),
        info.description.in_(language),
        titled(links, language),
        language,
        {"moisson:items": sum(found.values())},
    )


def catalog(
    identifier: str, title: str, description: str, links: list[Document], language: Language, more: Mapping[str, Any] | None = None
) -> Document:
    """A STAC Catalog."""
    head = {"type": "Catalog", "stac_version": STAC_VERSION, "stac_extensions": [], "id": identifier}
    return {**head, "title": title, "description": description, **languages(language), **(more or {}), "links": links}


def found_of(index: Index, query: Query, archive: str) -> Mapping[str, int]:
    """As collections_of. Raises a 404 for an archive of which the query finds no Item."""
    found = collections_of(index, query, archive)
    if not found:
        raise not_found("catalog", archive)
    return found


def archive_documents(site: Site, query: Query, base: str, language: Language) -> list[Document]:
    """All archives of which the query finds an Item, by name."""
    index = site.index
    return [catalog_document(site, name, collections_of(index, query, name), base, language) for name in archives(index, query)]


def children_document(children: list[Document], base: str, href: str, parent: str | None = None) -> Document:
    """The answer of a route that lists children; `parent` is the Catalog that they are of, when it is not the root."""
    links = [named("self", href), named("root", f"{base}/"), *([named("parent", parent)] if parent else [])]
    return {"children": children, "links": links, "numberMatched": len(children), "numberReturned": len(children)}
