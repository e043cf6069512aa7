"""The rules of matching against the report's vectors (§5.2, §5.4): real identifiers, footprints made up around them."""

from typing import Any

import pytest

from mappings.matching.acquisition import Acquisition, acquisition_of
from mappings.matching.rules import Verdict, judge
from tests.support.matching import catalogue_item, held_item, square

# acquisitionIdentifier and sourceIdentifier of one image: all eight pairs.
PAIRS = [
    ("DS_PHR1A_202004011856193_FR1_PX_W123N37_0820_00822", "DS_PHR1A_202004011855423_FR1_PX_W123N37_0820_00818"),
    ("DS_PHR1A_202004011856264_FR1_PX_W123N37_0815_00596", "DS_PHR1A_202004011855494_FR1_PX_W123N37_0815_00592"),
    ("DS_PHR1B_202004281031350_FR1_PX_E013N52_0513_01239", "DS_PHR1B_202004281030580_FR1_PX_E013N52_0513_01235"),
    ("DS_PHR1B_201810271008591_FR1_PX_E013N52_0513_02977", "DS_PHR1B_201810271008221_FR1_PX_E013N52_0513_02973"),
    ("DS_PHR1B_201810161039434_FR1_PX_E013N52_0513_01711", "DS_PHR1B_201810161039064_FR1_PX_E013N52_0513_01707"),
    ("DS_PHR1B_201810161039261_FR1_PX_E013N52_0513_01712", "DS_PHR1B_201810161038491_FR1_PX_E013N52_0513_01708"),
    ("DS_PHR1B_201810161039065_FR1_PX_E013N52_0513_01728", "DS_PHR1B_201810161038295_FR1_PX_E013N52_0513_01724"),
    ("DS_PHR1A_201703101042018_FR1_PX_E013N52_0513_03240", "DS_PHR1A_201703101041248_FR1_PX_E013N52_0513_03233"),
]
BERLIN = PAIRS[4:7]
# The strip's identifier and the product's: SPOT's differ by 0.2 s.
SPOT = [
    ("DS_SPOT7_201805040943397_FR1_FR1_SV1_SV1_E013N38_04550", "SEN_SPOT7_20180504_094339900_000"),
    ("DS_SPOT6_201804230932282_FR1_FR1_SV1_SV1_E013N38_04550", "SEN_SPOT6_20180423_093228400_000"),
    ("DS_SPOT7_201807160936066_FR1_FR1_SV1_SV1_E013N38_01790", "SEN_SPOT7_20180716_093606800_000"),
    ("DS_SPOT6_201903130937131_FR1_FR1_FR1_FR1_E013N38_04713", "SEN_SPOT6_20190313_093713300_000"),
]
MTD = ("DS_SPOT7_201805051026429_FR1_FR1_SV1_SV1_E002N44_03414", "SPOT7_MS_201805051026429_SPOT7_P_201805051026429_1")


def catalogue(item_id: str, **members: Any) -> Acquisition:
    return read(catalogue_item(item_id, **members))


def held(item_id: str = "PRODUCT-1", **members: Any) -> Acquisition:
    return read(held_item(item_id, **members))


def read(item: dict[str, Any]) -> Acquisition:
    found = acquisition_of(item)
    assert found is not None
    return found


def file_of(identifier: str) -> str:
    _, platform, token, *_ = identifier.split("_")
    return f"{platform}_MS_{token}_SEN_1782241101-002"


# --- the report's table ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("acquisition", "source"), PAIRS)
def test_a_pleiades_product_is_found_in_the_catalogue_37_seconds_later(acquisition: str, source: str) -> None:
    assert judge(catalogue(acquisition), held(source_id=source)) == Verdict("M3", 0.95, 1.0)


@pytest.mark.parametrize(("acquisition", "source"), PAIRS)
def test_a_product_in_the_catalogue_is_found_by_its_own_identifier(acquisition: str, source: str) -> None:
    found = catalogue(acquisition, product=source)
    assert judge(found, held(source_id=source)) == Verdict("M1", 1.0, 1.0)
    assert judge(found, held(file_of(source))) == Verdict("M2", 0.98, 1.0)


@pytest.mark.parametrize(("strip", "product"), SPOT)
def test_a_spot_product_is_found_by_its_strip_and_by_its_own_identifier(strip: str, product: str) -> None:
    assert judge(catalogue(strip), held(product)) == Verdict("M2", 0.98, 1.0)
    assert judge(catalogue(strip, product=product), held(product)) == Verdict("M1", 1.0, 1.0)
    assert judge(catalogue(strip), held(source_id=strip)) == Verdict("M1", 1.0, 1.0)


def test_an_item_of_the_receiving_station_is_found_by_its_token() -> None:
    strip, item_id = MTD
    assert judge(catalogue(strip), held(item_id)) == Verdict("M2", 0.98, 1.0)
    later = item_id.replace("P_201805051026429", "P_201805051026430")
    assert judge(catalogue(strip), held(later)) == Verdict("M2", 0.98, 1.0)
    assert judge(catalogue(strip.replace("429_", "431_")), held(item_id)).method == "M4"  # type: ignore[union-attr]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("other", range(3))
def test_of_a_tri_stereo_set_only_the_image_itself_is_found(number: int, other: int) -> None:
    """Berlin, 2018-10-16: image 1's product is 0.1 s from image 3's entry in the catalogue, over the same ground."""
    scenes = [catalogue(acquisition) for acquisition, _ in BERLIN]
    siblings = [scene for place, scene in enumerate(scenes) if place != other]
    verdict = judge(scenes[other], held(source_id=BERLIN[number][1]), siblings)
    assert verdict == (Verdict("M3", 0.95, 1.0) if number == other else None)


def test_the_third_image_of_berlin_is_not_the_product_of_the_first_even_by_its_file_alone() -> None:
    scenes = [catalogue(acquisition) for acquisition, _ in BERLIN]
    product = held(file_of(BERLIN[0][1]))
    assert judge(scenes[2], product, scenes[:2]) is None
    # Nor is the right one told, where neither counter nor angle is known.
    assert judge(scenes[0], product, scenes[1:]) is None


def test_two_passes_over_san_francisco_are_two_images() -> None:
    first, second = (catalogue(acquisition) for acquisition, _ in PAIRS[:2])
    products = [held(source_id=source) for _, source in PAIRS[:2]]
    assert judge(first, products[1], [second]) is None
    assert judge(second, products[0], [first]) is None


# --- M1 ----------------------------------------------------------------------------------------------------------------------------


def test_equal_identifiers_over_other_ground_need_a_look() -> None:
    acquisition, _ = PAIRS[0]
    assert judge(catalogue(acquisition), held(source_id=acquisition, area=square(40))) == Verdict("M1", 1.0, 0.0, candidate=True)
    assert judge(catalogue(acquisition), held(source_id=acquisition, area=None)) == Verdict("M1", 1.0, 0.0)


def test_a_mosaic_is_found_by_each_of_its_strips_also_of_another_satellite() -> None:
    mosaic = held(source_id=SPOT[0][0], source_ids=[SPOT[0][0], SPOT[1][0]])
    assert [judge(catalogue(strip), mosaic).method for strip, _ in SPOT[:2]] == ["M1", "M1"]  # type: ignore[union-attr]


# --- M2 ----------------------------------------------------------------------------------------------------------------------------


def test_a_token_of_the_other_kind_is_not_the_same_token() -> None:
    """A Pléiades file's token is a product's: equal to the catalogue's it needs a look."""
    acquisition, _ = PAIRS[0]
    verdict = judge(catalogue(acquisition), held(file_of(acquisition)))
    assert verdict is not None
    assert (verdict.method, verdict.candidate) == ("M4", True)


def test_the_same_token_over_other_ground_or_in_another_square_is_nothing_sure() -> None:
    strip, _ = SPOT[0]
    assert judge(catalogue(strip), held(file_of(strip), area=square(40))) is None
    moved = strip.replace("E013N38", "E014N38").replace("04550", "04551")
    verdict = judge(catalogue(strip), held(source_id=moved))
    assert verdict is not None
    assert verdict.candidate
    assert judge(catalogue(strip), held(file_of(strip), area=None)) == Verdict("M2", 0.98, 0.0, candidate=True)


def test_another_satellite_is_another_image() -> None:
    strip, _ = SPOT[0]
    assert judge(catalogue(strip), held(file_of(strip.replace("SPOT7", "SPOT6")))) is None


def test_footprints_that_share_an_edge_only_share_no_ground() -> None:
    strip, _ = SPOT[0]
    assert judge(catalogue(strip, area=square(0)), held(file_of(strip), area=square(1))) is None


# --- M3 ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("product", "entry", "holds"),
    [
        ("201206302359100", "201206302359440", True),  # 34 s until June 2012
        ("201207010000000", "201207010000350", True),
        ("201207010000000", "201207010000340", False),
        ("201506302359200", "201506302359550", True),
        ("201507010000000", "201507010000360", True),
        ("201612312359500", "201701010000260", True),  # 36 s at the product's time
        ("201701010000000", "201701010000370", True),
        ("202606010000000", "202606010000371", True),
        ("202606010000000", "202606010000369", True),
        ("202606010000000", "202606010000372", False),
        ("202606010000000", "202606010000368", False),
        ("202606010000370", "202606010000000", False),
    ],
)
def test_the_offset_is_that_of_the_date_within_015_seconds(product: str, entry: str, holds: bool) -> None:
    name = "DS_PHR1A_{}_FR1_PX_E001N43_0615_0165{}"
    verdict = judge(catalogue(name.format(entry, 4)), held(source_id=name.format(product, 0)))
    assert (verdict is not None and verdict.method == "M3") == holds


@pytest.mark.parametrize(
    ("old", "new"),
    [("_FR1_", "_SV1_"), ("_PX_", "_P_"), ("_0820_", "_0821_"), ("W123", "W122"), ("_00818", "_00811"), ("_00818", "_00833")],
)
def test_station_mode_cell_and_counter_must_agree(old: str, new: str) -> None:
    acquisition, source = PAIRS[0]
    verdict = judge(catalogue(acquisition), held(source_id=source.replace(old, new)))
    assert verdict is not None
    assert (verdict.method, verdict.candidate) == ("M4", True)


def test_without_common_ground_there_is_no_pair() -> None:
    acquisition, source = PAIRS[0]
    assert judge(catalogue(acquisition), held(source_id=source, area=square(40))) is None


# --- M4 ----------------------------------------------------------------------------------------------------------------------------


def test_a_file_alone_makes_a_candidate() -> None:
    acquisition, source = PAIRS[0]
    assert judge(catalogue(acquisition), held(file_of(source))) == Verdict("M4", 0.9, 1.0, candidate=True)


def test_a_time_that_stands_in_no_identifier_makes_a_candidate() -> None:
    acquisition, _ = PAIRS[0]
    at = {"datetime": "2020-04-01T18:55:41.300Z", "platform": "phr1a"}
    assert judge(catalogue(acquisition), held(**at)) == Verdict("M4", 0.85, 1.0, candidate=True)
    assert judge(catalogue(acquisition), held(**at | {"datetime": "2020-04-01T18:55:40.200Z"})) is None


@pytest.mark.parametrize(("along", "holds"), [(-19.4, True), (-18.5, True), (-18.3, False), (19.4, False), (None, True)])
def test_along_track_angles_that_differ_are_of_two_images(along: float | None, holds: bool) -> None:
    acquisition, source = PAIRS[0]
    verdict = judge(catalogue(acquisition, along=-19.4), held(file_of(source), along=along))
    assert (verdict is not None) == holds


@pytest.mark.parametrize(("east", "holds"), [(0.0, True), (0.19, True), (0.21, False)])
def test_four_fifths_of_the_smaller_footprint_must_be_common(east: float, holds: bool) -> None:
    acquisition, source = PAIRS[0]
    small = held(file_of(source), area=square(0.75 + east / 4, width=0.25))
    wide = catalogue(acquisition, area=square(0))
    # The smaller one sticks out of the wider by a share of its own width.
    assert (judge(wide, small) is not None) == holds


def test_in_a_stereo_set_the_angle_tells_the_image() -> None:
    first, second, third = (catalogue(acquisition, along=along) for (acquisition, _), along in zip(BERLIN, (2.8, 12.1, -9.0), strict=True))
    product = held(file_of(BERLIN[0][1]), along=3.1)
    verdict = judge(first, product, [second, third])
    assert verdict is not None
    assert (verdict.method, verdict.candidate) == ("M4", True)
    assert judge(third, product, [first, second]) is None


@pytest.mark.parametrize(
    "sibling",
    [
        "DS_PHR1A_202004011858200_FR1_PX_W123N37_0820_00822",  # 120.7 s later
        "DS_PHR1B_202004011856264_FR1_PX_W123N37_0820_00822",
    ],
)
def test_what_is_further_off_or_of_another_satellite_is_no_sibling(sibling: str) -> None:
    acquisition, source = PAIRS[0]
    assert judge(catalogue(acquisition), held(file_of(source)), [catalogue(sibling)]) is not None


def test_what_lies_elsewhere_is_no_sibling() -> None:
    (acquisition, source), (neighbour, _) = PAIRS[:2]
    product = held(file_of(source))
    assert judge(catalogue(acquisition), product, [catalogue(neighbour, area=square(40))]) is not None
    assert judge(catalogue(acquisition), product, [catalogue(neighbour)]) is None


def test_in_a_stereo_set_what_fits_without_the_offset_is_a_siblings() -> None:
    """Images 37 s apart: the first one's entry has the token of the second one's product, and their counters are near."""
    first, second, third = (f"DS_PHR1B_20181016103{token}_FR1_PX_E013N52_0513_0171{token[-2]}" for token in ("8290", "9060", "9430"))
    set_of = [catalogue(name) for name in (first, second, third)]
    product = held(source_id=second)
    assert judge(set_of[1], held(source_id=second), [set_of[0], set_of[2]]) == Verdict("M1", 1.0, 1.0)
    own = held(source_id=second.replace("1039060", "1039061"))
    assert judge(set_of[1], own) is not None
    assert judge(set_of[1], own, [set_of[0], set_of[2]]) is None
    assert judge(set_of[2], product, set_of[:2]) == Verdict("M3", 0.95, 1.0)


@pytest.mark.parametrize(
    ("method", "claims", "names", "left"),
    [
        ("M3", 1, 1, "sure"),
        ("M3", 2, 1, "candidate"),
        ("M1", 2, 2, "candidate"),
        ("M4", 0, 1, "candidate"),
        ("M4", 1, 1, None),
        ("M4", 1, 2, "candidate"),  # a mosaic: of its second strip
    ],
)
def test_what_several_images_claim_is_in_doubt_and_a_sure_one_leaves_no_candidates(
    method: str, claims: int, names: int, left: str | None
) -> None:
    verdict = Verdict(method, 0.8, 1.0, candidate=method == "M4")
    product = held(source_id=SPOT[0][0], source_ids=[one for one, _ in SPOT[:names]])
    settled = verdict.beside(claims, product)
    assert (settled and ("candidate" if settled.candidate else "sure")) == left


# --- how much of it ------------------------------------------------------------------------------------------------------------------


def test_a_clip_covers_its_part() -> None:
    acquisition, source = PAIRS[0]
    verdict = judge(catalogue(acquisition, area=square(0)), held(source_id=source, area=square(0.5, width=0.25)))
    assert verdict == Verdict("M3", 0.95, 0.25)
    whole = judge(catalogue(acquisition, area=square(0)), held(source_id=source, area=square(-1, width=3)))
    assert whole == Verdict("M3", 0.95, 1.0)
