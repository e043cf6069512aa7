"""Collections of an OpenSearch service, searched by their identifiers (OGC 13-026: the first of two steps)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.opensearch_description import Template
from harvesters.partner_pages import origin
from harvesters.response import place
from mappings.ogc.elements import attribute, child, children, said, words

_PAGES = 50


@dataclass(frozen=True)
class Collections:
    """`template` searches for them; `home` is the service's own address, whose host is not left."""

    name: str
    fetcher: Fetcher
    home: str
    template: Template
    parameters: Mapping[str, str]
    size: int

    def address_of(self, collection: str) -> str:
        """Where a collection's description is. Raises Misconfigured, StopSource."""
        found = self.entry_of(collection)
        if found is None:
            raise Misconfigured(f"{self.name}: collections: the service has no {collection!r}")
        return self._link(*found, collection)

    def entry_of(self, collection: str) -> tuple[Any, str] | None:
        """The entry of a collection, and the address of the answer that holds it."""
        values = {"geo:uid": collection} if "geo:uid" in self.template.names else {}
        position = 0
        for _ in range(_PAGES):
            given = {"startIndex": str(self.template.first_index + position), "count": str(self.size)}
            url = self.template.url({**self.parameters, **values, **given})
            _, feed = self.fetcher.fetch_xml("GET", url)
            entries = list(children(feed, "entry"))
            for entry in entries:
                if collection in (said(entry, "identifier"), words(child(entry, "id"))):
                    return entry, url
            position += len(entries)
            if not entries or "startIndex" not in self.template.names:
                break
        return None

    def _link(self, entry: Any, url: str, collection: str) -> str:
        links = (link for link in children(entry, "link") if attribute(link, "rel") == "search")
        href = next((found for link in links if (found := attribute(link, "href"))), None)
        if href is None:
            raise Misconfigured(f"{self.name}: collections: {collection!r} has no search of its own")
        try:
            address = urljoin(url, href)
            here = origin(address) == origin(self.home)
        except ValueError:
            raise StopSource(f"{self.name}: the address of the search of {collection!r} cannot be read") from None
        if not here:
            raise StopSource(f"{self.name}: the search of {collection!r} is at {place(address)}, another host, which is not followed")
        return address
