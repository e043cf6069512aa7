"""Any STAC API: pystac-client's searches and links over our own requests and paging."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import quote, urljoin, urlsplit

import orjson
from pystac.link import Link
from pystac_client.item_search import ItemSearch
from pystac_client.stac_api_io import StacApiIO

from harvesters.area import Area
from harvesters.errors import Misconfigured, Retry, StopSource
from harvesters.http import Fetcher
from harvesters.known import check_known, is_found
from harvesters.paging import Loop, Piece, identity_of
from harvesters.response import place
from harvesters.scope import ToRecord, page_of
from harvesters.source import Extent, Page, Span
from mappings.record import Mapping

# Of an API that always names a next page.
_EMPTY_PAGES = 20


@dataclass(frozen=True)
class StacApiSettings:
    """`collections`: at least one, each listed in full at every run. `exact_totals` False when numberMatched is only an estimate. `api_key`
    goes in the header X-API-Key. `named_by_collection`: records are named COLLECTION/ID."""

    url: str
    collections: tuple[str, ...]
    area: tuple[float, float, float, float] | None = None
    page_size: int = 100
    method: Literal["GET", "POST"] = "GET"
    exact_totals: bool = True
    api_key: str | None = None
    named_by_collection: bool = False


class StacApiSource:
    """One stream per collection, in the archive's own order. `to_record` names a record by the Item's own id, or as the settings say."""

    def __init__(self, name: str, fetcher: Fetcher, settings: StacApiSettings, mapping: Mapping, to_record: ToRecord) -> None:
        self.name = name
        self.mapping = mapping
        self._fetcher = fetcher
        self._settings = settings
        self._to_record = to_record
        self.area = Area.of(settings.area)
        self._witness: str | None = None

    def harvest(self, span: Span) -> Iterator[Page]:
        """A full listing whatever the span: no search by time of change is common to STAC APIs. Raises StopSource, Misconfigured."""
        if not self._settings.collections:
            raise Misconfigured(f"{self.name}: collections: name at least one")
        empty, full = list[str](), list[str]()
        for collection in self._settings.collections:
            given = yield from self._list(collection)
            (full if given else empty).append(collection)
        check_known(self.name, empty, full, self._knows)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those whose own address, in each of the collections, says that there is none. Raises StopSource when that is also said of an
        Item that was listed a moment ago: then it says nothing about the others."""
        if self._witness is not None and not self._holds(self._witness):
            raise StopSource(f"{self.name}: there is nothing at the address of an Item that the same API has just listed")
        return frozenset(name for name in native_ids if not self._holds(name))

    def _holds(self, name: str) -> bool:
        collections, item_id = self._settings.collections, name
        if self._settings.named_by_collection:
            collection, _, item_id = name.partition("/")
            collections = (collection,)
        return any(self._is_found(f"{self._address(collection)}/items/{quote(item_id, safe='')}") for collection in collections)

    def _is_found(self, address: str) -> bool:
        return is_found(partial(self._fetcher.fetch_json, "GET", address, headers=key_header(self._settings.api_key)))

    def _knows(self, collection: str) -> bool:
        return self._is_found(self._address(collection))

    def _address(self, collection: str) -> str:
        return f"{self._settings.url.rstrip('/')}/collections/{quote(collection, safe='')}"

    def _list(self, collection: str) -> Generator[Page, None, int]:
        """The pages of a collection; how many different Items came or were announced."""
        settings, area = self._settings, self.area
        scope: dict[str, Any] = {}
        if area is not None:
            scope = {"intersects": area.geojson} if area.crosses else {"bbox": area.bounds}
        io = _Io(self._fetcher, settings.url, key_header(settings.api_key))
        search = ItemSearch(
            url=f"{settings.url.rstrip('/')}/search",
            method=settings.method,
            stac_io=io,
            collections=[collection],
            limit=settings.page_size,
            **scope,
        )
        totals, seen = list[int](), set[str]()
        # Dicts, not pystac Items: one that pystac cannot build must not end the listing.
        for answer in _pages(io, search):
            total = _total(answer) if settings.exact_totals else None
            totals += [total] if total is not None else []
            seen.update(map(identity_of, answer["features"]))
            if not answer["features"] and totals and len(seen) >= max(totals):
                break
            page = page_of(self.name, collection, Piece(answer["features"], total=total), self._to_record, area=area)
            if page.records:
                self._witness = page.records[-1].native_id
            yield page
        missing = max(0, max(totals, default=0) - len(seen))
        # A total that changed meanwhile: pages by number then leave out or repeat what lies at their edges.
        agrees = not missing and len(set(totals)) < 2 and (not totals or totals[0] == len(seen))
        yield Page(collection, missing=missing, total=max(totals, default=None), closed=Extent() if agrees else None)
        return max(len(seen), missing)


def _pages(io: "_Io", search: ItemSearch) -> Iterator[dict[str, Any]]:
    """The answers, along their links to the next. An empty page is no end while it names another: pystac-client's own paging stops there.
    Raises StopSource."""
    parameters = search.get_parameters()
    answer, before, empty = io.read_json(search.url, method=search.method, parameters=parameters), None, 0
    while True:
        yield answer
        empty = 0 if answer["features"] else empty + 1
        link = next((link for link in answer["links"] if link["rel"] == "next"), None)
        # An empty page whose next one is itself is an end, too.
        if link is None or (empty and link == before):
            return
        if empty == _EMPTY_PAGES:
            raise StopSource(f"{place(search.url)}: {empty} pages in a row are empty, and the last still names a next one")
        before, answer = link, io.read_json(Link.from_dict(link), parameters=parameters)


class _Io(StacApiIO):
    """pystac-client's input with our time-outs, limits and retries; one per listing, so that it notices a page asked twice."""

    def __init__(self, fetcher: Fetcher, url: str, given: dict[str, str]) -> None:
        # Its own requests session is never used.
        super().__init__(max_retries=None)
        self._fetcher = fetcher
        self._home = url
        self._given = given
        self._loop = Loop()

    def request(
        self, href: str, method: str | None = None, headers: dict[str, str] | None = None, parameters: dict[str, Any] | None = None
    ) -> str:
        """The text of a page. `headers` of a link are not sent: an answer must not choose them."""
        href, method = urljoin(self._home, href), (method or "GET").upper()
        if _origin(href) != _origin(self._home):
            raise StopSource(f"{place(self._home)}: its next page is at {place(href)}, another host, which is not followed")
        if method not in ("GET", "POST"):
            raise StopSource(f"{place(self._home)}: its next page is to be asked with {method[:10]!r}")
        self._loop.check((method, href, orjson.dumps(parameters, option=orjson.OPT_SORT_KEYS)), place(self._home))
        if method == "POST":
            answer = self._fetcher.fetch_json("POST", href, json=parameters or {}, headers=self._given, check=_check)
        else:
            answer = self._fetcher.fetch_json("GET", href, params=parameters or None, headers=self._given, check=_check)
        return orjson.dumps(answer).decode()


def key_header(key: str | None) -> dict[str, str]:
    """The header that says who asks; none without a key."""
    return {"X-API-Key": key} if key else {}


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _check(answer: dict[str, Any]) -> None:
    """What pystac-client takes for granted. Raises Retry."""
    if not isinstance(answer.get("features"), list):
        raise Retry("a STAC answer without a list of features")
    links = answer.setdefault("links", [])
    if not isinstance(links, list) or not all(isinstance(link, dict) and "rel" in link for link in links):
        raise Retry("a STAC answer whose links cannot be read")
    if not all(_is_sound(link) for link in links if link["rel"] == "next"):
        raise Retry("a STAC answer whose next link cannot be read")


def _is_sound(link: dict[str, Any]) -> bool:
    kinds: tuple[tuple[str, Any, type], ...] = (("href", None, str), ("method", "GET", str), ("body", {}, dict))
    return all(isinstance(link.get(name, default), kind) for name, default, kind in kinds)


def _total(answer: dict[str, Any]) -> int | None:
    context = answer.get("context")
    for value in (answer.get("numberMatched"), context.get("matched") if isinstance(context, dict) else None):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None
