"""Records as the stations write them: ISO 19115-2 (MI) and ISO 19139 (MD) for vigisat, EOP O&M for seas."""

from __future__ import annotations

from html import escape

from .chance import draw
from .clocks import seconds
from .feeds import Entry
from .ogc_scenes import Partner, Shot
from .places import bounds

ISO_NAMESPACES = (
    'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gmi="http://www.isotc211.org/2005/gmi" '
    'xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_CODES = "http://www.isotc211.org/2005/resources/codeList.xml"


def _text(value: str) -> str:
    return f"<gco:CharacterString>{escape(value)}</gco:CharacterString>"


def _code(kind: str, value: str) -> str:
    return f'<gmd:{kind} codeList="{_CODES}#{kind}" codeListValue="{value}">{value}</gmd:{kind}>'


def _positions(shot: Shot, *, latitudes_first: bool) -> str:
    pairs = ((lat, lon) if latitudes_first else (lon, lat) for lon, lat in shot.ring)
    return " ".join(f"{one:.6f} {other:.6f}" for one, other in pairs)


def iso(partner: Partner, entry: Entry, elements: str = "full") -> str:
    """The record of a radar scene; its brief form has neither dateStamp nor footprint, nor the platform: then it is a plain MD one."""
    shot = partner.shot(entry.number)
    identifier = partner.identifier(entry.number)
    head = f"<gmd:fileIdentifier>{_text(identifier)}</gmd:fileIdentifier>"
    level = f"<gmd:hierarchyLevel>{_code('MD_ScopeCode', 'dataset')}</gmd:hierarchyLevel>"
    if elements != "full":
        title = f"<gmd:citation><gmd:CI_Citation><gmd:title>{_text(shot.name)}</gmd:title></gmd:CI_Citation></gmd:citation>"
        data = f"<gmd:identificationInfo><gmd:MD_DataIdentification>{title}</gmd:MD_DataIdentification></gmd:identificationInfo>"
        return f"<gmd:MD_Metadata {ISO_NAMESPACES}>{head}{level}{data}</gmd:MD_Metadata>"
    stamp = partner.stamp(entry)
    dated = f"<gco:Date>{stamp}</gco:Date>" if len(stamp) == 10 else f"<gco:DateTime>{stamp}</gco:DateTime>"
    # One in four has no acquisition part and is therefore an MD record: the product's name tells the mission.
    root = "gmd:MD_Metadata" if shot.bits & 3 == 0 else "gmi:MI_Metadata"
    acquisition = "" if root.startswith("gmd") else _acquisition(shot)
    return (
        f"<{root} {ISO_NAMESPACES}>{head}<gmd:language>{_text('fre')}</gmd:language>{level}"
        f"<gmd:contact><gmd:CI_ResponsibleParty><gmd:organisationName>{_text('VIGISAT')}</gmd:organisationName>"
        f"<gmd:role>{_code('CI_RoleCode', 'distributor')}</gmd:role></gmd:CI_ResponsibleParty></gmd:contact>"
        f"<gmd:dateStamp>{dated}</gmd:dateStamp><gmd:metadataStandardName>{_text('ISO 19115-2')}</gmd:metadataStandardName>"
        f"{_identification(shot, entry)}{acquisition}</{root}>"
    )


def _identification(shot: Shot, entry: Entry) -> str:
    west, south, east, north = bounds(shot.ring)
    sides = zip(("west", "east"), ("Longitude", "Longitude"), (west, east), strict=True)
    sides_ns = zip(("south", "north"), ("Latitude", "Latitude"), (south, north), strict=True)
    box = "".join(
        f"<gmd:{side}Bound{axis}><gco:Decimal>{value:.6f}</gco:Decimal></gmd:{side}Bound{axis}>"
        for side, axis, value in (*sides, *sides_ns)
    )
    polygon = (
        f'<gml:Polygon gml:id="p{shot.number}" srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{_positions(shot, latitudes_first=True)}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )
    period = (
        f'<gml:TimePeriod gml:id="t{shot.number}"><gml:beginPosition>{seconds(shot.start)}Z</gml:beginPosition>'
        f"<gml:endPosition>{seconds(shot.stop)}Z</gml:endPosition></gml:TimePeriod>"
    )
    return (
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        f"<gmd:title>{_text(shot.name)}</gmd:title><gmd:date><gmd:CI_Date><gmd:date><gco:DateTime>{seconds(entry.updated)}Z</gco:DateTime>"
        f"</gmd:date><gmd:dateType>{_code('CI_DateTypeCode', 'publication')}</gmd:dateType></gmd:CI_Date></gmd:date>"
        f"<gmd:identifier><gmd:MD_Identifier><gmd:code>{_text(shot.name)}</gmd:code></gmd:MD_Identifier></gmd:identifier>"
        f"</gmd:CI_Citation></gmd:citation><gmd:abstract>{_text(f'Scene reçue à Brest, version {entry.generation + 1}')}</gmd:abstract>"
        f"<gmd:language>{_text('fre')}</gmd:language><gmd:extent><gmd:EX_Extent>"
        f"<gmd:geographicElement><gmd:EX_BoundingPolygon><gmd:polygon>{polygon}</gmd:polygon></gmd:EX_BoundingPolygon></gmd:geographicElement>"
        f"<gmd:geographicElement><gmd:EX_GeographicBoundingBox>{box}</gmd:EX_GeographicBoundingBox></gmd:geographicElement>"
        f"<gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>{period}</gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>"
        "</gmd:EX_Extent></gmd:extent></gmd:MD_DataIdentification></gmd:identificationInfo>"
    )


def _acquisition(shot: Shot) -> str:
    def named(value: str) -> str:
        return f"<gmi:identifier><gmd:MD_Identifier><gmd:code>{_text(value)}</gmd:code></gmd:MD_Identifier></gmi:identifier>"

    return (
        "<gmi:acquisitionInformation><gmi:MI_AcquisitionInformation>"
        f"<gmi:instrument><gmi:MI_Instrument>{named(shot.kind.instrument)}</gmi:MI_Instrument></gmi:instrument>"
        f"<gmi:platform><gmi:MI_Platform>{named(shot.platform)}</gmi:MI_Platform></gmi:platform>"
        "</gmi:MI_AcquisitionInformation></gmi:acquisitionInformation>"
    )


def eop(partner: Partner, entry: Entry) -> str:
    """An optical scene as opt:EarthObservation 2.1."""
    shot = partner.shot(entry.number)
    name, _, serial = shot.platform.rpartition(" ") if " " in shot.platform else (shot.platform[:-1], "", shot.platform[-1])
    cloud = draw(partner.world.seed, partner.lane, entry.number, 16 + entry.generation) % 10_001 / 100
    return (
        '<opt:EarthObservation xmlns:opt="http://www.opengis.net/opt/2.1" xmlns:eop="http://www.opengis.net/eop/2.1" '
        'xmlns:om="http://www.opengis.net/om/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" gml:id="o{shot.number}">'
        f'<om:phenomenonTime><gml:TimePeriod gml:id="t{shot.number}"><gml:beginPosition>{seconds(shot.start)}Z</gml:beginPosition>'
        f"<gml:endPosition>{seconds(shot.stop)}Z</gml:endPosition></gml:TimePeriod></om:phenomenonTime>"
        f'<om:procedure><eop:EarthObservationEquipment gml:id="e{shot.number}"><eop:platform><eop:Platform>'
        f"<eop:shortName>{name}</eop:shortName><eop:serialIdentifier>{serial}</eop:serialIdentifier></eop:Platform></eop:platform>"
        f"<eop:instrument><eop:Instrument><eop:shortName>{shot.kind.instrument}</eop:shortName></eop:Instrument></eop:instrument>"
        "<eop:sensor><eop:Sensor><eop:sensorType>OPTICAL</eop:sensorType></eop:Sensor></eop:sensor>"
        "<eop:acquisitionParameters><eop:Acquisition><eop:orbitDirection>DESCENDING</eop:orbitDirection></eop:Acquisition>"
        "</eop:acquisitionParameters></eop:EarthObservationEquipment></om:procedure>"
        f'<om:featureOfInterest><eop:Footprint gml:id="f{shot.number}"><eop:multiExtentOf><gml:MultiSurface gml:id="m{shot.number}" '
        f'srsName="EPSG:4326"><gml:surfaceMember><gml:Polygon gml:id="p{shot.number}"><gml:exterior><gml:LinearRing><gml:posList>'
        f"{_positions(shot, latitudes_first=True)}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMember>"
        "</gml:MultiSurface></eop:multiExtentOf></eop:Footprint></om:featureOfInterest>"
        f'<om:result><opt:EarthObservationResult gml:id="r{shot.number}"><opt:cloudCoverPercentage uom="%">{cloud}'
        "</opt:cloudCoverPercentage></opt:EarthObservationResult></om:result>"
        "<eop:metaDataProperty><eop:EarthObservationMetaData>"
        f"<eop:identifier>{partner.identifier(entry.number)}</eop:identifier><eop:modificationDate>{seconds(entry.updated)}Z"
        "</eop:modificationDate><eop:parentIdentifier>urn:eop:SEAS:GUYANE</eop:parentIdentifier>"
        f"<eop:acquisitionType>NOMINAL</eop:acquisitionType><eop:productType>L1</eop:productType><eop:productGroupId>{shot.name}"
        "</eop:productGroupId><eop:status>ARCHIVED</eop:status></eop:EarthObservationMetaData></eop:metaDataProperty></opt:EarthObservation>"
    )
