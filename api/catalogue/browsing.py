"""Catalogs below a Collection, by which every Item is reached through child and item links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.catalogue.catalogs import Document, catalog
from api.catalogue.links import Link, dates_href, family, item_link, named, titled
from api.catalogue.periods import Period, narrower, within
from api.catalogue.site import Site
from api.links import collection_href, item_href
from api.token import make_token, read_token
from index.protocol import Index
from index.query import Page, Query
from mappings.words import Language, Text

LEAF = 500
"""A period with no more Items than these lists them; one with more lists its parts, and a day its pages."""

_ALL = Text("Par date", "By date")
_MORE = Text("Suite", "More")
_SAID = Text("{title} : les images par date d’acquisition.", "{title}: images by date of acquisition.")


@dataclass(frozen=True)
class Shelf:
    """A Collection's Items of a period, as an asker's query finds them; `token` is the place of a further page of a day."""

    collection: str
    period: Period
    query: Query
    token: str | None = None


def period_document(site: Site, shelf: Shelf, base: str, language: Language) -> Document:
    """The Catalog of a period, empty where nothing matches. Raises Problem for a token that does not hold."""
    index = site.index
    asked = replace(within(shelf.query, shelf.period), limit=LEAF)
    page = index.search(read_token(asked, shelf.token, index.secret())[0] if shelf.token is not None else asked)
    split = page.next is not None and len(shelf.period.parts) < 3
    inner = _parts(narrower(index, shelf.query, shelf.period), shelf, base) if split else _listed(index, asked, page, shelf, base, language)
    title = site.described.title(shelf.collection, language)
    return catalog(
        f"{shelf.collection}-{shelf.period.name or 'dates'}",
        f"{title}, {shelf.period.name or _ALL.in_(language).lower()}",
        _SAID.in_(language).format(title=title),
        titled([*_family(shelf, base), *inner], language),
        language,
    )


def _family(shelf: Shelf, base: str) -> list[Link]:
    href = dates_href(base, shelf.collection, shelf.period.name)
    if not shelf.period.parts:
        return family(base, href, collection_href(base, shelf.collection))
    own = f"{href}?token={shelf.token}" if shelf.token else href
    return family(base, own, dates_href(base, shelf.collection, shelf.period.wider.name))


def _parts(periods: Sequence[Period], shelf: Shelf, base: str) -> list[Link]:
    return [named("child", dates_href(base, shelf.collection, one.name), title=one.name) for one in periods]


def _listed(index: Index, asked: Query, page: Page, shelf: Shelf, base: str, language: Language) -> list[Link]:
    links = [item_link(item_href(base, item.collection, item.id), item.id) for item in page.items]
    if page.next:
        token = make_token(asked, page.next, index.secret())
        href = dates_href(base, shelf.collection, shelf.period.name)
        links.append(named("child", f"{href}?token={token}", title=_MORE.in_(language)))
    return links
