"""Addresses of Collections and Items on this server; `base` is its own, without trailing slash."""

from urllib.parse import quote

JSON = "application/json"
GEOJSON = "application/geo+json"
NDJSON = "application/x-ndjson"


def collection_href(base: str, collection: str) -> str:
    return f"{base}/collections/{quote(collection, safe='')}"


def item_href(base: str, collection: str, item_id: str) -> str:
    return f"{collection_href(base, collection)}/items/{quote(item_id, safe='')}"
