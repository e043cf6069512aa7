"""Answers, joined from the strings that the index keeps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from api.licences.documents import licence_reference
from api.links import GEOJSON, JSON, collection_href, item_href
from api.references import of, reference_links, reference_members
from index.document import join
from index.matches import Match
from index.state import ItemKey, StoredItem
from mappings.licences import Table, licences

SCHEMA_PATH = "/schemas/moisson/v1.0.0/schema.json"


@dataclass(frozen=True)
class Sight:
    """How one asker sees Items: this server's address without trailing slash, `moisson:access` of an availability and a licence as
    JSON, the matches that they may know, and the table that licences' links come from."""

    base: str
    access: Callable[[str, str], bytes]
    matches: Mapping[ItemKey, Sequence[Match]] = field(default_factory=dict)
    table: Table = field(default_factory=licences)


def item_bytes(item: StoredItem, sight: Sight) -> bytes:
    """An Item's public JSON with the links of this server, the asker's access, and its copies."""
    base = sight.base
    collection = collection_href(base, item.collection)
    matches = of(item, sight.matches)
    links = [
        {"rel": "self", "type": GEOJSON, "href": item_href(base, item.collection, item.id)},
        {"rel": "parent", "type": JSON, "href": collection},
        {"rel": "collection", "type": JSON, "href": collection},
        {"rel": "root", "type": JSON, "href": f"{base}/"},
        licence_reference(item.licence, sight.table, base),
        *reference_links(item, matches, base),
    ]
    return join(
        item.head,
        item.middle,
        item.rest,
        access=b',"moisson:access":%b%b' % (sight.access(item.availability, item.licence), reference_members(item, matches)),
        extension=orjson.dumps(f"{base}{SCHEMA_PATH}"),
        links=b",".join(orjson.dumps(link) for link in links),
    )


def collection_bytes(items: Sequence[StoredItem], sight: Sight, links: Sequence[Mapping[str, Any]], matched: int) -> bytes:
    """A FeatureCollection of Items."""
    tail = {"numberMatched": matched, "numberReturned": len(items), "links": links}
    features = b",".join(item_bytes(item, sight) for item in items)
    return b"".join((b'{"type":"FeatureCollection","features":[', features, b"],", orjson.dumps(tail)[1:]))


def get_links(base: str, path: str, params: Mapping[str, str], token: str | None) -> list[dict[str, Any]]:
    """self, root and next of a page that was asked for by GET."""
    links = [
        {"rel": "root", "type": JSON, "href": f"{base}/"},
        {"rel": "self", "type": GEOJSON, "href": _href(base, path, params)},
    ]
    if token:
        links.append({"rel": "next", "type": GEOJSON, "method": "GET", "href": _href(base, path, {**params, "token": token})})
    return links


def post_links(base: str, params: Mapping[str, str], body: Mapping[str, Any], token: str | None) -> list[dict[str, Any]]:
    """root and next of a page that was asked for by POST: next repeats query string and body, with its token."""
    links: list[dict[str, Any]] = [{"rel": "root", "type": JSON, "href": f"{base}/"}]
    if token:
        following = {**body, "token": token}
        href = _href(base, "/search", {name: value for name, value in params.items() if name != "token"})
        links.append({"rel": "next", "type": GEOJSON, "method": "POST", "href": href, "body": following, "merge": False})
    return links


def _href(base: str, path: str, params: Mapping[str, str]) -> str:
    return f"{base}{path}?{urlencode(params)}" if params else f"{base}{path}"
