"""Free text: a phrase is found where its words stand one after the other, as whole words."""

import pytest

from index.protocol import Index
from mappings.queryables import words
from tests.index.helpers import ask, batch, ids
from tests.support.items import make_document

LONG = "y" * 300


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    documents = [
        make_document("a", title="Été à Fécamp", platform="SPOT 6", keywords=["forêt", "eau douce"]),
        make_document("b", "d", title="Winter in Fécamp", platform="Pléiades", description="the forests"),
        make_document("c", title=f"{LONG}z {'y' * 255} w"),
        make_document("S2A_T31TCJ_20240101", title="Straße 7, l'île"),
    ]
    store.apply(batch(items=documents))
    store.refresh()
    return store


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (["fecamp"], "ab"),
        (["FÉCAMP"], "ab"),
        (["été à fécamp"], "a"),
        (["fécamp été"], ""),
        (["été fécamp"], ""),
        (["forêt"], "a"),
        (["foret eau"], "a"),
        (["fore"], ""),
        (["spot 6"], "a"),
        (["spot"], "a"),
        (["winter", "eau douce"], "ab"),
        (["nothing", "winter"], "b"),
        (["31tcj"], ""),
        (["t31tcj"], "S2A_T31TCJ_20240101"),
        (["strasse 7 l ile"], "S2A_T31TCJ_20240101"),
        ([f"{LONG}z"], "c"),
        ([LONG], ""),
        (["y" * 255], "c"),
        (["y" * 45 + "z"], ""),
        ([], ""),
        (["*"], ""),
    ],
)
def test_one_phrase_stands_in_the_items_words(filled: Index, phrases: list[str], expected: str) -> None:
    asked = tuple(folded for phrase in phrases if (folded := words(phrase)))
    assert "".join(sorted(ids(filled, words=asked))) == expected


def test_words_are_one_condition_among_the_others(filled: Index) -> None:
    assert ids(filled, words=("fecamp",), collections=("d",)) == ["b"]
    assert filled.matched(ask(words=("fecamp",))).number == 2
    assert list(filled.summaries(ask(words=("winter",)))) == ["d"]
