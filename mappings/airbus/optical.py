"""One record of the OneAtlas optical search as an Item (report §1.3; mapping table A)."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from mappings.airbus.radar import is_radar_id
from mappings.airbus.redaction import is_clipped, redacted
from mappings.facts import Availability, Facts
from mappings.geometry import clean_footprint
from mappings.item import build_item
from mappings.record import Item, Record, Unmappable
from mappings.scenes import Scene, parse_scene
from mappings.times import format_time, usable_time
from mappings.values import angle_0_360, items, mapping, number, percent, text

SOURCE = "airbus"
# Not about the image: the record's own expiry is put off again and again, rights and centroid come in two forms (report §1.2, §1.3).
VOLATILE = (("properties", "expirationDate"), ("properties", "geometryCentroid"), ("rights",))

_SEARCH = "https://search.foundation.api.oneatlas.airbus.com/api/v2/opensearch"
_COLLECTIONS = {"PHR": "airbus-phr", "SPOT": "airbus-spot", "PNEO": "airbus-pneo"}
_LICENCES = {"PHR": "airbus-optical", "SPOT": "airbus-optical", "PNEO": "airbus-pneo"}
# SPOT 1 to 5 carried other instruments; that of Pléiades Neo has no published name.
_INSTRUMENTS = {"phr1a": ["hiri"], "phr1b": ["hiri"], "spot6": ["naomi"], "spot7": ["naomi"]}
_KINDS = ("PHR", "SPOT", "PNEO", "SEN", "ACQ")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HREF = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/-]*")
_AUTH = {"oneatlas": {"type": "http", "scheme": "bearer", "description": "OneAtlas access token, obtained with an API key"}}
_AIRBUS = {"name": "Airbus Defence and Space", "roles": ["producer", "licensor", "host"], "url": "https://space-solutions.airbus.com/"}
# Pléiades belongs to the French State (report §4).
_CNES = {"name": "CNES", "roles": ["licensor"], "url": "https://cnes.fr/"}


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of a feature. Raises Unmappable when the search identifier is missing."""
    properties = mapping(feature.get("properties"))
    native_id = text(properties.get("id"))
    if native_id is None:
        raise Unmappable("no search identifier", "properties.id")
    if is_radar_id(native_id):
        raise Unmappable(f"the identifier of a radar acquisition: {native_id[:60]!r}", "properties.id")
    return Record(
        source=SOURCE,
        native_id=native_id,
        updated=usable_time(properties.get("lastUpdateDate")) or usable_time(properties.get("publicationDate")),
        raw=orjson.dumps(redacted(feature)),
        url=f"{_SEARCH}?id={quote(native_id, safe='')}",
    )


def to_item(record: Record) -> Item:
    """The Item of one record; its identifier, an acquisition time and a footprint are required. Raises Unmappable."""
    feature = _feature(record)
    properties = mapping(feature.get("properties"))
    item_id, scene = _identity(properties, record.native_id)
    mission = _mission(properties, scene, item_id)
    geometry, bbox = clean_footprint(feature.get("geometry"), areas=True)
    return build_item(
        record,
        item_id=item_id,
        collection=_COLLECTIONS[mission],
        geometry=geometry,
        bbox=bbox,
        properties={
            **_times(properties, mission, scene, record.updated),
            **_platform(properties, mission, scene),
            **_measures(properties),
            **_processing(properties),
            **_airbus(properties, record),
            "order:status": "orderable",
            "providers": [_AIRBUS, _CNES] if mission == "PHR" else [_AIRBUS],
            "auth:schemes": _AUTH,
        },
        facts=Facts(
            Availability.ORDERABLE,
            _LICENCES[mission],
            scene=scene.key if scene else None,
            footprint="clipped" if is_clipped(feature) else None,
        ),
        assets=_assets(mapping(feature.get("_links"))),
        links=[_via(record)],
    )


def _feature(record: Record) -> dict[str, Any]:
    try:
        feature = record.json
    except orjson.JSONDecodeError as error:
        raise Unmappable(f"not JSON: {error}", "record") from None
    return mapping(feature)


def _identity(properties: dict[str, Any], native_id: str) -> tuple[str, Scene | None]:
    """(Item id, scene that tells the acquisition's instant). The search UUID, which differs between the records of one
    acquisition and is given anew (report §1.3), is never the id."""
    names = ("acquisitionIdentifier", "parentIdentifier", "archiveIdentifier", "sourceIdentifier")
    found = {name: value for name in names if (value := text(properties.get(name))) and value != native_id and not _UUID.fullmatch(value)}
    item_id = next((found[name] for name in ("acquisitionIdentifier", "parentIdentifier", "sourceIdentifier") if name in found), None)
    if item_id is None:
        raise Unmappable("no acquisition, parent or source identifier", "properties.acquisitionIdentifier")
    fallback = None
    for value in dict.fromkeys(found.values()):
        scene = parse_scene(value, _KINDS)
        if scene and scene.instant:
            return item_id, scene
        # ACQ_ identifiers of Pléiades Neo tell no time (report §5.1): another one may.
        fallback = fallback or scene
    return item_id, fallback


def _mission(properties: dict[str, Any], scene: Scene | None, item_id: str) -> str:
    platform = text(properties.get("platform")) or ""
    for value in (text(properties.get("constellation")), platform, scene.platform if scene else None, *item_id.split("_")[1:2]):
        mission = re.sub(r"\d\w?$", "", value.upper()) if value else None
        if mission in _COLLECTIONS:
            return mission
    raise Unmappable("none of PHR, SPOT, PNEO", "properties.constellation")


def _times(properties: dict[str, Any], mission: str, scene: Scene | None, updated: datetime | None) -> dict[str, Any]:
    """The instant of the identifier, for `acquisitionDate` of old catalogue records is hours late (trap 3); Pléiades Neo has its
    own in `acquisitionDate`. Pléiades tokens are perhaps not UTC (report §5.2), which `moisson:time_scale` says."""
    acquired = usable_time(properties.get("acquisitionDate"))
    token = scene.instant if scene else None
    when = (acquired or token) if mission == "PNEO" else (token or acquired)
    if when is None:
        raise Unmappable("no acquisition time", "properties.acquisitionDate")
    created = _formatted(properties.get("publicationDate"))
    return {
        "datetime": format_time(when),
        "moisson:time_scale": "token" if mission == "PHR" and token else None,
        "created": created,
        "updated": format_time(updated) if updated else None,
        "published": created,
        "airbus:acquisition_date": format_time(acquired) if acquired else None,
        # The catalogue record expires, not the image: STAC's `expires` would say the wrong thing.
        "airbus:record_expires": _formatted(properties.get("expirationDate")),
    }


def _formatted(value: Any) -> str | None:
    when = usable_time(value)
    return format_time(when) if when else None


def _platform(properties: dict[str, Any], mission: str, scene: Scene | None) -> dict[str, Any]:
    platform = (text(properties.get("platform")) or (scene.platform if scene else "")).lower()
    return {"platform": platform, "constellation": mission.lower(), "instruments": _INSTRUMENTS.get(platform)}


def _measures(properties: dict[str, Any]) -> dict[str, Any]:
    get = properties.get
    gsd = number(get("resolution"))
    azimuth = angle_0_360(get("azimuthAngle"))
    # 180 in every other record, whatever the viewing direction: the strip's azimuth, not the view's (trap 7).
    azimuth_name = "view:azimuth" if get("processorName") == "IMFv6" else "airbus:azimuth_angle"
    return {
        "gsd": gsd if gsd and gsd > 0 else None,
        "eo:cloud_cover": percent(get("cloudCover")),
        "eo:snow_cover": percent(get("snowCover")),
        "view:incidence_angle": _between(0, get("incidenceAngle"), 90),
        "view:sun_azimuth": angle_0_360(get("illuminationAzimuthAngle")),
        "view:sun_elevation": _between(-90, get("illuminationElevationAngle"), 90),
        "airbus:incidence_across": _between(-90, get("incidenceAngleAcrossTrack"), 90),
        "airbus:incidence_along": _between(-90, get("incidenceAngleAlongTrack"), 90),
        azimuth_name: azimuth,
    }


def _between(low: float, value: Any, high: float) -> float | None:
    found = number(value)
    return found if found is not None and low <= found <= high else None


def _processing(properties: dict[str, Any]) -> dict[str, Any]:
    level = text(properties.get("processingLevel"))
    name, _, release = (text(properties.get("processorName")) or "").partition(" ")
    return {
        # ALBUM is a state of the catalogue, not a processing level.
        "processing:level": None if level == "ALBUM" else level,
        # Without zone on some products (trap 9): read as UTC.
        "processing:datetime": _formatted(properties.get("processingDate")),
        "processing:facility": text(properties.get("processingCenter")),
        "processing:software": {name: release.strip() or "unknown"} if name else None,
        "product:type": text(properties.get("productType")),
        "product:acquisition_type": "nominal",
        "sat:acquisition_station": text(properties.get("acquisitionStation")),
    }


def _airbus(properties: dict[str, Any], record: Record) -> dict[str, Any]:
    get = properties.get
    workspace, source_identifier = text(get("workspaceName")), text(get("sourceIdentifier"))
    status, qualified = text(get("productionStatus")), get("qualified")
    mine = {
        "id": record.native_id,
        "source_identifier": source_identifier,
        "processing_level": text(get("processingLevel")),
        "production_status": status,
        "updated": format_time(record.updated) if record.updated else None,
    }
    return {
        "airbus:constellation": text(get("constellation")),
        "airbus:item_id": record.native_id,
        "airbus:source_identifier": source_identifier,
        "airbus:parent_identifier": text(get("parentIdentifier")),
        "airbus:archive_identifier": text(get("archiveIdentifier")),
        "airbus:production_status": status,
        # A private workspace names a customer.
        "airbus:workspace": workspace if workspace and workspace.startswith("public") else None,
        "airbus:qualified": qualified if isinstance(qualified, bool) else None,
        "airbus:records": [{name: value for name, value in mine.items() if value is not None}],
    }


def _assets(links: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The two pictures; they may need a token and are never shown as open (report §1.3). Map services answer 403 without rights."""
    found: dict[str, dict[str, Any]] = {}
    for name, member, role, title in (
        ("thumbnail", "thumbnail", "thumbnail", "Thumbnail"),
        ("overview", "quicklook", "overview", "Quicklook"),
    ):
        href = _href(links.get(member))
        if href:
            found[name] = {"href": href, "title": title, "roles": [role], "auth:refs": ["oneatlas"]}
    return found


def _href(link: Any) -> str | None:
    """The address of a link, which may be an object or an array of them (trap 8), without query: it could hold a token."""
    for member in items(link) or [link]:
        href = text(mapping(member).get("href"))
        bare = href.split("?")[0].split("#")[0] if href else ""
        if _HREF.fullmatch(bare):
            return bare
    return None


def _via(record: Record) -> dict[str, Any]:
    href = f"{_SEARCH}?id={quote(record.native_id, safe='')}"
    return {"rel": "via", "href": href, "type": "application/geo+json", "title": "OneAtlas search record", "auth:refs": ["oneatlas"]}
