"""Page tokens: every place comes back as it was, in 512 characters, and only to the query and the audience it was made for."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from api.digits import Reader, Writer
from api.errors import Problem
from api.token import make_token, read_token
from index.filters.nodes import And, Compare, Literal, Property, Spatial
from index.query import SORT_BYTES, Cursor, Matched, Query, Sort, sort_text
from mappings.audience import EVERYTHING, Audience
from mappings.queryables import FIELDS, Kind

SECRET = b"a secret of the index"
QUERY = Query(EVERYTHING)


def _bytes_at_most(most: int, least: int = 0) -> st.SearchStrategy[str]:
    texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=most)
    return texts.map(lambda text: text.encode()[:most].decode(errors="ignore")).filter(lambda text: len(text) >= least)


values = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    _bytes_at_most(SORT_BYTES),
)
cursors = st.builds(
    Cursor, st.lists(values, max_size=3).map(tuple), _bytes_at_most(200, 1), _bytes_at_most(100, 1), backwards=st.booleans()
)


counts = st.none() | st.builds(Matched, st.integers(0, 2**40 - 1), st.booleans())


@seed(20261121)
@settings(max_examples=300, deadline=None, database=None)
@given(cursors, counts)
def test_a_token_brings_back_every_place_and_the_number_it_was_given(cursor: Cursor, matched: Matched | None) -> None:
    token = make_token(QUERY, cursor, SECRET, matched)
    assert len(token) <= 512
    found, told = read_token(QUERY, token, SECRET)
    assert repr(found.after) == repr(cursor)
    # What an archive gives leaves room for it.
    assert told == matched or len(repr(cursor).encode()) > 300


@pytest.mark.parametrize("character", ["\x7f", "z", "é", "\u07ff", "水", "\uffff", "😀", "\U0010ffff"])
def test_the_longest_places_stay_below_512_characters(character: str) -> None:
    def full(size: int) -> str:
        text = character * (size // len(character.encode()))
        return "~" * (size - len(text.encode())) + text

    cursor = Cursor((full(32), full(31) + "y", full(30) + "zz"), full(200), full(100), backwards=True)
    for matched in (None, Matched(1, exact=False), Matched(2**40 - 1, exact=True)):
        token = make_token(QUERY, cursor, SECRET, matched)
        assert len(token) <= 512
        found, told = read_token(QUERY, token, SECRET)
        assert found.after == cursor
        assert told in (matched, None)


def test_a_value_that_is_the_id_or_the_collection_takes_no_room() -> None:
    item_id, collection = "i" * 200, "c" * 100
    cursor = Cursor((collection, item_id, 5), item_id, collection)
    assert len(make_token(QUERY, cursor, SECRET)) < len(make_token(QUERY, Cursor((5,), item_id, collection), SECRET)) + 5
    assert read_token(QUERY, make_token(QUERY, cursor, SECRET), SECRET)[0].after == cursor


def test_a_longer_id_than_any_archive_gives_is_no_fault() -> None:
    cursor = Cursor((1.5,), "i" * 500, "c")
    assert read_token(QUERY, make_token(QUERY, cursor, SECRET), SECRET)[0].after == cursor


def _compare(value: float, name: str = "gsd") -> Compare:
    return Compare("<", Property(FIELDS[name]), Literal(value, Kind.NUMBER))


def _circle(steps: int) -> Any:
    return Point(1, 43).buffer(0.5, quad_segs=steps)


SHIFTED = Polygon([*list(_circle(32).exterior.coords)[:-2], (1.4, 43.0001)])
QUERIES = {
    "plain": QUERY,
    "audience": Query(Audience("test", frozenset({("open", "copernicus")}))),
    "collections": replace(QUERY, collections=("a", "b")),
    "ids": replace(QUERY, ids=("a", "b")),
    "area": replace(QUERY, area=_circle(32)),
    "another area": replace(QUERY, area=SHIFTED),
    "start": replace(QUERY, start=1),
    "end": replace(QUERY, end=1),
    "exclude": replace(QUERY, exclude_airbus=True),
    "collapse": replace(QUERY, collapse=True),
    "filter": replace(QUERY, filter=_compare(1.0)),
    "another number": replace(QUERY, filter=_compare(2.0)),
    "another field": replace(QUERY, filter=_compare(1.0, "eo:cloud_cover")),
    "a filter's area": replace(QUERY, filter=And((_compare(1.0), Spatial("intersects", _circle(32))))),
    "another area of a filter": replace(QUERY, filter=And((_compare(1.0), Spatial("intersects", SHIFTED)))),
    "words": replace(QUERY, words=("a", "b")),
    "one phrase": replace(QUERY, words=("a b",)),
    "sort": replace(QUERY, sort=(Sort(FIELDS["gsd"]),)),
    "descending": replace(QUERY, sort=(Sort(FIELDS["gsd"], descending=True),)),
}


def test_a_token_is_of_one_query_and_one_audience() -> None:
    cursor = Cursor((1,), "i", "c")
    tokens = {name: make_token(query, cursor, SECRET) for name, query in QUERIES.items()}
    assert len(set(tokens.values())) == len(QUERIES)
    for name, query in QUERIES.items():
        for other, token in tokens.items():
            if name == other:
                assert read_token(query, token, SECRET)[0].after == cursor
            else:
                with pytest.raises(Problem, match="token"):
                    read_token(query, token, SECRET)


def test_the_number_of_items_a_page_may_change_between_pages() -> None:
    token = make_token(QUERY, Cursor((1,), "i", "c"), SECRET)
    assert read_token(replace(QUERY, limit=500), token, SECRET)[0].limit == 500


@pytest.mark.parametrize("token", ["", "x", "é", "AAAA", "=" * 8, "A" * 512, "A" * 100_000, 5, None, ["a"], "\ud800", "a b", "a\x00"])
def test_what_is_no_token_is_a_400(token: object) -> None:
    with pytest.raises(Problem) as caught:
        read_token(QUERY, token, SECRET)
    assert (caught.value.status, caught.value.parameter) == (400, "token")


@seed(20261121)
@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=300), st.integers(0, 10_000))
def test_a_changed_token_is_a_400(noise: bytes, place: int) -> None:
    token = make_token(QUERY, Cursor((1, "x"), "item", "collection"), SECRET)
    at = place % len(token)
    other = "A" if token[at] != "A" else "B"
    for wrong in (urlsafe_b64encode(noise).decode(), token[:at] + other + token[at + 1 :], token[:at]):
        with pytest.raises(Problem, match="token"):
            read_token(QUERY, wrong, SECRET)


def test_a_token_of_another_installation_is_a_400() -> None:
    with pytest.raises(Problem, match="token"):
        read_token(QUERY, make_token(QUERY, Cursor((1,), "i", "c"), b"another secret"), SECRET)


def test_digits_refuse_what_is_none() -> None:
    with pytest.raises(ValueError, match="is not one of"):
        Writer().put(5, 5)
    assert Reader(b"").take_text(10) == ""


def test_values_of_sorts_fit_into_tokens() -> None:
    assert len(sort_text("é" * 100).encode()) <= SORT_BYTES
