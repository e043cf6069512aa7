"""An Item as ISO 19139: gmd:MD_Metadata (schemas of 2007-04-17, GML 3.2)."""

from mappings.iso_out.distribution import distribution
from mappings.iso_out.identification import identification
from mappings.iso_out.parts import code, nothing, party, real, string
from mappings.iso_out.shown import Shown
from mappings.iso_out.terms import metadata_constraints
from mappings.iso_out.writing import GMD, Element, element, root, to_xml
from mappings.times import format_time
from mappings.values import number

SCHEMA = "http://schemas.opengis.net/iso/19139/20070417/gmd/gmd.xsd"
_PREFIXES = ("gmd", "gco", "gmx", "gml", "xlink", "xsi")


def to_iso(shown: Shown) -> bytes:
    """gmd:MD_Metadata in UTF-8, without XML declaration: licence and attribution travel in it, in French and English."""
    locale, catalogue = f"EN-{shown.mark}", shown.catalogue
    made = root(
        "gmd:MD_Metadata",
        _PREFIXES,
        string("gmd:fileIdentifier", shown.name),
        code("gmd:language", "LanguageCode", "fre"),
        code("gmd:characterSet", "MD_CharacterSetCode", "utf8"),
        string("gmd:parentIdentifier", shown.collection),
        code("gmd:hierarchyLevel", "MD_ScopeCode", "dataset"),
        party("gmd:contact", catalogue.title, "pointOfContact", email=catalogue.email, href=f"{catalogue.base}/"),
        element("gmd:dateStamp", element("gco:DateTime", format_time(shown.changed))),
        string("gmd:metadataStandardName", "ISO 19115:2003/19139"),
        string("gmd:metadataStandardVersion", "1.0"),
        string("gmd:dataSetURI", shown.href),
        element("gmd:locale", _english(locale)),
        _reference_system(shown),
        identification(shown, locale),
        _content(shown),
        distribution(shown),
        _lineage(shown),
        metadata_constraints(shown, locale),
        xsi_schemaLocation=f"{GMD} {SCHEMA}",
    )
    return to_xml(made)


def _english(locale: str) -> Element:
    return element(
        "gmd:PT_Locale",
        code("gmd:languageCode", "LanguageCode", "eng"),
        code("gmd:characterEncoding", "MD_CharacterSetCode", "utf8"),
        id=locale,
    )


def _reference_system(shown: Shown) -> Element | None:
    """That of the image's pixels; footprints are in degrees."""
    projection = shown.said("proj:code")
    if projection is None:
        return None
    authority, _, number_ = projection.partition(":")
    named = element("gmd:RS_Identifier", string("gmd:code", number_ or projection), string("gmd:codeSpace", authority))
    system = element("gmd:MD_ReferenceSystem", element("gmd:referenceSystemIdentifier", named))
    return element("gmd:referenceSystemInfo", system)


def _content(shown: Shown) -> Element:
    angles = (("illuminationElevationAngle", "view:sun_elevation"), ("illuminationAzimuthAngle", "view:sun_azimuth"))
    clouds, level = number(shown.properties.get("eo:cloud_cover")), shown.said("processing:level")
    image = element(
        "gmd:MD_ImageDescription",
        nothing("gmd:attributeDescription"),
        code("gmd:contentType", "MD_CoverageContentTypeCode", "image"),
        *(real(f"gmd:{tag}", value) for tag, name in angles if (value := number(shown.properties.get(name))) is not None),
        real("gmd:cloudCoverPercentage", clouds) if clouds is not None else None,
        element("gmd:processingLevelCode", element("gmd:RS_Identifier", string("gmd:code", level))) if level else None,
    )
    return element("gmd:contentInfo", image)


def _lineage(shown: Shown) -> Element | None:
    told = shown.said("processing:lineage")
    if told is None:
        return None
    scope = element("gmd:scope", element("gmd:DQ_Scope", code("gmd:level", "MD_ScopeCode", "dataset")))
    lineage = element("gmd:lineage", element("gmd:LI_Lineage", string("gmd:statement", told)))
    return element("gmd:dataQualityInfo", element("gmd:DQ_DataQuality", scope, lineage))
