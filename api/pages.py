"""Answers, joined from the strings that the index keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import orjson

from api.licences.documents import licence_reference
from api.links import GEOJSON, JSON, collection_href, item_href
from api.references import of, reference_links, reference_members
from index.document import join
from index.matches import Match
from index.state import ItemKey, StoredItem
from mappings.licences import Table, licences
from mappings.times import format_time

SCHEMA_PATH = "/schemas/moisson/v1.0.0/schema.json"

T = TypeVar("T")


@dataclass(frozen=True)
class Sight:
    """How one asker sees Items: this server's address without trailing slash, `moisson:access` of an availability and a licence as
    JSON, the matches that they may know, and the table that licences' links come from. What several Items share is made once."""

    base: str
    access: Callable[[str, str], bytes]
    matches: Mapping[ItemKey, Sequence[Match]] = field(default_factory=dict)
    table: Table = field(default_factory=licences)
    _made: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def links(self, collection: str, licence: str) -> tuple[bytes, bytes]:
        """The links of a Collection's Items, before and after what its `self` link says of one of them."""
        return self._once(_links, collection, licence)

    def access_member(self, availability: str, licence: str) -> bytes:
        """`,"moisson:access":{…}`."""
        return self._once(_access_member, availability, licence)

    def extension(self) -> bytes:
        """The URL of our extension's schema, as JSON."""
        return self._once(_extension)

    def _once(self, make: Callable[..., T], *given: str) -> T:
        key = (make.__name__, *given)
        made: T | None = self._made.get(key)
        if made is None:
            made = self._made[key] = make(self, *given)
        return made


def _links(sight: Sight, collection: str, licence: str) -> tuple[bytes, bytes]:
    href = collection_href(sight.base, collection)
    shared = [
        {"rel": "parent", "type": JSON, "href": href},
        {"rel": "collection", "type": JSON, "href": href},
        {"rel": "root", "type": JSON, "href": f"{sight.base}/"},
        licence_reference(licence, sight.table, sight.base),
    ]
    own = orjson.dumps({"rel": "self", "type": GEOJSON, "href": item_href(sight.base, collection, "")})
    # What follows is quoted for an address, which leaves nothing that JSON would escape.
    return own.removesuffix(b'"}'), b'"},' + b",".join(map(orjson.dumps, shared))


def _access_member(sight: Sight, availability: str, licence: str) -> bytes:
    return b',"moisson:access":' + sight.access(availability, licence)


def _extension(sight: Sight) -> bytes:
    return orjson.dumps(f"{sight.base}{SCHEMA_PATH}")


def item_bytes(item: StoredItem, sight: Sight, *, harvested: datetime | None = None) -> bytes:
    """An Item's public JSON with the links of this server, the asker's access, and its copies; `harvested` is the time of its change."""
    before, after = sight.links(item.collection, item.licence)
    access, links = sight.access_member(item.availability, item.licence), before + quote(item.id, safe="").encode() + after
    if harvested is not None:
        access += b',"moisson:harvested":"%b"' % format_time(harvested).encode()
    matches = of(item, sight.matches)
    if matches:
        access += reference_members(item, matches)
        links = b",".join((links, *map(orjson.dumps, reference_links(item, matches, sight.base))))
    return join(item.head, item.middle, item.rest, access=access, extension=sight.extension(), links=links)


def collection_bytes(
    items: Sequence[StoredItem],
    sight: Sight,
    links: Sequence[Mapping[str, Any]],
    matched: int,
    *,
    members: Mapping[str, Any] | None = None,
    shown: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A FeatureCollection of Items, each as `shown` makes it from its bytes; `members` are more of its JSON."""
    tail = {"numberMatched": matched, "numberReturned": len(items), **(members or {}), "links": links}
    told = (item_bytes(item, sight) for item in items)
    # Joined once: a page of a thousand Items has 5 MB, and each join writes it anew.
    features = [part for feature in (map(shown, told) if shown else told) for part in (b",", feature)][1:]
    return b"".join((b'{"type":"FeatureCollection","features":[', *features, b"],", orjson.dumps(tail)[1:]))
