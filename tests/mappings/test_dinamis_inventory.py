"""Inventories of purchased images as people keep them: CSV of several habits, GeoPackage."""

import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from mappings import dinamis
from mappings.dinamis.inventory import decimal, moment
from mappings.dinamis.tables import read_csv
from mappings.record import Item, NotAnAnswer, Record, Unmappable
from mappings.validation import Validator

FRENCH = """Identifiant;Satellite;Date d’acquisition;Heure;Couverture nuageuse;Incidence;Résolution (m);Niveau;Emprise;Lien;Taille
PHR1A-1;Pléiades 1A;31/12/2019;10h12;12,5;"8,25";0,5;ORTHO;"POLYGON((1 44,2 44,2 45,1 44))";https://x.meso.umontpellier.fr/a.tif?X-Amz-Signature=abc;2048
"""


def items_of(body: bytes) -> list[Item]:
    return [dinamis.to_item(record) for record in dinamis.read(body).records]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_french_inventory_field_by_field(encoding: str, validator: Validator) -> None:
    (item,) = items_of(FRENCH.replace("’", "'").encode(encoding))
    validator.check(item)
    assert (item["id"], item["collection"], item["bbox"]) == ("PHR1A-1", "dinamis-pleiades", [1.0, 44.0, 2.0, 45.0])
    expected = {
        "datetime": "2019-12-31T10:12:00Z",
        "platform": "phr1a",
        "constellation": "phr",
        "eo:cloud_cover": 12.5,
        "view:incidence_angle": 8.25,
        "gsd": 0.5,
        "processing:level": "ORTHO",
        "order:status": "succeeded",
        "moisson:availability": "held",
        "moisson:licence": "dsp-pleiades",
        "moisson:source_id": "inventory:PHR1A-1",
    }
    assert {name: item["properties"].get(name) for name in expected} == expected
    assert item["assets"]["data"] == {
        "href": "https://x.meso.umontpellier.fr/a.tif",
        "roles": ["data"],
        "file:size": 2048,
        "auth:refs": ["mtd"],
    }


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_an_english_inventory_with_bounds(delimiter: str, validator: Validator) -> None:
    rows = [
        ["Product ID", "Platform", "Datetime", "Cloud cover", "GSD", "West", "South", "East", "North"],
        ["SPOT-A", "SPOT 6", "2018-05-05T10:26:42.9Z", "3", "1.5", "1", "44", "2", "45"],
    ]
    (item,) = items_of("\r\n".join(delimiter.join(row) for row in rows).encode())
    validator.check(item)
    assert item["bbox"] == [1.0, 44.0, 2.0, 45.0]
    assert item["properties"]["datetime"] == "2018-05-05T10:26:42.900Z"
    assert item["properties"]["platform"] == "spot6"


def test_a_bad_row_is_broken_with_its_line_and_the_others_stay() -> None:
    body = b"id;satellite;date\nSPOT-A;SPOT6;2018-01-01\n;SPOT6;2018-01-02\n\nSPOT-B;SPOT6;2018-01-03;x;y\n"
    body += b'"SPOT-C\nD";SPOT7;2018-01-04\nSPOT-E\n'
    answer = dinamis.read(body)
    assert [record.native_id for record in answer.records] == ["inventory:SPOT-A", "inventory:SPOT-E"]
    reasons = [broken.reason for broken in answer.broken]
    assert reasons[:2] == ["line 3: no identifier", "line 5: 5 columns where the header has 3"]
    assert reasons[2].startswith("line 6: a line break where none belongs")
    assert len({broken.native_id for broken in answer.broken}) == 3


def test_a_cell_beyond_the_readers_limit_breaks_its_row_only() -> None:
    body = b"id;satellite;date\n" + b"A" * 200_000 + b";SPOT6;2018-01-01\nSPOT-B;SPOT6;2018-01-02\n"
    answer = dinamis.read(body)
    assert [record.native_id for record in answer.records] == ["inventory:SPOT-B"]
    assert [broken.reason.partition(":")[0] for broken in answer.broken] == ["line 2"]


def test_columns_can_be_named() -> None:
    body = b"nom interne;quand;satellite\nSPOT-A;2018-01-01T10:00:00;SPOT7\n"
    with pytest.raises(NotAnAnswer, match="header"):
        read_csv(body)
    answer = read_csv(body, {"id": "Nom interne", "date": "quand"})
    assert dinamis.to_item(answer.records[0])["properties"]["datetime"] == "2018-01-01T10:00:00Z"


def test_a_day_without_a_time_is_an_interval_unless_the_identifier_tells_more(validator: Validator) -> None:
    day, token, source = items_of(
        b"id;source_id;satellite;date\n"
        b"SPOT-A;;SPOT6;05/05/2018\n"
        b"IMG_SPOT7_MS_201805051026429_ORT_x;;;2018-05-05\n"
        b"SPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82;DS_SPOT7_201805051026429_FR1_FR1_SV1_SV1_E013N53_03414;;\n"
    )
    for item in (day, token, source):
        validator.check(item)
    properties = day["properties"]
    assert (properties["datetime"], properties["start_datetime"], properties["end_datetime"]) == (
        None,
        "2018-05-05T00:00:00Z",
        "2018-05-05T23:59:59Z",
    )
    assert token["properties"]["datetime"] == source["properties"]["datetime"] == "2018-05-05T10:26:42.900Z"
    # The product's name says SPOT6 and may hold SPOT 7 images (report §3.2): the data strip tells.
    assert source["properties"]["platform"] == "spot7"
    assert source["properties"]["processing:level"] == "ORTHO"
    assert source["properties"]["moisson:scene"] == "SPOT7/20180505T102642.9"
    assert source["properties"]["dinamis:acquisition_id"] == "DS_SPOT7_201805051026429_FR1_FR1_SV1_SV1_E013N53_03414"


def test_a_products_name_tells_the_mission_and_not_the_satellite() -> None:
    (item,) = items_of(b"id;date\nSPOT6_2018_FRANCE_BRUT_NC_GEOSUD_MS_138;2018-05-05T10:00:00Z\n")
    assert item["properties"]["constellation"] == "spot"
    assert "platform" not in item["properties"]
    assert item["properties"]["processing:level"] == "SENSOR"


@pytest.mark.parametrize(
    ("row", "field"),
    [("IMAGE-A;Sentinel-2;2018-01-01", "row.platform"), ("SPOT-A;SPOT6;", "row.date"), ("SPOT-A;SPOT6;31/02/2018", "row.date")],
)
def test_without_mission_or_date_there_is_no_item(row: str, field: str) -> None:
    (record,) = dinamis.read(f"id;satellite;date\n{row}\n".encode()).records
    with pytest.raises(Unmappable) as caught:
        dinamis.to_item(record)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("cell", "value"), [("12,5", 12.5), ("12 %", 12.0), ("1,5 m", 1.5), ("", None), ("n/a", None), ("1,2,3", None), ("8°", 8.0), (3, 3.0)]
)
def test_numbers_as_people_write_them(cell: Any, value: float | None) -> None:
    assert decimal(cell) == value


@pytest.mark.parametrize(
    ("date", "clock", "expected"),
    [
        ("31/12/2019", None, (datetime(2019, 12, 31, tzinfo=UTC), False)),
        ("1.2.2019", "9:05:07,5", (datetime(2019, 2, 1, 9, 5, 7, 500_000, UTC), True)),
        ("31/12/2019 10:12", None, (datetime(2019, 12, 31, 10, 12, tzinfo=UTC), True)),
        ("20191231", "10h12", (datetime(2019, 12, 31, 10, 12, tzinfo=UTC), True)),
        ("2019-12-31T10:12:00+02:00", "ignored", (datetime(2019, 12, 31, 8, 12, tzinfo=UTC), True)),
        ("2019-12-31", "25:00", (datetime(2019, 12, 31, tzinfo=UTC), False)),
        ("31/13/2019", None, None),
        (None, "10:00", None),
    ],
)
def test_dates_as_people_write_them(date: Any, clock: Any, expected: Any) -> None:
    assert moment(date, clock) == expected


def test_well_known_text_in_another_reference_system_is_turned() -> None:
    area = '"SRID=2154;POLYGON((700000 6600000,710000 6600000,710000 6610000,700000 6600000))"'
    body = f"id;satellite;date;emprise\nSPOT-A;SPOT6;2018-01-01;{area}\n"
    (item,) = items_of(body.encode())
    assert item["bbox"] == pytest.approx([3.0, 46.5, 3.131, 46.59], abs=0.01)


def geopackage(crs: str, **fields: Any) -> bytes:
    buffer = io.BytesIO()
    square = shapely.box(700000, 6600000, 710000, 6610000) if crs == "EPSG:2154" else shapely.box(3, 46, 4, 47)
    shapes = np.array([shapely.to_wkb(square), None], dtype=object)
    pyogrio.raw.write(
        buffer, shapes, list(fields.values()), list(fields), driver="GPKG", layer="inventaire", geometry_type="Polygon", crs=crs
    )
    return buffer.getvalue()


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:4326"])
def test_a_geopackage_is_read_and_turned_to_degrees(crs: str, validator: Validator) -> None:
    body = geopackage(
        crs,
        identifiant=np.array(["SPOT-A", "PHR1B-B"], dtype=object),
        satellite=np.array(["SPOT7", "PHR1B"], dtype=object),
        date_acquisition=np.array(["2019-05-01T10:11:12.5", "2018-01-01T09:00:00"], dtype="datetime64[ms]"),
        nuages=np.array([1.5, np.nan]),
    )
    first, second = items_of(body)
    for item in (first, second):
        validator.check(item)
    west, south = (3.0, 46.5) if crs == "EPSG:2154" else (3.0, 46.0)
    assert first["bbox"][:2] == pytest.approx([west, south], abs=0.01)
    assert first["properties"]["datetime"] == "2019-05-01T10:11:12.500Z"
    assert first["properties"]["eo:cloud_cover"] == 1.5
    assert (second["geometry"], second["collection"]) == (None, "dinamis-pleiades")
    assert "eo:cloud_cover" not in second["properties"]


def test_a_geopackage_row_without_identifier_is_broken() -> None:
    body = geopackage("EPSG:4326", id=np.array(["SPOT-A", None], dtype=object), satellite=np.array(["SPOT7", "SPOT7"], dtype=object))
    answer = dinamis.read(body)
    assert [record.native_id for record in answer.records] == ["inventory:inventaire:SPOT-A"]
    assert [broken.reason for broken in answer.broken] == ["inventaire row 2: no identifier"]


def test_a_geopackage_of_something_else_is_refused() -> None:
    with pytest.raises(NotAnAnswer, match="without a layer"):
        dinamis.read(geopackage("EPSG:4326", commune=np.array(["Lyon", "Metz"], dtype=object)))
    with pytest.raises(NotAnAnswer, match="GeoPackage"):
        dinamis.read(geopackage("EPSG:4326", id=np.array(["A", "B"], dtype=object))[:5000])


def test_a_products_name_counts_before_a_number_wherever_it_stands() -> None:
    for header, row in (("id;nom_produit", "1;PHR1A_P_X"), ("Identifiant;Produit", "1;PHR1A_P_X"), ("Nom du produit;id", "PHR1A_P_X;1")):
        (record,) = dinamis.read(f"{header};satellite;date\n{row};PHR1A;2018-01-01\n".encode()).records
        assert record.native_id == "inventory:PHR1A_P_X"
        assert dinamis.to_item(record)["id"] == "PHR1A_P_X"


@pytest.mark.parametrize("product", ["1", "123456", "123456.0", "12 345 678", "A-123"])
def test_a_number_or_a_short_name_is_no_products_name(product: str) -> None:
    answer = dinamis.read(f"id;satellite;date\n{product};SPOT6;2018-01-01\n".encode())
    assert answer.records == ()
    (broken,) = answer.broken
    assert broken.reason.startswith("line 2: ")
    assert "`columns`" in broken.reason
    raw = b'{"kind":"inventory","row":{"id":"%s","platform":"SPOT6","date":"2018-01-01"},"geometry":null}' % product.encode()
    with pytest.raises(Unmappable, match="`columns`"):
        dinamis.to_item(Record("dinamis", "x", None, raw, media_type="application/json"))


def test_two_rows_of_one_identifier_with_other_content_are_never_merged() -> None:
    first, second = "SO19020617;PHR1A;2018-01-01\n", "SO19020617;PHR1B;2019-05-01\n"
    answer = dinamis.read(f"produit;satellite;date\n{first}{second}{first}".encode())
    assert [record.json["row"]["platform"] for record in answer.records] == ["PHR1A", "PHR1A"]
    (broken,) = answer.broken
    assert broken.reason.startswith("line 3: 'SO19020617' stands in an earlier row with other content")


@pytest.mark.parametrize(
    "platform",
    [
        "Pleiades_Neo",
        "pleiades_neo",
        "PLÉIADES NEO",
        "Ple\u0301iades Neo",
        "Pléiades (Neo)",
        "PleiadesNeo3",
        "PHR NEO",
        "PNEO",
        "PNEO 4",
        "Pléiades Néo 3",
        "Pleiades-Néo",
        "PLÉIADES NÉO",
        "Neo Pléiades",
        "Pleiades 1A (Neo)",
    ],
)
def test_no_licence_is_known_for_pleiades_neo(platform: str) -> None:
    (record,) = dinamis.read(f"id;satellite;date\nPHR1A-1;{platform};2021-11-18\n".encode()).records
    with pytest.raises(Unmappable, match="no licence of the Dispositif"):
        dinamis.to_item(record)


@pytest.mark.parametrize("column", ["id", "source_id", "mode", "lien"])
def test_an_identifier_of_pleiades_neo_in_any_column_is_refused(column: str) -> None:
    row = {"id": "PHR1A-1", "satellite": "Pléiades", "date": "2021-11-18", "source_id": "x", "mode": "x", "lien": "x"}
    row[column] = "https://example.org/IMG_PNEO3_STD_202111181041037_PMS-FS_ORT_abc.TIF"
    (record,) = dinamis.read(f"{';'.join(row)}\n{';'.join(row.values())}\n".encode()).records
    with pytest.raises(Unmappable, match="no licence of the Dispositif"):
        dinamis.to_item(record)


def test_an_accent_of_two_characters_is_read_as_one() -> None:
    (item,) = items_of("id;satellite;date\nIMAGE-1;Ple\u0301iades 1B;2018-01-01\n".encode())
    assert (item["collection"], item["properties"]["platform"]) == ("dinamis-pleiades", "phr1b")


LAMBERT = "650000 6860000,660000 6860000,660000 6870000,650000 6860000"


@pytest.mark.parametrize(
    ("columns", "cells", "reason"),
    [
        ("emprise", f"POLYGON(({LAMBERT}))", "column wkt: .*SRID=2154;"),
        ("emprise", f'"SRID=999999;POLYGON(({LAMBERT}))"', "cannot be read"),
        ("emprise", "GEOMETRYCOLLECTION(POINT(1 2))", "cannot be read"),
        ("emprise", "POINT(0 0)", "null island"),
        ("xmin;ymin;xmax;ymax", "650000;6860000;660000;6870000", "west, south, east and north"),
        ("xmin;ymin;xmax;ymax", "1;45;2;44", "south is north"),
    ],
)
def test_a_footprint_that_is_not_in_degrees_is_refused_with_advice(columns: str, cells: str, reason: str) -> None:
    (record,) = dinamis.read(f"id;satellite;date;{columns}\nSPOT-A;SPOT6;2018-01-01;{cells}\n".encode()).records
    with pytest.raises(Unmappable, match=reason):
        dinamis.to_item(record)


def test_a_layer_without_a_reference_system_is_read_as_degrees_or_refused() -> None:
    buffer = io.BytesIO()
    shapes = np.array([shapely.to_wkb(shapely.box(700000, 6600000, 710000, 6610000))], dtype=object)
    fields = {"id": np.array(["SPOT-A"], dtype=object), "date": np.array(["2018-01-01"], dtype=object)}
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.raw.write(buffer, shapes, list(fields.values()), list(fields), driver="GPKG", layer="x", geometry_type="Polygon")
    (record,) = dinamis.read(buffer.getvalue()).records
    with pytest.raises(Unmappable, match="outside the world"):
        dinamis.to_item(record)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2013-07-09 00:00:00", "2013-07-09T10:49:34.400Z"),
        ("09/07/2013 00:00", "2013-07-09T10:49:34.400Z"),
        ("2013-07-09 00:00:01", "2013-07-09T00:00:01Z"),
        ("2013-07-10 00:00:00", "2013-07-10T00:00:00Z"),
    ],
)
def test_midnight_is_a_day_when_the_identifier_tells_an_instant_of_it(said: str, expected: str) -> None:
    (item,) = items_of(f"id;satellite;date\nDS_PHR1A_201307091049344_FR1_PX_E001N43_0615_01654;PHR1A;{said}\n".encode())
    assert item["properties"]["datetime"] == expected
