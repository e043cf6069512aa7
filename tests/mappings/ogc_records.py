"""Small records of the OGC family, made for one question each."""

from mappings.partners import PartnerMapping
from mappings.record import Item, Record

GMD = "http://www.isotc211.org/2005/gmd"
GML32 = "http://www.opengis.net/gml/3.2"
GML31 = "http://www.opengis.net/gml"
BOX = (-53.0, 4.0, -52.0, 5.0)
PERIOD = (
    "<gml:TimePeriod><gml:beginPosition>2020-05-01T10:00:00Z</gml:beginPosition>"
    "<gml:endPosition>2020-05-01T10:00:09Z</gml:endPosition></gml:TimePeriod>"
)


def box(west: float, south: float, east: float, north: float) -> str:
    """An EX_GeographicBoundingBox."""
    return (
        "<gmd:geographicElement><gmd:EX_GeographicBoundingBox>"
        f"<gmd:westBoundLongitude><gco:Decimal>{west}</gco:Decimal></gmd:westBoundLongitude>"
        f"<gmd:eastBoundLongitude><gco:Decimal>{east}</gco:Decimal></gmd:eastBoundLongitude>"
        f"<gmd:southBoundLatitude><gco:Decimal>{south}</gco:Decimal></gmd:southBoundLatitude>"
        f"<gmd:northBoundLatitude><gco:Decimal>{north}</gco:Decimal></gmd:northBoundLatitude>"
        "</gmd:EX_GeographicBoundingBox></gmd:geographicElement>"
    )


def bounding_polygon(ring: str) -> str:
    """An EX_BoundingPolygon around GML that is given whole."""
    return (
        f"<gmd:geographicElement><gmd:EX_BoundingPolygon><gmd:polygon>{ring}</gmd:polygon></gmd:EX_BoundingPolygon></gmd:geographicElement>"
    )


def temporal(period: str = PERIOD) -> str:
    """An EX_TemporalExtent."""
    return f"<gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent>{period}</gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement>"


def extent(*parts: str) -> str:
    """A gmd:extent of elements."""
    return f"<gmd:extent><gmd:EX_Extent>{''.join(parts)}</gmd:EX_Extent></gmd:extent>"


def text(name: str, value: str) -> str:
    """An ISO property with a CharacterString."""
    return f"<gmd:{name}><gco:CharacterString>{value}</gco:CharacterString></gmd:{name}>"


def code(name: str, value: str) -> str:
    """An ISO property with a code."""
    return f'<gmd:{name}><gmd:Code codeList="x" codeListValue="{value}"/></gmd:{name}>'


def iso(
    *,
    identifier: str = "granule-0001",
    title: str = "Image",
    level: str = "dataset",
    data: str = "",
    extents: str | None = None,
    more: str = "",
    root: str = "gmd:MD_Metadata",
    gml: str = GML32,
    stamp: str = "<gco:Date>2021-01-02</gco:Date>",
) -> bytes:
    """An ISO 19139 record, by default a data set with a box over Guyane and nine seconds in 2020."""
    where = extent(box(*BOX), temporal()) if extents is None else extents
    return (
        f'<{root} xmlns:gmd="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmi="http://www.isotc211.org/2005/gmi" '
        f'xmlns:gmie="http://sdi.eurac.edu/metadata/iso19139-2/schema/gmie" xmlns:gmx="http://www.isotc211.org/2005/gmx" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gml="{gml}">'
        f"{text('fileIdentifier', identifier) if identifier else ''}{code('hierarchyLevel', level) if level else ''}"
        f"<gmd:dateStamp>{stamp}</gmd:dateStamp>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
        f"{text('title', title)}</gmd:CI_Citation></gmd:citation>"
        f"{data}{where}</gmd:MD_DataIdentification></gmd:identificationInfo>{more}</{root}>"
    ).encode()


def platform(name: str, *, bare: bool = False) -> str:
    """gmi:acquisitionInformation with one platform, as the standard has it or with bare text."""
    identifier = name if bare else f"<gmd:MD_Identifier>{text('code', name)}</gmd:MD_Identifier>"
    return (
        "<gmi:acquisitionInformation><gmi:MI_AcquisitionInformation><gmi:platform><gmi:MI_Platform>"
        f"<gmi:identifier>{identifier}</gmi:identifier></gmi:MI_Platform></gmi:platform>"
        "</gmi:MI_AcquisitionInformation></gmi:acquisitionInformation>"
    )


def online(href: str, protocol: str = "", function: str = "", name: str = "") -> str:
    """gmd:distributionInfo with one online resource."""
    return (
        "<gmd:distributionInfo><gmd:MD_Distribution><gmd:transferOptions><gmd:MD_DigitalTransferOptions><gmd:onLine><gmd:CI_OnlineResource>"
        f"<gmd:linkage><gmd:URL>{href}</gmd:URL></gmd:linkage>{text('protocol', protocol)}{text('name', name)}"
        f"{code('function', function) if function else ''}</gmd:CI_OnlineResource></gmd:onLine></gmd:MD_DigitalTransferOptions>"
        "</gmd:transferOptions></gmd:MD_Distribution></gmd:distributionInfo>"
    )


def legal(*, limitation: str = "", restriction: str = "", other: str = "") -> str:
    """gmd:resourceConstraints."""
    return (
        "<gmd:resourceConstraints><gmd:MD_LegalConstraints>"
        f"{text('useLimitation', limitation) if limitation else ''}{code('accessConstraints', restriction) if restriction else ''}"
        f"{text('otherConstraints', other) if other else ''}</gmd:MD_LegalConstraints></gmd:resourceConstraints>"
    )


def eop(
    *,
    identifier: str = "product-0001",
    name: str = "RADARSAT-2",
    serial: str = "",
    positions: str = "4 -53 4 -52 5 -52 5 -53 4 -53",
    srs: str = "",
    acquisition: str = "",
    meta: str = "",
    sensor: str = "",
    result: str = "",
    root: str = "sar",
    time: str = PERIOD,
    surface: str | None = None,
) -> bytes:
    """An EOP O&M record over Guyane, latitudes first."""
    ring = f"<gml:exterior><gml:LinearRing><gml:posList>{positions}</gml:posList></gml:LinearRing></gml:exterior>"
    area = (
        surface or f"<gml:MultiSurface {srs}><gml:surfaceMembers><gml:Polygon>{ring}</gml:Polygon></gml:surfaceMembers></gml:MultiSurface>"
    )
    return (
        f'<{root}:EarthObservation xmlns:{root}="http://www.opengis.net/{root}/2.1" xmlns:e="http://www.opengis.net/eop/2.1" '
        f'xmlns:om="http://www.opengis.net/om/2.0" xmlns:gml="{GML32}" xmlns:ows="http://www.opengis.net/ows/2.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:s="http://www.opengis.net/sar/2.1">'
        f"<om:phenomenonTime>{time}</om:phenomenonTime>"
        "<om:procedure><e:EarthObservationEquipment><e:platform><e:Platform>"
        f"<e:shortName>{name}</e:shortName><e:serialIdentifier>{serial}</e:serialIdentifier></e:Platform></e:platform>"
        f"<e:sensor><e:Sensor>{sensor}</e:Sensor></e:sensor>"
        f"<e:acquisitionParameters><s:Acquisition>{acquisition}</s:Acquisition></e:acquisitionParameters>"
        "</e:EarthObservationEquipment></om:procedure>"
        f"<om:featureOfInterest><e:Footprint><e:multiExtentOf>{area}</e:multiExtentOf></e:Footprint></om:featureOfInterest>"
        f"<om:result><e:EarthObservationResult>{result}</e:EarthObservationResult></om:result>"
        f"<e:metaDataProperty><e:EarthObservationMetaData><e:identifier>{identifier}</e:identifier>{meta}</e:EarthObservationMetaData>"
        f"</e:metaDataProperty></{root}:EarthObservation>"
    ).encode()


def csw(*records: bytes, matched: int = 0, position: int = 0) -> bytes:
    """A GetRecords answer around records."""
    inside = b"".join(records)
    return (
        b'<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"><csw:SearchResults '
        + f'numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{len(records)}" nextRecord="{position}">'.encode()
        + inside
        + b"</csw:SearchResults></csw:GetRecordsResponse>"
    )


def oai(*records: str, token: str | None = None, verb: str = "ListRecords") -> bytes:
    """An OAI-PMH answer."""
    resumption = "" if token is None else f'<resumptionToken completeListSize="7">{token}</resumptionToken>'
    return (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2021-01-01T00:00:00Z</responseDate><{verb}>'
        f"{''.join(records)}{resumption}</{verb}></OAI-PMH>"
    ).encode()


def only(mapping: PartnerMapping, body: bytes) -> Record:
    """The one record of an answer that has nothing else."""
    answer = mapping.read(body)
    assert answer.broken == ()
    (record,) = answer.records
    return record


def item(mapping: PartnerMapping, body: bytes) -> Item:
    """The Item of the one record of an answer."""
    return mapping.to_item(only(mapping, body))
