"""resto features (report §1, §3.2): PEPS as of 2018, 2020 and 2023, and Theia. Both servers are gone; their records are replayed."""

from typing import Any
from urllib.parse import quote

import orjson

from mappings.facts import Availability, Facts
from mappings.geometry import optional_footprint
from mappings.item import build_item
from mappings.peps.assets import media_type
from mappings.peps.collections import collection_of
from mappings.peps.hrefs import host, plain, scrub
from mappings.peps.names import parse_name
from mappings.peps.products import product_name
from mappings.peps.sentinel import properties_of
from mappings.record import Item, Record, Unmappable
from mappings.times import usable_time
from mappings.values import checksum_md5, integer, items, mapping, text

# resto's member -> GEODES' name of the same, which `sentinel` reads.
_NAMES = {
    "collection": "dataset",
    "startDate": "start_datetime",
    "completionDate": "end_datetime",
    "published": "datetime",
    "updated": "updated",
    "dhusIngestDate": "created",
    "productionDate": "processing:datetime",
    "title": "title",
    "platform": "platform",
    "instrument": "instrument",
    "productType": "product:type",
    "processingLevel": "processing:level",
    "realtime": "product:timeliness",
    "sensorMode": "sar:instrument_mode",
    "polarisation": "sar:polarizations",
    "swath": "swath",
    "missionTakeId": "mission_take_id",
    "orbitDirection": "sat:orbit_state",
    "orbitNumber": "sat:absolute_orbit",
    "relativeOrbitNumber": "sat:relative_orbit",
    "cycleNumber": "sat:orbit_cycle",
    "cloudCover": "eo:cloud_cover",
    "snowCover": "eo:snow_cover",
    "s2TakeId": "s2:datatake_id",
    "bareSoil": "bareSoil",
    "highProbaClouds": "highProbaClouds",
    "mediumProbaClouds": "mediumProbaClouds",
    "vegetation": "vegetation",
    "water": "water",
}
_NATIVE = {stac: native for native, stac in _NAMES.items()} | {"identifier": "productIdentifier"}
# tier2 and tier3 came after 2019 (report §1.4); `unknown` says that the tape system did not answer.
_ONLINE = {"disk": True, "tier2": True, "tape": False, "tier3": False, "staging": False}
_DEAD = ("peps.cnes.fr", "theia.cnes.fr")
# The other types say what the Item's members say, or are bare numbers (`isNrt`: "0").
_PLACES = frozenset(("continent", "country", "region", "state", "location", "season"))


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of a feature, without links, keywords' links, and queries of addresses. Raises Unmappable: no identifier.

    `Record.updated` is `published`, by which windows of the archive go: the watermark is made of it, and a record that changed long
    after its publication (`updated`) would carry it past others that were never read. Such a change is found by reading its
    window of publication again.
    """
    native_id = text(feature.get("id"))
    if native_id is None:
        raise Unmappable("no identifier", "id")
    kept = scrub({name: member for name, member in feature.items() if name != "links"})
    properties = mapping(kept.get("properties"))
    properties.pop("links", None)
    if "keywords" in properties:
        properties["keywords"] = _unlinked(properties["keywords"])
    try:
        raw = orjson.dumps(kept)
    except orjson.JSONEncodeError as error:
        raise Unmappable(f"cannot be kept: {error}", "feature") from None
    return Record("peps", native_id, usable_time(properties.get("published")), raw, url=_place(properties, native_id))


def _unlinked(keywords: Any) -> Any:
    if isinstance(keywords, dict):
        return {key: _unlinked([word])[0] for key, word in keywords.items()}
    if not isinstance(keywords, list):
        return keywords
    return [{name: member for name, member in word.items() if name != "href"} if isinstance(word, dict) else word for word in keywords]


def _place(properties: dict[str, Any], native_id: str) -> str | None:
    collection = text(properties.get("collection"))
    if collection is None:
        return None
    root = "https://peps.cnes.fr/resto" if collection in ("S1", "S2", "S2ST", "S3") else "https://theia.cnes.fr/atdistrib/resto2"
    return f"{root}/collections/{quote(collection, safe='')}/{quote(native_id, safe='')}.json"


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of a record. Raises Unmappable, naming the member as resto does."""
    if not isinstance(feature.get("properties"), dict):
        raise Unmappable("no properties", "properties")
    try:
        return _item(record, feature, feature["properties"])
    except Unmappable as error:
        raise Unmappable(error.reason, _NATIVE.get(error.field, error.field)) from None


def _item(record: Record, feature: dict[str, Any], native: dict[str, Any]) -> Item:
    said = {stac: native[name] for name, stac in _NAMES.items() if name in native}
    # PEPS writes `mgrs`, which old records lack; Theia `location`, which may also be a site's name.
    said["grid:code"] = text(native.get("mgrs")) or native.get("location")
    identifier = product_name(native.get("productIdentifier"), "identifier")
    name = parse_name(identifier)
    collection = collection_of(native.get("collection"), native.get("processingLevel"), identifier, name)
    properties = properties_of(said, identifier, name, collection)
    field = "_geometry" if feature.get("_geometry") is not None else "geometry"
    # `_geometry` is the one that resto cut at the antimeridian and searched with (report §1.5).
    geometry, bbox = optional_footprint(feature.get(field), field, areas=True)
    # Theia counts the versions of a product beside its name: "1-9".
    properties["version"] = text(native.get("version"))
    properties["deprecated"] = True if text(native.get("newVersion")) else None
    properties["keywords"] = _keywords(native.get("keywords"))
    mode = text(mapping(native.get("storage")).get("mode")) or "unknown"
    properties["moisson:storage_mode"] = None if mode in _ONLINE or mode == "unknown" else mode
    place = _place(native, record.native_id)
    return build_item(
        record,
        item_id=identifier,
        collection=collection.id,
        geometry=geometry,
        bbox=bbox,
        properties=properties,
        facts=Facts(
            Availability.OPEN,
            collection.licence,
            scene=name.scene if name else None,
            online=_ONLINE.get(mode),
            # The storage state is as old as the record's last change.
            online_as_of=usable_time(native.get("updated")) or record.updated,
        ),
        assets=_assets(native),
        links=[{"rel": "via", "href": place, "type": "application/json"}] if place else [],
    )


def _assets(native: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """None on the servers that were shut down (report §0): an address that cannot answer is no asset."""
    download = mapping(mapping(native.get("services")).get("download"))
    size = integer(native.get("resourceSize")) or integer(download.get("size"))
    addresses = {"product": download.get("url"), "quicklook": native.get("quicklook"), "thumbnail": native.get("thumbnail")}
    found: dict[str, dict[str, Any]] = {}
    for kind, role in (("product", "data"), ("quicklook", "overview"), ("thumbnail", "thumbnail")):
        href = plain(addresses[kind])
        if href is None or host(href) in _DEAD:
            continue
        found[kind] = {"href": href, "type": media_type(None, kind), "roles": [role]}
        if kind == "product":
            found[kind]["type"] = media_type(download.get("mimeType"), kind)
            found[kind]["file:size"] = size if size is not None and size >= 0 else None
            found[kind]["file:checksum"] = checksum_md5(native.get("resourceChecksum")) or checksum_md5(download.get("checksum"))
    return found


def _keywords(keywords: Any) -> list[str]:
    """Names of places and seasons; PEPS has an object of them, Theia a list. `_all` is a gap in the gazetteer."""
    words = [mapping(word) for word in (keywords.values() if isinstance(keywords, dict) else items(keywords))]
    told = [text(word.get("name")) for word in words if isinstance(word.get("type"), str) and word["type"] in _PLACES]
    return list(dict.fromkeys(name for name in told if name and name != "_all"))
