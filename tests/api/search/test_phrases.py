"""`q`: phrases, folded as the words of Items are."""

from typing import Any

import pytest

from api.errors import Problem
from api.phrases import MAX_PHRASE, MAX_PHRASES, parse_phrases


@pytest.mark.parametrize(
    ("text", "listed", "expected"),
    [
        ("Pléiades", ["Pléiades"], ("pleiades",)),
        ("pleiades,Toulouse  NORD", ["pleiades", "Toulouse  NORD"], ("pleiades", "toulouse nord")),
        ("S2A_MSIL1C,s2a msil1c", ["S2A_MSIL1C", "s2a msil1c"], ("s2a msil1c",)),
        ("Straße", ["Straße"], ("strasse",)),
    ],
)
def test_get_and_post_mean_the_same(text: str, listed: list[str], expected: tuple[str, ...]) -> None:
    assert parse_phrases(text) == parse_phrases(listed) == expected


def test_a_comma_in_a_list_is_part_of_the_phrase() -> None:
    assert parse_phrases(["Toulouse, nord"]) == ("toulouse nord",)


@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_asked_is_no_condition(value: Any) -> None:
    assert parse_phrases(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *(",", "a,", " ", "--", ["a", ""], ["\ud800"], [5], {"a": 1}, 5),
        ["x"] * (MAX_PHRASES + 1),
        "x" * (MAX_PHRASE + 1),
        ",".join("x" * (MAX_PHRASES + 1)),
    ],
)
def test_what_finds_nothing_or_too_much_is_refused(value: Any) -> None:
    with pytest.raises(Problem) as caught:
        parse_phrases(value)
    assert (caught.value.status, caught.value.parameter) == (400, "q")


def test_the_longest_phrases_are_taken() -> None:
    phrases = [f"{number:02d}" + "x" * (MAX_PHRASE - 2) for number in range(MAX_PHRASES)]
    assert parse_phrases(phrases) == parse_phrases(",".join(phrases)) == tuple(phrases)
