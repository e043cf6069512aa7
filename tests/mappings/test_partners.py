"""Items of partners: which facts a mission, a licence and an operator's settings give."""

import itertools
import sqlite3

import pytest

from mappings.licences import licences
from mappings.ogc.missions import missions
from mappings.partners import SEAS, VIGISAT, PartnerMapping, PartnerSettings
from mappings.record import Item, NotAnAnswer, fingerprint
from mappings.registry import MAPPINGS, collection_info, collections
from mappings.validation import Validator
from tests.mappings.ogc_records import csw, eop, iso, item, legal, only, platform
from tests.support.shared import extension_schemas

_PHR = "DS_PHR1A_202306081414359_GU1_PX_W055N05_1008_01654"


def access(body: bytes, **licences_: str) -> tuple[str, str, str | None]:
    mapping = PartnerMapping("seas", PartnerSettings(licences={name.replace("_", "-"): value for name, value in licences_.items()}))
    found = item(mapping, body)
    Validator().check(found)
    properties = found["properties"]
    return properties["moisson:availability"], properties["moisson:licence"], properties.get("order:status")


@pytest.mark.parametrize(
    ("name", "mission", "licence"),
    [
        ("PHR1A", "pleiades", "unknown"), ("SPOT-7", "spot", "unknown"), ("PNEO3", "pleiades_neo", "unknown"),
        ("SPOT-4", "spot_1_5", "unknown"), ("RADARSAT-2", "radarsat_2", "mda-radarsat2"), ("TSX-1", "terrasar_x", "dlr-terrasar-x"),
        ("TDX-1", "tandem_x", "dlr-terrasar-x"), ("PAZ-1", "paz", "hisdesat-paz"),
    ],
)  # fmt: skip
def test_a_commercial_image_is_held_only_under_a_licence_that_the_operator_names(name: str, mission: str, licence: str) -> None:
    body = iso(more=platform(name), extents=None, data=legal(limitation="Licence Ouverte 2.0")).replace(b"2020-05-01", b"2022-05-01")
    assert access(body) == ("unknown", licence, None)
    assert access(body, **{mission: "dsp-pleiades"}) == ("held", "dsp-pleiades", "succeeded")
    assert access(body, other="dsp-pleiades")[0] == "unknown"
    assert access(body, **{mission: "no-such-licence"})[0] == "unknown"


@pytest.mark.parametrize(("name", "licence"), [("Sentinel-1A", "copernicus"), ("Sentinel-2B", "copernicus"), ("LANDSAT_8", "usgs-landsat")])
def test_images_of_open_missions_are_open(name: str, licence: str) -> None:
    assert access(iso(more=platform(name))) == ("open", licence, None)


def test_terms_of_use_count_in_their_whole_sense() -> None:
    def said(phrase: str) -> str:
        return access(iso(data=legal(limitation=phrase), more=platform("Sentinel-2A")))[0]

    assert said("for commercial and non-commercial purposes") == "open"
    assert said("Usage non commercial uniquement") == "unknown"
    assert said("Diffusion restreinte") == "unknown"
    assert access(iso(more=platform("Sentinel-2A")), sentinel_2="dsp-pleiades") == ("unknown", "dsp-pleiades", None)


def test_anything_else_is_unknown_whatever_the_operator_names_for_it() -> None:
    assert access(iso(more=platform("Formosat-2"))) == ("unknown", "unknown", None)
    assert access(iso(more=platform("Formosat-2")), other="etalab-2.0") == ("unknown", "etalab-2.0", None)
    assert item(SEAS, iso(more=platform("Formosat-2")))["properties"]["platform"] == "formosat-2"


def test_spot_world_heritage_is_open_at_level_1a_only() -> None:
    def body(level: str) -> bytes:
        meta = (
            "<e:parentIdentifier>SWH</e:parentIdentifier><e:processing><e:ProcessingInformation>"
            f"<e:processingLevel>{level}</e:processingLevel></e:ProcessingInformation></e:processing>"
        )
        return eop(root="opt", name="SPOT-5", meta=meta)

    assert access(body("1A")) == ("open", "etalab-2.0", None)
    assert access(body("1C")) == ("unknown", "swh-l1c", None)
    assert item(SEAS, body("1A"))["collection"] == "seas-swh"


def test_the_old_terms_of_spot_world_heritage_are_marked_as_superseded() -> None:
    data = legal(limitation="Spot World Heritage : usage non commercial")
    properties = item(SEAS, iso(identifier="SWH_1A_x", data=data, more=platform("SPOT-5")))["properties"]
    assert properties["moisson:licence_superseded"] is True


def test_of_several_platforms_the_commercial_one_counts() -> None:
    assert item(SEAS, iso(more=platform("Sentinel-2A")))["collection"] == "seas-sentinel-2"
    assert item(SEAS, iso(identifier=_PHR, more=platform("Sentinel-2A")))["collection"] == "seas-pleiades"


def test_the_version_fits_into_a_fingerprint_and_changes_with_the_settings() -> None:
    plain, named = PartnerMapping("acme"), PartnerMapping("acme", PartnerSettings(licences={"paz": "dsp-pleiades"}))
    assert len(plain.version.encode()) == 16
    assert plain.version.startswith("ogc-2")
    record = only(plain, iso())
    assert fingerprint(record, plain) != fingerprint(record, named)
    assert plain.version == PartnerMapping("acme", PartnerSettings(columns={"id": "Nom"})).version


@pytest.mark.parametrize(
    "settings",
    [lambda: PartnerSettings(axis_order="xy"), lambda: PartnerSettings(region=(0, 5, 1, 4)), lambda: PartnerMapping("Bad Name")],
)
def test_settings_that_mean_nothing_are_refused(settings) -> None:
    with pytest.raises(ValueError, match=r"axis_order|region|name"):
        settings()
    with pytest.raises(ValueError, match="no mission worldview"):
        PartnerMapping("acme", PartnerSettings(licences={"worldview": "x"}))


def test_an_inventory_gives_items_of_the_same_missions() -> None:
    body = (
        "Identifiant;Satellite;Date;Nuages;ouest;sud;est;nord;lien\n"
        f"{_PHR};Pléiades 1A;08/06/2023;12,5 %;-54,6;4,9;-54,4;5,1;https://ftp.example.org/a.zip\n"
        "SPOT6_20230101_x;SPOT 6;2023-01-01;;;;;;\n"
        "x;SPOT 6;2023-01-01;;;;;;\n"
    )
    answer = SEAS.read(body.encode())
    assert [broken.field for broken in answer.broken] == ["id"]
    first, second = (SEAS.to_item(record) for record in answer.records)
    assert first["id"] == f"seas-{_PHR}"
    assert first["collection"] == "seas-pleiades"
    assert first["properties"]["datetime"] == "2023-06-08T14:14:35.900Z"
    assert first["properties"]["eo:cloud_cover"] == 12.5
    assert first["properties"]["moisson:scene"] == "PHR1A/20230608T141435.9"
    assert first["assets"]["data"]["auth:refs"] == ["partner"]
    assert (second["geometry"], second["collection"]) == (None, "seas-spot")
    Validator(extension_schemas()).check(first)


def test_columns_of_the_settings_name_those_of_an_inventory() -> None:
    mapping = PartnerMapping("acme", PartnerSettings(columns={"id": "Fichier", "date": "Jour"}))
    (record,) = mapping.read(b"Fichier,Jour\nRS2_OK1_PK2,2015-05-05\n").records
    assert mapping.to_item(record)["collection"] == "acme-radarsat-2"
    with pytest.raises(NotAnAnswer):
        SEAS.read(b"Fichier,Jour\nRS2_OK1_PK2,2015-05-05\n")


def test_a_database_that_is_no_geopackage_is_no_answer(tmp_path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("create table t (a)")
    with pytest.raises(NotAnAnswer):
        SEAS.read((tmp_path / "a.db").read_bytes())


def several() -> list[Item]:
    inventory = f"id;satellite;date;lien\n{_PHR};PHR1A;2023-06-08;https://ftp.example.org/a.zip\n".encode()
    period = (
        "<gml:TimePeriod><gml:beginPosition>2023-06-08</gml:beginPosition><gml:endPosition>2023-06-08</gml:endPosition></gml:TimePeriod>"
    )
    held = PartnerMapping("seas", PartnerSettings(licences={"pleiades": "dsp-pleiades"}))
    return [
        item(held, inventory),
        item(held, iso(identifier=_PHR).replace(b"2020-05-01", b"2023-06-08")),
        item(held, eop(root="opt", identifier=_PHR, name="PHR1A", time=period)),
    ]


def test_records_of_one_image_make_one_item_whatever_their_order() -> None:
    items = several()
    assert len({(one["collection"], one["id"]) for one in items}) == 1
    found = [SEAS.merge(list(order)) for order in itertools.permutations(items)]
    assert all(one == found[0] for one in found)
    merged = found[0]
    Validator(extension_schemas()).check(merged)
    assert merged["properties"]["moisson:record_form"] == "eop"
    assert merged["properties"]["datetime"] is not None
    assert merged["properties"]["moisson:axis_rule"] == "default"
    assert merged["assets"]["data"]["href"] == "https://ftp.example.org/a.zip"
    assert merged["properties"]["moisson:alternate_source_ids"] == [f"inventory:{_PHR}"]


def test_no_record_opens_what_another_one_restricts() -> None:
    open_, closed = (
        item(SEAS, iso(more=platform("Sentinel-2A"))),
        item(SEAS, iso(more=platform("Sentinel-2A"), data=legal(restriction="restricted"))),
    )
    for order in ([open_, closed], [closed, open_]):
        merged = SEAS.merge(order)
        assert merged["properties"]["moisson:availability"] == "unknown"
        assert merged["properties"]["moisson:licence"] == "unknown"
        assert len([link for link in merged["links"] if link["rel"] == "license"]) == 1


def test_every_collection_of_a_partner_is_described_in_both_languages() -> None:
    for name in (
        "vigisat-sentinel-1",
        "vigisat-radarsat-2",
        "vigisat-terrasar-x",
        "vigisat-tandem-x",
        "vigisat-paz",
        "seas-spot",
        "seas-pleiades",
        "seas-swh",
    ):
        assert name in collections()
    for mission in missions():
        for source in ("vigisat", "seas", "acme-lab"):
            info = collection_info(f"{source}-{mission}")
            assert info is not None
            assert info.licence in licences()
            assert info.title_fr
            assert info.description_en
    assert collection_info("acme-spot-1-5") is not None
    assert collection_info("acme") is None
    assert collection_info("dinamis-spot67") == collections()["dinamis-spot67"]


def test_the_licences_of_commercial_radars_are_not_confirmed() -> None:
    for name in ("mda-radarsat2", "dlr-terrasar-x", "hisdesat-paz", "usgs-landsat"):
        assert not licences()[name].confirmed
    for mission in missions().values():
        assert mission.licence in licences()


def test_the_command_knows_both_partners() -> None:
    assert MAPPINGS["vigisat"] is VIGISAT
    assert MAPPINGS["seas"] is SEAS
    assert VIGISAT.read(csw(iso())).records[0].source == "vigisat"
