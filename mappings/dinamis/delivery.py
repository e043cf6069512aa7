"""A delivered product, described by its DIMAP V2 file (report §5.2, §5.3)."""

import re
from datetime import datetime
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from mappings.dinamis.held import Mission, held_item, mission_of, refuse_neo, scene_of
from mappings.dinamis.members import between
from mappings.record import Item, NotAnAnswer, Record, Unmappable
from mappings.scenes import Scene
from mappings.times import format_time, usable_time
from mappings.values import angle_0_360, number, percent, positive, text
from mappings.xml import BadXml, parse_xml

FORM = "delivery"
# A product may also stand in an inventory or in the STAC API, under the same name: each of its records has a name of its own.
_PREFIX = f"{FORM}:"
MEDIA_TYPE = "application/xml"
# Metres by mission and spectral processing.
_GSD = {"PHR": {"PAN": 0.5, "P": 0.5, "MS": 2.0}, "SPOT": {"PAN": 1.5, "P": 1.5, "MS": 6.0}}
_FILE = re.compile(r"(?:IMG|DIM|RPC|LUT|ICON|PREVIEW|CLD|ROI)_")
_PIECE = re.compile(r"(?:_R\d+C\d+)?(?:\.(?:XML|TIF|TIFF|JP2|JPG))?", re.I)
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[0-9.]*:?(\d{4,6})", re.I)


def to_record(xml: bytes, name: str) -> Record:
    """The Record of a DIMAP file; `name` is its file name or address, of which the stem without `DIM_` is the product's name."""
    product = product_name(name)
    if not product:
        raise NotAnAnswer(f"no product name in {name[:80]!r}")
    return Record(source="dinamis", native_id=f"{_PREFIX}{product}", updated=None, raw=xml, media_type=MEDIA_TYPE)


def product_name(name: str) -> str:
    """`…/DIM_PHR1B_MS_201605061059115_SEN_1782241101-002.XML` -> `PHR1B_MS_201605061059115_SEN_1782241101-002`."""
    stem = _FILE.sub("", re.split(r"[/\\]", name.partition("?")[0].strip())[-1], count=1)
    match = re.search(rf"{_PIECE.pattern}$", stem, re.I)
    return stem[: match.start()] if match else stem


def name_of(xml: bytes) -> str:
    """The product's name as the DIMAP itself gives it: of its image files, else its data set. Raises NotAnAnswer."""
    try:
        root = _parse(xml)
    except Unmappable as error:
        raise NotAnAnswer(f"no DIMAP: {error.reason}") from None
    if etree.QName(root).localname != "Dimap_Document":
        raise NotAnAnswer(f"XML, but no DIMAP: {etree.QName(root).localname}")
    hrefs = [text(element.get("href")) for element in root.iterfind(".//{*}Data_File/{*}DATA_FILE_PATH")]
    found = next((href for href in hrefs if href), None) or _text(root, "Dataset_Identification", "DATASET_NAME")
    if not found:
        raise NotAnAnswer("a DIMAP without DATA_FILE_PATH and DATASET_NAME")
    return found


def to_item(record: Record) -> Item:
    """The Item of a delivered product. Raises Unmappable without name, time or mission, and for a DOCTYPE."""
    root = _parse(record.raw)
    if etree.QName(root).localname != "Dimap_Document":
        raise Unmappable(f"no DIMAP: {etree.QName(root).localname}", "Dimap_Document")
    product = record.native_id.removeprefix(_PREFIX)
    sources = [found for element in root.iterfind(".//{*}Source_Identification/{*}SOURCE_ID") if (found := text(element.text))]
    refuse_neo("Dataset_Sources", product, _text(root, "Dataset_Identification", "DATASET_NAME"), *sources)
    # The identifier of a file begins with its kind, which the product's name does not have.
    scene = scene_of(*sources, f"DIM_{product}")
    mission = _mission(root, scene, product)
    spectral = _text(root, "Product_Settings", "SPECTRAL_PROCESSING")
    return held_item(
        record,
        item_id=product,
        form=FORM,
        mission=mission,
        scene=scene,
        footprint=_footprint(root),
        properties={
            **_times(root, scene),
            **_angles(root),
            **_processing(root),
            "gsd": _GSD[mission.name].get((spectral or "").upper()),
            "eo:cloud_cover": percent(_text(root, "Dataset_Content", "CLOUD_COVERAGE")),
            "eo:snow_cover": percent(_text(root, "Dataset_Content", "SNOW_COVERAGE")),
            "dinamis:spectral_processing": spectral,
            "dinamis:acquisition_id": sources[0] if sources else None,
            # Of a mosaic.
            "dinamis:source_ids": several if len(several := list(dict.fromkeys(sources))) > 1 else None,
        },
    )


def _parse(xml: bytes) -> Any:
    """The root. A DOCTYPE is refused before anything could be made of it; nothing is fetched, no entity is replaced."""
    try:
        return parse_xml(xml)
    except BadXml as error:
        raise Unmappable(str(error), "Dimap_Document") from None


def _text(root: Any, *path: str) -> str | None:
    found = root.find(".//" + "/".join(f"{{*}}{name}" for name in path))
    return text(found.text) if found is not None else None


def _mission(root: Any, scene: Scene | None, name: str) -> Mission:
    strip = f"{_text(root, 'Strip_Source', 'MISSION') or ''}{_text(root, 'Strip_Source', 'MISSION_INDEX') or ''}"
    refuse_neo("Strip_Source.MISSION", strip)
    found = mission_of(strip, scene.platform if scene else None, name)
    if found is None:
        raise Unmappable(f"neither SPOT 6/7 nor Pléiades: {strip[:40]!r}", "Strip_Source.MISSION")
    return found


def _times(root: Any, scene: Scene | None) -> dict[str, Any]:
    """Of a mosaic of several strips the earliest, and the interval."""
    strips = list(root.iterfind(".//{*}Strip_Source"))
    times: list[datetime] = sorted(
        when for strip in strips if (when := usable_time(f"{_own(strip, 'IMAGING_DATE')}T{_own(strip, 'IMAGING_TIME')}"))
    )
    if not times:
        if scene is None or scene.instant is None:
            raise Unmappable("no acquisition time", "Strip_Source.IMAGING_DATE")
        times = [scene.instant]
    produced = usable_time(_text(root, "Delivery_Identification", "PRODUCTION_DATE"))
    found = {"datetime": format_time(times[0]), "processing:datetime": format_time(produced) if produced else None}
    if times[0] != times[-1]:
        found |= {"start_datetime": format_time(times[0]), "end_datetime": format_time(times[-1])}
    return found


def _own(element: Any, name: str) -> str:
    return text(element.findtext(f"{{*}}{name}")) or ""


def _footprint(root: Any) -> dict[str, Any] | None:
    extent = root.find(".//{*}Dataset_Content/{*}Dataset_Extent")
    vertices = [] if extent is None else extent.iterfind("{*}Vertex")
    ring = [[number(_own(vertex, "LON")), number(_own(vertex, "LAT"))] for vertex in vertices]
    return {"type": "Polygon", "coordinates": [ring]} if ring else None


def _angles(root: Any) -> dict[str, Any]:
    """Those at the centre; top and bottom differ."""
    places = root.iterfind(".//{*}Geometric_Data//{*}Located_Geometric_Values")
    centre = next((place for place in places if _own(place, "LOCATION_TYPE").lower() == "center"), None)
    if centre is None:
        return {}
    return {
        "view:incidence_angle": between(0, _text(centre, "Acquisition_Angles", "INCIDENCE_ANGLE"), 90),
        "dinamis:incidence_along": between(-90, _text(centre, "Acquisition_Angles", "INCIDENCE_ANGLE_ALONG_TRACK"), 90),
        "dinamis:incidence_across": between(-90, _text(centre, "Acquisition_Angles", "INCIDENCE_ANGLE_ACROSS_TRACK"), 90),
        "view:sun_azimuth": angle_0_360(_text(centre, "Solar_Incidences", "SUN_AZIMUTH")),
        "view:sun_elevation": between(-90, _text(centre, "Solar_Incidences", "SUN_ELEVATION"), 90),
    }


def _processing(root: Any) -> dict[str, Any]:
    software = root.find(".//{*}Production_Facility/{*}SOFTWARE")
    name = text(software.text) if software is not None else None
    code = _EPSG.fullmatch(_text(root, "Projected_CRS", "PROJECTED_CRS_CODE") or _text(root, "Geodetic_CRS", "GEODETIC_CRS_CODE") or "")
    rows, columns = positive(_text(root, "Raster_Dimensions", "NROWS")), positive(_text(root, "Raster_Dimensions", "NCOLS"))
    return {
        "processing:level": _text(root, "Product_Settings", "PROCESSING_LEVEL"),
        "processing:facility": _text(root, "Production_Facility", "PROCESSING_CENTER"),
        "processing:software": {name: text(software.get("version")) or "unknown"} if name else None,
        "proj:code": f"EPSG:{code[1]}" if code else None,
        "proj:shape": [rows, columns] if rows and columns else None,
    }
