"""GEODES features (STAC-like, report §2): today's form, and the one before 2025-03-31 with its `spaceborne:` names."""

import re
from posixpath import basename
from typing import Any
from urllib.parse import quote

import orjson

from mappings.facts import Availability, Facts
from mappings.geometry import optional_footprint
from mappings.item import build_item
from mappings.peps import assets
from mappings.peps.collections import collection_of
from mappings.peps.hrefs import plain, scrub
from mappings.peps.names import parse_name
from mappings.peps.products import product_name
from mappings.peps.sentinel import places_of, properties_of
from mappings.record import Item, Record, Unmappable
from mappings.times import usable_time
from mappings.values import items, mapping, text

ROOT = "https://geodes-portal.cnes.fr/api/stac"

# Old member -> today's.
_RENAMED = {
    "dataType": "dataset",
    "temporal:startDate": "start_datetime",
    "temporal:endDate": "end_datetime",
    "accessService:endpointURL": "endpoint_url",
    "spaceborne:satellitePlatform": "platform",
    "spaceborne:satelliteSensor": "instrument",
    "spaceborne:sensorMode": "sar:instrument_mode",
    "spaceborne:polarization": "sar:polarizations",
    "spaceborne:productType": "product:type",
    "spaceborne:productLevel": "processing:level",
    "spaceborne:productTimeliness": "product:timeliness",
    "spaceborne:orbitDirection": "sat:orbit_state",
    "spaceborne:orbitID": "sat:relative_orbit",
    "spaceborne:absoluteOrbitID": "sat:absolute_orbit",
    "spaceborne:cycleID": "sat:orbit_cycle",
    "spaceborne:cloudCover": "eo:cloud_cover",
    "spaceborne:swath": "swath",
    "spaceborne:keywords": "keywords",
    "spaceborne:political": "political",
}
_ONLINE = re.compile(r"\n*^Is online: *(\w*)[^\n]*", re.MULTILINE)
_VERSION = re.compile(r":V(\d{1,6})\Z", re.ASCII)


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of a feature. Raises Unmappable when it has no identifier.

    `links` go, queries of addresses too, wherever they stand: they may carry the reader's token. "Is online" moves from each asset's
    description into the volatile member `_online`, so that a product that goes to tape and comes back is no new record.
    """
    native_id = text(feature.get("id"))
    if native_id is None:
        raise Unmappable("no identifier", "id")
    kept = scrub({name: member for name, member in feature.items() if name not in ("links", "_online")})
    properties = mapping(kept.get("properties"))
    properties.pop("links", None)
    if isinstance(kept.get("assets"), dict):
        kept["assets"], online = _without_online(kept["assets"])
        if online:
            kept["_online"] = online
    said = _today(properties)
    try:
        raw = orjson.dumps(kept)
    except orjson.JSONEncodeError as error:
        raise Unmappable(f"cannot be kept: {error}", "feature") from None
    return Record("peps", native_id, usable_time(said.get("datetime")), raw, url=_place(feature, said, native_id))


def _without_online(published: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    online = {}
    for key, asset in published.items():
        description = mapping(asset).get("description")
        if not isinstance(description, str):
            continue
        match = _ONLINE.search(description)
        if match:
            online[key] = match[1].lower()
            published[key] = {**asset, "description": _ONLINE.sub("", description)}
    return published, online


def _today(properties: dict[str, Any]) -> dict[str, Any]:
    """Old names under today's; where both stand, today's wins."""
    if not ("dataType" in properties or "temporal:startDate" in properties):
        return properties
    return {_RENAMED[name]: member for name, member in properties.items() if name in _RENAMED} | properties


def _dataset(feature: dict[str, Any], said: dict[str, Any]) -> str | None:
    return text(feature.get("collection")) or text(said.get("dataset"))


def _place(feature: dict[str, Any], said: dict[str, Any], native_id: str) -> str | None:
    dataset = _dataset(feature, said)
    return f"{ROOT}/collections/{quote(dataset, safe='')}/items/{quote(native_id, safe=':')}" if dataset else None


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of a record. Raises Unmappable."""
    if not isinstance(feature.get("properties"), dict):
        raise Unmappable("no properties", "properties")
    said = _today(feature["properties"])
    published = mapping(feature.get("assets"))
    identifier = product_name(said.get("identifier") or _named_by_files(said, published), "identifier")
    name = parse_name(identifier)
    dataset = _dataset(feature, said)
    collection = collection_of(dataset, said.get("processing:level"), identifier, name)
    properties = properties_of(said, identifier, name, collection)
    geometry, bbox = optional_footprint(feature.get("geometry"), areas=True)
    version = _VERSION.search(record.native_id)
    properties["version"] = version[1] if version else None
    properties["deprecated"] = True if said.get("latest") is False else None
    properties["keywords"] = _keywords(said)
    kept, product_key, schemes = assets.of_geodes(published, said.get("endpoint_url"))
    place = _place(feature, said, record.native_id)
    online = mapping(feature.get("_online")).get(product_key) if product_key else None
    return build_item(
        record,
        item_id=identifier,
        collection=collection.id,
        geometry=geometry,
        bbox=bbox,
        properties=properties | schemes,
        facts=Facts(
            Availability.OPEN,
            collection.licence,
            scene=name.scene if name else None,
            online={"true": True, "false": False}.get(online) if isinstance(online, str) else None,
            online_as_of=record.updated,
        ),
        assets=kept,
        links=[{"rel": "via", "href": place, "type": "application/geo+json", "title": "GEODES"}] if place else [],
    )


def _named_by_files(said: dict[str, Any], published: dict[str, Any]) -> str | None:
    """Before 2025-03-31 there was no `identifier`: the file in the data lake, or the .zip asset, bears the name."""
    place = plain(said.get("endpoint_url"))
    named = basename(place) if place and place.endswith(".zip") else next((key for key in published if key.endswith(".zip")), None)
    return basename(named) if named else None


def _keywords(said: dict[str, Any]) -> list[str]:
    """Places and seasons: `location:northern` gives `northern`; tags of another kind say what other members say."""
    tags = [tag.partition(":") for tag in items(said.get("keywords")) if isinstance(tag, str)]
    told = [(value if colon else kind).strip() for kind, colon, value in tags if not colon or kind in ("location", "season")]
    return list(dict.fromkeys(name for name in [*told, *places_of(said.get("political"))] if name and name != "_all"))
