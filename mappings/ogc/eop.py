"""Earth observation products as OGC 10-157 (EOP O&M 2.0 and 2.1) describes them, on their own or inside an Atom entry."""

import re
from typing import Any

from mappings.ogc import names, radar
from mappings.ogc.axes import Hints
from mappings.ogc.described import Described
from mappings.ogc.elements import Element, attribute, child, every, first, said, words
from mappings.ogc.gml import geojson, shapes_in
from mappings.ogc.hrefs import Hrefs, media_type, taken
from mappings.ogc.missions import Mission
from mappings.ogc.moments import Period, moment, period_of, written
from mappings.ogc.texts import line, unescaped
from mappings.record import Unmappable
from mappings.times import usable_time
from mappings.values import angle_0_360, integer, number, percent, positive
from mappings.xml import local

# What was not, or not yet, taken.
_NO_IMAGE = frozenset(("PLANNED", "POTENTIAL", "ACQUIRING", "FAILED", "CANCELLED", "CANCELED", "REJECTED"))
_DESIGNATOR = re.compile(r"\d{4}-\d{3}[A-Z]{1,3}")
GRID = "eop:wrs_longitude_grid"
_TYPES = frozenset(("nominal", "calibration", "other"))
_ONLINE = {"ON-LINE": True, "ONLINE": True, "OFF-LINE": False, "OFFLINE": False}
_LEVEL = re.compile(r"(?:level|l)?[ _-]*(\d[a-z]?\w{0,3})", re.I | re.ASCII)


def describe(observation: Element, hints: Hints) -> Described:
    """Raises Unmappable without time or footprint, and for what is planned or failed."""
    meta = first(observation, "EarthObservationMetaData")
    status = (said(meta, "status") or "").upper()
    if status in _NO_IMAGE:
        raise Unmappable(f"{status}: no image was taken", "eop:status")
    geometry, rule = _footprint(observation, hints)
    processing = next(every(meta, "processing", "ProcessingInformation"), None)
    identifier, product_type = said(meta, "identifier"), said(meta, "productType")
    level = said(processing, "processingLevel")
    return Described(
        form="eop",
        period=_period(observation, meta),
        geometry=geometry,
        axis_rule=rule,
        properties={
            "title": line(identifier),
            "created": written(usable_time(said(meta, "creationDate"))),
            "updated": written(usable_time(said(meta, "modificationDate"))),
            **_measures(observation),
            **_orbit(first(observation, "Acquisition")),
            **_processing(processing, level),
            **_product(meta, product_type),
            "sat:platform_international_designator": _designator(observation),
            "sat:acquisition_station": line(said(meta, "downlinkedTo", "DownlinkInformation", "acquisitionStation"), 60),
        },
        platforms=_platforms(observation),
        names=(identifier, said(meta, "productGroupId"), *_file_names(observation)),
        prose=(said(meta, "parentIdentifier"), product_type),
        terms=(said(meta, "parentIdentifier"), product_type),
        level=level,
        online=_ONLINE.get((said(meta, "statusSubType") or "").upper()),
        hrefs=_hrefs(observation),
    )


def radar_members(observation: Element, mission: Mission) -> dict[str, Any]:
    """The sar:* members if the image is a radar's: by its root element, its sensor's type, or its mission."""
    sensor = first(observation, "Sensor")
    is_radar = "/sar/" in str(observation.tag) or mission.band is not None or (said(sensor, "sensorType") or "").upper() == "RADAR"
    return radar.members(first(observation, "Acquisition"), sensor, mission) if is_radar else {}


def is_optical(observation: Element) -> bool:
    """Whether the sun's place matters: records of radars hold angles that mean nothing (S1AEOP: 34.43)."""
    sensor_type = (said(first(observation, "Sensor"), "sensorType") or "").upper()
    return "/sar/" not in str(observation.tag) and sensor_type != "RADAR"


def _footprint(observation: Element, hints: Hints) -> tuple[dict[str, Any] | None, str | None]:
    place = first(observation, "multiExtentOf")
    if place is None:
        return None, None
    shapes = shapes_in(place)
    return geojson(shapes, hints) if shapes else (None, None)


def _period(observation: Element, meta: Element | None) -> Period:
    """Of the phenomenon, else of the result, else of its acquisition, else of the product's name."""
    for name in ("phenomenonTime", "resultTime"):
        found = period_of(child for child in observation if local(child) == name)
        if found:
            return found
    acquired = moment(said(meta, "downlinkedTo", "DownlinkInformation", "acquisitionDate"))
    if acquired:
        return Period(acquired.start, acquired.end)
    named = names.period_of((said(meta, "identifier"), *_file_names(observation)))
    if named:
        return named
    raise Unmappable("no acquisition time", "om:phenomenonTime")


def _platforms(observation: Element) -> tuple[str | None, ...]:
    """Short name, alone and with the serial identifier: `Sentinel-2` and `A`, `TX01` and `1`."""
    found: list[str | None] = []
    for platform in every(first(observation, "EarthObservationEquipment"), "platform", "Platform"):
        name, serial = said(platform, "shortName"), said(platform, "serialIdentifier")
        if name and serial and len(serial) <= 2:
            found.append(f"{name}-{serial}")
        found.append(name)
    return tuple(found)


def _designator(observation: Element) -> str | None:
    serial = said(first(observation, "Platform"), "serialIdentifier")
    return serial if serial and _DESIGNATOR.fullmatch(serial) and not serial.startswith("0000") else None


def _measures(observation: Element) -> dict[str, Any]:
    acquisition = first(observation, "Acquisition")
    resolution = first(observation, "resolution")
    members: dict[str, Any] = {
        "gsd": _metres(resolution),
        "eo:cloud_cover": percent(words(first(observation, "cloudCoverPercentage"))),
        "eo:snow_cover": percent(words(first(observation, "snowCoverPercentage"))),
        **_incidence(acquisition),
    }
    if is_optical(observation):
        members |= sun_of(
            words(first(acquisition, "illuminationElevationAngle")),
            words(first(acquisition, "illuminationAzimuthAngle")),
            words(first(acquisition, "illuminationZenithAngle")),
        )
    return members


def sun_of(elevation: Any, azimuth: Any, zenith: Any = None) -> dict[str, Any]:
    """view:sun_*; 0 and 0 is not said, but left empty."""
    height, side, from_above = number(elevation), angle_0_360(azimuth), number(zenith)
    if height is None and from_above is not None and 0 <= from_above <= 180:
        height = 90 - from_above
    if not height and not side:
        return {}
    return {"view:sun_elevation": height if height is not None and -90 <= height <= 90 else None, "view:sun_azimuth": side}


def _incidence(acquisition: Element | None) -> dict[str, Any]:
    """The angle, or the middle of the nearest and the farthest, which our own member marks; off-nadir is another angle."""
    told, near, far = (_angle(said(acquisition, name)) for name in ("incidenceAngle", "minimumIncidenceAngle", "maximumIncidenceAngle"))
    derived = told is None and near is not None and far is not None
    return {
        "view:incidence_angle": round((near + far) / 2, 6) if derived and near is not None and far is not None else told,
        "moisson:derived": ["view:incidence_angle"] if derived else None,
        "card4l:incidence_angle_near_range": near,
        "card4l:incidence_angle_far_range": far,
    }


def _angle(value: Any) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= 90 else None


def _metres(element: Element | None) -> float | None:
    value, unit = number(words(element)), (attribute(element, "uom") or "m").lower()
    metric = unit in ("m", "metre", "meter", "metres", "meters") or unit.endswith(("#m", "::9001", ":m"))
    return value if value and 0 < value <= 100_000 and metric else None


def _orbit(acquisition: Element | None) -> dict[str, Any]:
    state = (said(acquisition, "orbitDirection") or "").lower()
    crossing = usable_time(said(acquisition, "ascendingNodeDate"))
    return {
        "sat:orbit_state": state if state in ("ascending", "descending") else None,
        "sat:absolute_orbit": positive(said(acquisition, "orbitNumber")),
        # A track for Sentinel, a path for Landsat, a column of a grid for others.
        GRID: positive(said(acquisition, "wrsLongitudeGrid")),
        "sat:anx_datetime": written(crossing) if crossing and crossing.year > 1950 else None,
    }


def _processing(processing: Element | None, level: str | None) -> dict[str, Any]:
    name, release = line(said(processing, "processorName"), 100), line(said(processing, "processorVersion"), 60)
    return {
        "processing:level": level_of(level),
        "processing:facility": line(unescaped(said(processing, "processingCenter")), 200),
        "processing:software": {name: release or "unknown"} if name else None,
        "processing:datetime": written(usable_time(said(processing, "processingDate"))),
    }


def level_of(value: str | None) -> str | None:
    """`1B`, `Level-2A`, `LEVEL1C` as `L1B`, `L2A`, `L1C`; other names as they are."""
    text = line(value, 60)
    match = _LEVEL.fullmatch(text.rstrip("_- ")) if text else None
    return f"L{match[1].upper()}" if match else text


def _product(meta: Element | None, product_type: str | None) -> dict[str, Any]:
    acquisition_type = (said(meta, "acquisitionType") or "").lower()
    return {
        "product:type": line(product_type, 100),
        "product:acquisition_type": acquisition_type if acquisition_type in _TYPES else None,
        "eop:parent_identifier": line(said(meta, "parentIdentifier"), 300),
        "eop:status": line(said(meta, "status"), 40),
        "eop:product_quality_status": line(said(meta, "productQualityStatus"), 60),
        "eop:image_quality_degradation": line(said(meta, "imageQualityDegradation") or said(meta, "imageQualityDegradationTag"), 100),
    }


def _file_names(observation: Element) -> tuple[str | None, ...]:
    """Names of the product's files, which follow the mission's rules where its identifier is only a number."""
    result = first(observation, "EarthObservationResult")
    products = list(every(result, "product", "ProductInformation", "fileName"))
    browses = list(every(result, "browse", "BrowseInformation", "fileName"))
    return tuple(_address(one) for one in (*products[:3], *browses[:1]))


def _address(file_name: Element) -> str | None:
    return attribute(first(file_name, "ServiceReference"), "href") or words(file_name)


def _hrefs(observation: Element) -> Hrefs:
    found = Hrefs()
    result = first(observation, "EarthObservationResult")
    for product in every(result, "product", "ProductInformation"):
        place = child(product, "fileName")
        if place is None:
            continue
        href, size = _address(place), child(product, "size")
        whole = integer(words(size)) if (attribute(size, "uom") or "bytes").lower() in ("bytes", "byte", "b") else None
        kind = media_type(attribute(first(place, "ServiceReference"), "title"), href)
        found.asset("data", href, roles=("data",), type=kind, **{"file:size": whole if whole and whole > 0 else None})
    for browse in every(result, "browse", "BrowseInformation"):
        place = child(browse, "fileName")
        if place is not None:
            add_browse(found, said(browse, "type"), _address(place))
    return found


def add_browse(found: Hrefs, kind: str | None, href: Any, mime: Any = None) -> None:
    """A quicklook or a thumbnail, unless it is there already."""
    role = "thumbnail" if (kind or "").upper() == "THUMBNAIL" else "overview"
    if not taken(found.assets, role):
        found.asset(role, href, roles=(role,), type=media_type(mime, href))
