"""The identifier grammars against every identifier in the recorded answers, and the report's vectors."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from mappings.scenes import parse_scene
from tests.support.shared import shared

_IDENTIFIER = re.compile(r"(?<![A-Za-z0-9])(?:DS|ACQ|SEN)_[A-Z]\w+")

# acquisitionIdentifier and sourceIdentifier of Pléiades products: report §5.2.
PAIRS = [
    ("DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822", "DS_PHR1A_202004011855423_FR1_PX_W123N37_0820_00818", 4),
    ("DS_PHR1B_202004281031350_FR1_PX_E013N52_0513_01239", "DS_PHR1B_202004281030580_FR1_PX_E013N52_0513_01235", 4),
    ("DS_PHR1B_201810161039434_FR1_PX_E013N52_0513_01711", "DS_PHR1B_201810161039064_FR1_PX_E013N52_0513_01707", 4),
    ("DS_PHR1A_201703101042018_FR1_PX_E013N52_0513_03240", "DS_PHR1A_201703101041248_FR1_PX_E013N52_0513_03233", 7),
]


def test_every_recorded_identifier_is_in_a_grammar() -> None:
    """43 distinct ones in the files at hand; the report counted 85 over more files."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(shared("samples/airbus").glob("*.*json"))]
    found = {identifier for text in texts for identifier in _IDENTIFIER.findall(text)}
    assert len(found) == 43
    assert [identifier for identifier in found if parse_scene(identifier) is None] == []


@pytest.mark.parametrize(
    ("identifier", "kind", "key"),
    [
        ("DS_PHR1A_201307091049344_FR1_PX_E001N43_0615_01654", "PHR", "PHR1A/20130709T104934.4"),
        ("DS_SPOT7_201909220949204_FR1_FR1_SV1_SV1_E013N53_03414", "SPOT", "SPOT7/20190922T094920.4"),
        ("DS_PNEO3_202111181041037_FR1_FR1_FR1_E002N41_003840", "PNEO", "PNEO3/20211118T104103.7"),
        ("ACQ_PNEO3_00832700845861", "ACQ", "ACQ_PNEO3_00832700845861"),
        ("SEN_SPOT7_20180504_094339900_000", "SEN", "SPOT7/20180504T094339.9"),
        ("SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1", "MTD", "SPOT7/20180505T102642.9"),
        ("IMG_SPOT7_MS_201906160223161_ORT_SPOT7_20220414_1249371xpqav8ihwwo9_1", "FILE", "SPOT7/20190616T022316.1"),
        ("IMG_PHR1B_MS_201605061059115_SEN_1782241101-002_R1C1.JP2", "FILE", "PHR1B/20160506T105911.5"),
        ("DIM_PHR1B_MS_202404231033373_SEN_6979456101-2.XML", "FILE", "PHR1B/20240423T103337.3"),
    ],
)
def test_an_identifier_gives_its_grammar_and_key(identifier: str, kind: str, key: str) -> None:
    scene = parse_scene(identifier)
    assert scene is not None
    assert (scene.kind, scene.key) == (kind, key)


@pytest.mark.parametrize(("acquisition", "source", "counters"), PAIRS)
def test_the_two_identifiers_of_a_pleiades_product_differ_by_37_seconds(acquisition: str, source: str, counters: int) -> None:
    first, second = parse_scene(acquisition), parse_scene(source)
    assert first is not None
    assert second is not None
    assert first.instant is not None
    assert second.instant is not None
    assert first.instant - second.instant == timedelta(seconds=37)
    assert (first.counter or 0) - (second.counter or 0) == counters
    assert (first.cell, first.station) == (second.cell, second.station)


@pytest.mark.parametrize(
    "identifier",
    [
        None,
        "",
        "a6f99ad8-493b-46ed-9f93-94f06bc1ab1e",
        "DS_PNEO3_201602011017034",
        "SPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82",
        "DIM_SPOT6_MS_20130811074932620_SEN_RS-DS-00_000000",
        # No instant: month 13, hour 25, second 60.
        "DS_PHR1A_201313091049344_FR1_PX_E001N43_0615_01654",
        "DS_PHR1A_201301092549344_FR1_PX_E001N43_0615_01654",
        "DS_PHR1A_201301091049604_FR1_PX_E001N43_0615_01654",
        "DS_PHR1A_000001091049004_FR1_PX_E001N43_0615_01654",
    ],
)
def test_what_is_in_no_grammar_is_no_scene(identifier: str | None) -> None:
    assert parse_scene(identifier) is None


def test_the_last_digit_of_a_token_is_a_tenth_of_a_second() -> None:
    scene = parse_scene("DS_SPOT7_201909220949204_FR1_FR1_SV1_SV1_E013N53_03414")
    assert scene is not None
    assert scene.instant == datetime(2019, 9, 22, 9, 49, 20, 400_000, UTC)
