"""Answers, joined from the strings that the index keeps."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from api.params import SearchParams
from index.document import join
from index.state import StoredItem

GEOJSON = "application/geo+json"
JSON = "application/json"
SCHEMA_PATH = "/schemas/moisson/v1.0.0/schema.json"


def item_bytes(item: StoredItem, base: str) -> bytes:
    """An Item's public JSON with the links of this server; `base` has no trailing slash."""
    collection = f"{base}/collections/{quote(item.collection, safe='')}"
    links = [
        {"rel": "self", "type": GEOJSON, "href": f"{collection}/items/{quote(item.id, safe='')}"},
        {"rel": "parent", "type": JSON, "href": collection},
        {"rel": "collection", "type": JSON, "href": collection},
        {"rel": "root", "type": JSON, "href": f"{base}/"},
    ]
    return join(
        item.head, item.middle, item.rest, extension=orjson.dumps(f"{base}{SCHEMA_PATH}"), links=b",".join(orjson.dumps(x) for x in links)
    )


def collection_bytes(items: Sequence[StoredItem], base: str, links: Sequence[Mapping[str, Any]], matched: int) -> bytes:
    """A FeatureCollection of Items."""
    tail = {"numberMatched": matched, "numberReturned": len(items), "links": links}
    features = b",".join(item_bytes(item, base) for item in items)
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


def given(params: SearchParams) -> dict[str, Any]:
    """The parameters that were given."""
    return {name: value for name, value in vars(params).items() if value is not None}
