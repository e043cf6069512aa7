"""Builds a STAC 1.1 Item: facts, licence, and exactly the extensions whose fields are used."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from mappings.facts import Facts
from mappings.licences import Licence, licences
from mappings.record import Item, Record, Unmappable

STAC_VERSION = "1.1.0"
# A page token holds an Item's id and stays below 512 bytes.
_MAX_ID_BYTES = 200

_HOST = "https://stac-extensions.github.io"
# Field prefix -> schema of the extension. Only versions whose schema the tests hold.
EXTENSIONS = {
    "alternate": f"{_HOST}/alternate-assets/v1.2.0/schema.json",
    "auth": f"{_HOST}/authentication/v1.1.0/schema.json",
    "eo": f"{_HOST}/eo/v2.0.0/schema.json",
    "file": f"{_HOST}/file/v2.1.0/schema.json",
    "grid": f"{_HOST}/grid/v1.1.0/schema.json",
    "order": f"{_HOST}/order/v1.1.0/schema.json",
    "processing": f"{_HOST}/processing/v1.2.0/schema.json",
    "product": f"{_HOST}/product/v1.0.0/schema.json",
    "proj": f"{_HOST}/projection/v2.0.0/schema.json",
    "s1": f"{_HOST}/sentinel-1/v0.2.0/schema.json",
    "s2": f"{_HOST}/sentinel-2/v1.0.0/schema.json",
    "sar": f"{_HOST}/sar/v1.3.0/schema.json",
    "sat": f"{_HOST}/sat/v1.2.0/schema.json",
    "storage": f"{_HOST}/storage/v2.0.0/schema.json",
    "timestamps": f"{_HOST}/timestamps/v1.1.0/schema.json",
    "version": f"{_HOST}/version/v1.2.0/schema.json",
    "view": f"{_HOST}/view/v1.1.0/schema.json",
    "wms": f"{_HOST}/web-map-links/v1.2.0/schema.json",
    "wmts": f"{_HOST}/web-map-links/v1.2.0/schema.json",
}
# Extensions whose fields have no prefix.
_UNPREFIXED = {
    "published": "timestamps",
    "expires": "timestamps",
    "unpublished": "timestamps",
    "deprecated": "version",
    "version": "version",
}


def build_item(
    record: Record,
    *,
    item_id: str,
    collection: str,
    geometry: dict[str, Any] | None,
    bbox: list[float] | None,
    properties: dict[str, Any],
    facts: Facts,
    assets: dict[str, dict[str, Any]] | None = None,
    links: Iterable[dict[str, Any]] = (),
) -> Item:
    """The Item of one record. Properties and asset members that are None are left out, except `datetime`."""
    check_id(item_id)
    licence = licences()[facts.licence]
    members = {"datetime": None, **_present(properties), "license": licence.stac, **facts.properties(record)}
    kept = {key: _present(asset) for key, asset in (assets or {}).items()}
    item: Item = {"type": "Feature", "stac_version": STAC_VERSION, "id": item_id, "collection": collection, "geometry": geometry}
    if bbox is not None:
        item["bbox"] = bbox
    item["properties"] = members
    item["assets"] = kept
    item["links"] = [collection_link(collection), licence_link(licence), *links]
    item["stac_extensions"] = extensions_of(item)
    return item


def check_id(item_id: Any) -> str:
    """An Item's id, short enough for a page token. Raises Unmappable."""
    if not isinstance(item_id, str) or not item_id.strip():
        raise Unmappable("no identifier", "id")
    if len(item_id.encode()) > _MAX_ID_BYTES:
        raise Unmappable(f"identifier longer than {_MAX_ID_BYTES} bytes", "id")
    return item_id


def collection_link(collection: str) -> dict[str, Any]:
    """STAC demands it of an Item in a Collection. Relative to where a STAC API serves the Item; an index puts its own in place."""
    return {"rel": "collection", "href": f"../../{quote(collection)}", "type": "application/json"}


def licence_link(licence: Licence) -> dict[str, Any]:
    """`other` without a link would mean that no right is granted (STAC 1.1), so that every Item has one."""
    link: dict[str, Any] = {"rel": "license", "href": licence.href, "title": licence.title_en}
    if licence.media_type:
        link["type"] = licence.media_type
    return link


def extensions_of(item: Item) -> list[str]:
    """Schema URLs of the extensions whose fields stand in the Item, sorted."""
    assets = item["assets"].values()
    bands = (band for asset in assets for band in asset.get("bands", ()))
    names = set(item["properties"]).union(*assets, *item["links"], *bands)
    found = {_schema_of(name) for name in names}
    if any("alternate" in asset for asset in assets):
        found.add(EXTENSIONS["alternate"])
    return sorted(url for url in found if url)


@lru_cache(maxsize=4096)
def _schema_of(field: str) -> str | None:
    """The schema of a member's extension. Members are few and come in every Item, so that each is looked up once."""
    prefix, colon, _ = field.partition(":")
    return EXTENSIONS.get(_UNPREFIXED.get(field) or (prefix if colon else ""))


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value != [] and value != ""}
