"""Numbers and texts of the archives (mappings/values.py)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import values

UNUSABLE = [None, "", "x", [], {}, True, "nan", "inf", "0x10", "1_000", float("nan"), float("inf"), 10**400, "١٢"]


@pytest.mark.parametrize("value", UNUSABLE)
def test_what_is_no_number_is_none(value):
    assert values.number(value) is None
    assert values.integer(value) is None
    assert values.positive(value) is None
    assert values.percent(value, "cover") is None
    assert values.angle_0_360(value) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0.0), ("0", 0.0), (100, 100.0), ("67.5", 67.5), (-1, None), (100.0001, None), ("-1", None)]
)
def test_percent_clamps_nothing(value, expected):
    assert values.percent(value, "cover") == expected


@pytest.mark.parametrize(("value", "expected"), [(5, 5), ("5", 5), (5.0, 5), (5.5, None), (2**53, None), (-3, -3), ("1e3", 1000)])
def test_integers(value, expected):
    assert values.integer(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (-10, 350), (360, 0), (-1e-20, 0), (361, None), (-361, None), ("12.5", 12.5)])
def test_angles_are_turned_into_0_360(value, expected):
    assert values.angle_0_360(value) == expected


@given(st.floats(-360, 360))
def test_angles_stay_below_360(value):
    turned = values.angle_0_360(value)
    assert turned is not None
    assert 0 <= turned < 360


@pytest.mark.parametrize(("value", "expected"), [(" a ", "a"), ("  ", None), (3, None), (None, None), (["a"], None)])
def test_text(value, expected):
    assert values.text(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(3, "3"), ("x", "x"), (True, None), (2.5, None), (None, None), (2**60, None)])
def test_identifiers_are_texts_or_integers(value, expected):
    assert values.identifier(value) == expected


def test_md5_sums_become_multihashes():
    assert values.checksum_md5("64FFCA4B9CD13D094ED05554E010DB5A") == "d5011064ffca4b9cd13d094ed05554e010db5a"
    assert values.checksum_md5("64FF") is None
    assert values.checksum_md5("g" * 32) is None
    assert values.checksum_md5(None) is None


def test_objects_and_lists_or_empty_ones():
    assert (values.mapping({"a": 1}), values.mapping([1]), values.items([1]), values.items("ab")) == ({"a": 1}, {}, [1], [])
