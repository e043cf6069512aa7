"""One OneAtlas search record, as the optical search of the second API returns it (report section 1.3)."""

from __future__ import annotations

from math import hypot, pi, sin
from typing import Any

import orjson

from .chance import draw
from .clocks import DAY, SECOND, at, milli, nano, seconds
from .feeds import Entry
from .places import wrapped
from .scenes import Acquisition, Lane
from .world import World

ACCESS = "https://access.foundation.api.oneatlas.airbus.com/api/v1/items/"
SEARCH = "https://search.foundation.api.oneatlas.airbus.com/api/v1/"
PUBLIC = {"workspaceId": "0e33eb50-3404-48ad-b835-b0b4b72a5625", "workspaceName": "public", "workspaceTitle": "Public"}
PNEO = {"workspaceId": "3e88441b-adc9-4be6-bd80-59d4fb69d5a7", "workspaceName": "public-pneo", "workspaceTitle": "PNEO"}
RIGHTS = orjson.Fragment(b'{"browse":{},"wms":{},"wmts":{}}')
PNEO_RIGHTS = orjson.Fragment(
    orjson.dumps(
        {
            right: {"privileges": [{"id": f"00000000-0000-4000-8000-{number:012d}", "filter": {"workspaceId": PNEO["workspaceId"]}}]}
            for number, right in enumerate(("associatedData", "browse", "create", "wmts"))
        }
    )
)
_IMAGE = (
    ("imagesGetBuffer", "buffer", "getBuffer"),
    ("imagesMetadata", "metadata", "application/geo+json"),
    ("imagesWcs", "wcs", "WCS"),
    ("imagesWms", "wms", "WMS"),
    ("imagesWmts", "wmts", "WMTS"),
)
_LINKS = (("quicklook", "QuickLook", "HTTP"), ("thumbnail", "Thumbnail", "HTTP"), ("wms", "WMS", "WMS"), ("wmts", "WMTS", "WMTS"))


def _link_texts(bundle: bool) -> str:
    """The `_links` object as JSON with U for the record's UUID, I and J for those of its images: written once, filled per record."""
    links: dict[str, Any] = {"delete": {"href": f"{SEARCH}items/%U", "name": "Delete", "type": "HTTP"}}
    for member, last, kind in _IMAGE:
        # One object, or an array for a bundle of two images: both forms occur (report, trap 8).
        if bundle:
            links[member] = [
                {"href": f"{ACCESS}%U/images/{image}/{last}", "name": name, "type": kind, "resourceId": image}
                for image, name in (("%I", "multispectral"), ("%J", "panchromatic"))
            ]
        else:
            links[member] = {"href": f"{ACCESS}%U/images/%I/{last}", "type": kind, "resourceId": "%I"}
    for member, name, kind in _LINKS:
        links[member] = {"href": f"{ACCESS}%U/{member}", "name": name, "type": kind}
    links["self"] = {"href": f"{SEARCH}opensearch?id=%U", "method": "GET", "name": "self", "resourceId": "%U"}
    return orjson.dumps(links).decode()


_LINK_TEXTS = {bundle: _link_texts(bundle) for bundle in (False, True)}


def _links(world: World, lane: Lane, index: int, uuid: str, bundle: bool) -> orjson.Fragment:
    text = _LINK_TEXTS[bundle].replace("%U", uuid).replace("%I", world.uuid(lane, index + (1 << 32)))
    return orjson.Fragment(text.replace("%J", world.uuid(lane, index + (2 << 32))) if bundle else text)


def _sensed(scene: Acquisition, sensor: bool) -> int:
    """acquisitionDate (ns): the identifier's instant give or take the rounding, but hours late for old catalogue scenes (trap 3)."""
    if not sensor and scene.lane is not Lane.PNEO and scene.instant < at(2018, 1, 1):
        late = (4240, 4200, 4600, 10_040, 16_071)[(scene.bits >> 30) % 5] + (scene.bits >> 34 & 0xFF)
        return scene.instant + late * SECOND + (scene.bits >> 42) % 100 * 10_000_000
    # PHR and SPOT cut the tenth off, PNEO rounds to it; every fifth time ends in a zero and prints two digits.
    off = (scene.bits >> 42) % 50 - (50 if scene.lane is Lane.PNEO and scene.bits >> 49 & 1 else 0)
    return scene.instant + off * 1_000_000


def _angles(scene: Acquisition, sensor: bool) -> dict[str, float]:
    bits = scene.bits
    across, along = (bits >> 4 & 0xFFFF) / 0x10000 * 44 - 22, (bits >> 20 & 0xFFFF) / 0x10000 * 28 - 14
    season = sin(2 * pi * ((scene.instant // DAY) % 365 - 80) / 365)
    # 180 for every catalogue record whatever it looks at, a true viewing azimuth for SPOT products (trap 7).
    azimuth = (bits >> 8 & 0xFFFF) / 0x10000 * 360 if sensor and scene.lane is Lane.SPOT else 179.9 + (bits >> 36 & 0xFF) / 1280
    return {
        "azimuthAngle": azimuth,
        "illuminationAzimuthAngle": 150.0 + (bits & 0xFFF) / 256,
        "illuminationElevationAngle": max(6.0, 76.0 - abs(scene.centre.lat - 23.4 * season)),
        "incidenceAngle": hypot(across, along),
        "incidenceAngleAcrossTrack": across,
        "incidenceAngleAlongTrack": along,
    }


def _album(scene: Acquisition, properties: dict[str, Any]) -> None:
    properties["processingLevel"], properties["productionStatus"] = "ALBUM", "ARCHIVED"
    properties["sourceIdentifier"] = scene.archive_id
    properties["processingDate"] = milli(_sensed(scene, False) + 4100 * SECOND + 68_000_000)
    properties["processingCenter"], properties["processorName"], properties["productType"] = "MOC", "MMCAT", "mono"
    properties["resolution"] = {Lane.PHR: 0.7, Lane.SPOT: 1.5}.get(scene.lane, 0.3)
    properties["acquisitionAnonymousIdentifier"] = str(100_000 + scene.number)


def _sensor(scene: Acquisition, properties: dict[str, Any]) -> None:
    order = f"SO{18 + scene.number % 7}{scene.bits % 1_000_000:06d}"
    properties["processingLevel"], properties["productionStatus"], properties["productType"] = "SENSOR", "IN_CLOUD", "bundle"
    properties["commercialReference"] = properties["customerReference"] = order
    processed = scene.instant + 2 * DAY
    if scene.lane is Lane.PHR:
        properties["sourceIdentifier"] = scene.product_id
        # No zone on the products of this processor (trap 9).
        properties["processingDate"] = f"{seconds(processed)}.{scene.bits % 1000:03d}"
        properties["processingCenter"], properties["processorName"], properties["resolution"] = "FCMUGC", "DRS-MM V2.6vV2.6", 0.5
        return
    later = scene.instant + 200_000_000
    clock = seconds(later)
    day, hour = clock[:10].replace("-", ""), clock[11:].replace(":", "")
    properties["sourceIdentifier"] = f"SEN_{scene.platform}_{day}_{hour}{later % SECOND // 1_000_000:03d}_000"
    properties["title"] = properties["sourceIdentifier"]
    properties["processingDate"] = seconds(processed)
    properties["processingCenter"], properties["processorName"] = "AOC", "IMFv6"
    properties["resolution"] = round(1.56 + (scene.bits & 0xFF) / 3000, 4)
    properties["dataUri"] = f"gs://datastore-nearline/{scene.platform}_{order}-1-01_{scene.archive_id}.zip"


def acquired(world: World, lane: Lane, index: int) -> int:
    """The acquisitionDate that a record shows (ns)."""
    return _sensed(world.acquisition(lane, index), lane in (Lane.PHR_SENSOR, Lane.SPOT_SENSOR))


def _common(world: World, lane: Lane, entry: Entry, scene: Acquisition, uuid: str, sensor: bool) -> dict[str, Any]:
    """The properties that ALBUM and SENSOR records share."""
    index, generation, updated = entry
    published = nano(updated)
    cloud = world.cloud(lane, index, generation)
    return {
        "acquisitionDate": nano(_sensed(scene, sensor)),
        "acquisitionIdentifier": scene.identifier,
        "acquisitionStation": scene.station,
        "archivingCenter": "FR1",
        "cloudCover": int(cloud) if cloud == int(cloud) else cloud,
        "constellation": lane.constellation,
        "correlationId": uuid if sensor else f"mmcat_{draw(world.seed, lane, index, 5):032x}",
        "expirationDate": nano(updated + (3650 if lane is Lane.PNEO else 365) * DAY + 5117),
        "id": uuid,
        "lastUpdateDate": published,
        "organisationName": "AIRBUS DS" if lane is Lane.SPOT_SENSOR else "AIRBUS DS GEO",
        "parentIdentifier": scene.archive_id,
        "platform": scene.platform,
        "productCategory": "image",
        "publicationDate": published,
        "qualified": False,
        "sensorType": "OPTICAL",
        "snowCover": 0,
        "spectralRange": "VISIBLE",
        **_angles(scene, sensor),
        **(PNEO if lane is Lane.PNEO else PUBLIC),
    }


def record(world: World, lane: Lane, entry: Entry) -> dict[str, Any]:
    """The GeoJSON feature of one record; its own identifier is in the properties, there is no `id` above them."""
    index = entry.number
    sensor = lane in (Lane.PHR_SENSOR, Lane.SPOT_SENSOR)
    scene = world.acquisition(lane, index)
    uuid = world.uuid(lane, index)
    properties = _common(world, lane, entry, scene, uuid, sensor)
    if lane is Lane.PNEO:
        properties["archiveIdentifier"] = scene.archive_id
        properties["archiveAnonymousIdentifier"] = str(300_000_000 + index)
    else:
        properties["format"] = "image/jp2"
    (_sensor if sensor else _album)(scene, properties)
    return {
        "_links": _links(world, lane, index, uuid, sensor),
        "geometry": {"coordinates": [wrapped(scene.ring)], "type": "Polygon"},
        "properties": properties,
        "rights": PNEO_RIGHTS if lane is Lane.PNEO else RIGHTS,
        "type": "Feature",
    }
