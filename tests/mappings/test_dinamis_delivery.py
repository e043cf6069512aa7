"""DIMAP V2 of delivered products. The document is made from the format's members that the report names (§5.2, §5.3)."""

import pytest

from mappings import dinamis
from mappings.dinamis.delivery import product_name, to_record
from mappings.record import Item, NotAnAnswer, Unmappable
from mappings.validation import Validator

NAME = "PHR1A_MS_201210040819238_SEN_1782241101-002"
SOURCE = """<Source_Identification><SOURCE_ID>DS_PHR1A_201210040819238_FR1_PX_E033N09_0924_01863</SOURCE_ID><Strip_Source>
 <MISSION>PHR</MISSION><MISSION_INDEX>1A</MISSION_INDEX><INSTRUMENT>PHR</INSTRUMENT><IMAGING_DATE>2012-10-04</IMAGING_DATE>
 <IMAGING_TIME>08:19:23.8Z</IMAGING_TIME></Strip_Source></Source_Identification>"""
DIMAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<Dimap_Document><Metadata_Identification><METADATA_FORMAT version="2.0">DIMAP</METADATA_FORMAT></Metadata_Identification>
<Dataset_Identification><DATASET_NAME>PHR1A_MS_201210040819238</DATASET_NAME></Dataset_Identification>
<Dataset_Content><CLOUD_COVERAGE unit="percent">3.5</CLOUD_COVERAGE><Dataset_Extent>
 <Vertex><LON>33.1</LON><LAT>9.1</LAT></Vertex><Vertex><LON>33.4</LON><LAT>9.1</LAT></Vertex>
 <Vertex><LON>33.4</LON><LAT>8.9</LAT></Vertex><Vertex><LON>33.1</LON><LAT>8.9</LAT></Vertex>
 <Center><LON>33.25</LON><LAT>9.0</LAT></Center></Dataset_Extent></Dataset_Content>
<Product_Information><Delivery_Identification><PRODUCTION_DATE>2012-10-05T10:00:00.000Z</PRODUCTION_DATE></Delivery_Identification>
 <Order_Identification><COMMERCIAL_REFERENCE>SO12000001</COMMERCIAL_REFERENCE></Order_Identification></Product_Information>
<Coordinate_Reference_System><Projected_CRS><PROJECTED_CRS_CODE>urn:ogc:def:crs:EPSG::32636</PROJECTED_CRS_CODE></Projected_CRS>
</Coordinate_Reference_System>
<Processing_Information><Production_Facility><SOFTWARE version="V_03_03">IPU</SOFTWARE><PROCESSING_CENTER>FCMUGC</PROCESSING_CENTER>
 </Production_Facility><Product_Settings><PROCESSING_LEVEL>SENSOR</PROCESSING_LEVEL><SPECTRAL_PROCESSING>MS</SPECTRAL_PROCESSING>
 </Product_Settings></Processing_Information>
<Raster_Data><Data_Access><Data_Files><Data_File><DATA_FILE_PATH href="IMG_{NAME}_R1C1.JP2"/></Data_File></Data_Files></Data_Access>
 <Raster_Dimensions><NROWS>100</NROWS><NCOLS>200</NCOLS></Raster_Dimensions></Raster_Data>
<Geometric_Data><Use_Area>
 <Located_Geometric_Values><LOCATION_TYPE>Top Center</LOCATION_TYPE><Acquisition_Angles><INCIDENCE_ANGLE>1</INCIDENCE_ANGLE>
 </Acquisition_Angles></Located_Geometric_Values>
 <Located_Geometric_Values><LOCATION_TYPE>Center</LOCATION_TYPE><Acquisition_Angles><INCIDENCE_ANGLE>12.5</INCIDENCE_ANGLE>
 </Acquisition_Angles><Solar_Incidences><SUN_AZIMUTH>120.25</SUN_AZIMUTH><SUN_ELEVATION>60.5</SUN_ELEVATION></Solar_Incidences>
 </Located_Geometric_Values></Use_Area></Geometric_Data>
<Dataset_Sources>{SOURCE}</Dataset_Sources></Dimap_Document>"""


def item_of(xml: str, name: str = f"DIM_{NAME}.XML") -> Item:
    return dinamis.to_item(to_record(xml.encode(), name))


def test_a_delivered_product_field_by_field(validator: Validator) -> None:
    item = item_of(DIMAP)
    validator.check(item)
    assert (item["id"], item["collection"]) == (NAME, "dinamis-pleiades")
    assert item["bbox"] == [33.1, 8.9, 33.4, 9.1]
    expected = {
        "datetime": "2012-10-04T08:19:23.800Z",
        "platform": "phr1a",
        "constellation": "phr",
        "instruments": ["hiri"],
        "gsd": 2.0,
        "eo:cloud_cover": 3.5,
        "view:incidence_angle": 12.5,
        "view:sun_azimuth": 120.25,
        "view:sun_elevation": 60.5,
        "processing:level": "SENSOR",
        "processing:facility": "FCMUGC",
        "processing:software": {"IPU": "V_03_03"},
        "processing:datetime": "2012-10-05T10:00:00Z",
        "proj:code": "EPSG:32636",
        "proj:shape": [100, 200],
        "dinamis:spectral_processing": "MS",
        "dinamis:acquisition_id": "DS_PHR1A_201210040819238_FR1_PX_E033N09_0924_01863",
        "order:status": "succeeded",
        "moisson:licence": "dsp-pleiades",
        "moisson:scene": "PHR1A/20121004T081923.8",
        "moisson:source_id": f"delivery:{NAME}",
    }
    assert {name: item["properties"].get(name) for name in expected} == expected
    assert "SO12000001" not in str(item)


def test_read_alone_takes_the_name_from_the_image_files() -> None:
    (record,) = dinamis.read(DIMAP.encode()).records
    assert record.native_id == f"delivery:{NAME}"
    assert dinamis.to_item(record) == item_of(DIMAP)
    (record,) = dinamis.read(DIMAP.replace("DATA_FILE_PATH", "OTHER").encode()).records
    assert record.native_id == "delivery:PHR1A_MS_201210040819238"


def test_without_an_imaging_time_the_data_strip_or_the_name_tells_it() -> None:
    assert item_of(DIMAP.replace("IMAGING_", "X_"))["properties"]["datetime"] == "2012-10-04T08:19:23.800Z"
    assert item_of(DIMAP.replace(SOURCE, ""))["properties"]["datetime"] == "2012-10-04T08:19:23.800Z"
    with pytest.raises(Unmappable, match="acquisition time"):
        item_of(DIMAP.replace(SOURCE, ""), "DIM_PHR1A_x.XML")


def test_a_mosaic_of_strips_is_an_interval(validator: Validator) -> None:
    second = SOURCE.replace("08:19:23.8Z", "08:19:03Z")
    item = item_of(DIMAP.replace(SOURCE, SOURCE + second))
    validator.check(item)
    properties = item["properties"]
    assert (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) == (
        "2012-10-04T08:19:03Z",
        "2012-10-04T08:19:03Z",
        "2012-10-04T08:19:23.800Z",
    )


def test_the_mission_decides_collection_and_licence() -> None:
    spot = DIMAP.replace("<MISSION>PHR</MISSION><MISSION_INDEX>1A", "<MISSION>SPOT</MISSION><MISSION_INDEX>7")
    item = item_of(spot)
    assert (item["collection"], item["properties"]["platform"], item["properties"]["gsd"]) == ("dinamis-spot67", "spot7", 6.0)
    other = DIMAP.replace(SOURCE, SOURCE.replace("PHR", "S2").replace("1A", "A"))
    with pytest.raises(Unmappable, match="neither"):
        item_of(other, "DIM_other.XML")


@pytest.mark.parametrize(
    ("old", "new"),
    [("<LON>33.1", "<LON>east"), ("<Vertex>", "<Corner>"), ("</Vertex>", "</Corner>"), ("Dataset_Extent", "Other_Extent")],
)
def test_without_vertices_it_is_unlocated(old: str, new: str, validator: Validator) -> None:
    xml = DIMAP.replace("Vertex>", "Corner>") if "Vertex" in old else DIMAP.replace(old, new)
    item = item_of(xml)
    validator.check(item)
    assert item["geometry"] is None


BOMB = '<!DOCTYPE Dimap_Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused(encoding: str) -> None:
    xml = DIMAP.replace('<?xml version="1.0" encoding="UTF-8"?>', f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}')
    xml = xml.replace("SENSOR", "&x;&b;")
    with pytest.raises(Unmappable, match="DOCTYPE"):
        dinamis.to_item(to_record(xml.encode(encoding), f"DIM_{NAME}.XML"))
    with pytest.raises(NotAnAnswer):
        dinamis.read(xml.encode(encoding))


@pytest.mark.parametrize(
    "xml", ["", "<a", "<html/>", "<Dimap_Document/>", "<Dimap_Document>" + "<a>" * 400, "<Dimap_Document>\x00</Dimap_Document>"]
)
def test_what_is_no_dimap_is_unmappable_and_no_answer(xml: str) -> None:
    with pytest.raises(Unmappable):
        item_of(xml, "DIM_x.XML")
    with pytest.raises(NotAnAnswer):
        dinamis.read(xml.encode())


@pytest.mark.parametrize(
    ("name", "product"),
    [
        (f"DIM_{NAME}.XML", NAME),
        (f"https://example.org/a/DIM_{NAME}.XML?x=1", NAME),
        (f"/data/SO24012539-2-01_DS_PHR1B/IMG_{NAME}_R1C1.JP2", NAME),
        ("C:\\in\\DIM_SPOT7_MS_201906160223161_ORT_SPOT7_20220414_1249371xpqav8ihwwo9_1.xml",
         "SPOT7_MS_201906160223161_ORT_SPOT7_20220414_1249371xpqav8ihwwo9_1"),
        ("SPOT6_2018.v2", "SPOT6_2018.v2"),
    ],
)  # fmt: skip
def test_the_products_name_is_the_stem_without_its_kind(name: str, product: str) -> None:
    assert product_name(name) == product


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("<MISSION>PHR</MISSION><MISSION_INDEX>1A", "<MISSION>PNEO</MISSION><MISSION_INDEX>3", NAME),
        ("<MISSION>PHR</MISSION>", "<MISSION>Pleiades_Neo</MISSION>", NAME),
        ("DS_PHR1A_201210040819238_FR1_PX_E033N09_0924_01863", "DS_PNEO3_202111181041037_FR1_FR1_FR1_E002N41_003840", NAME),
        ("x", "x", "PNEO3_202111181041037_PHR"),
    ],
)
def test_no_licence_is_known_for_pleiades_neo(old: str, new: str, name: str) -> None:
    with pytest.raises(Unmappable, match="no licence of the Dispositif"):
        item_of(DIMAP.replace(old, new), f"DIM_{name}.XML")
