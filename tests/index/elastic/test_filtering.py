"""What is particular to filters on Elasticsearch: what it refuses, and Items that an older Moisson wrote."""

from dataclasses import replace
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from index.aggregation import Aggregation, Bucket, Summed
from index.elastic import ElasticIndex, rebuild, schema
from index.elastic.mapping import ITEM_FIELDS, SCHEMA, SHAPE, again, to_source
from index.elastic.values import VALUE_FIELDS
from index.filters.nodes import And, Array, Compare, Constant, FilterError, IsNull, Like, Or, Predicate
from index.filters.operators import Operators
from index.matches import MatchBatch
from index.protocol import IndexUnavailable
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.times import to_micros
from tests.index.elastic.helpers import NOW, batch, migrated, without_aliases
from tests.index.elastic.test_matching import COPY
from tests.index.filtering import by, number, prop, text
from tests.support.items import make_document


def test_only_what_is_exact_is_offered(index: ElasticIndex) -> None:
    refused = {Operators.PROPERTIES, Operators.ARITHMETIC, Operators.SPATIAL}
    assert index.operators == frozenset(Operators) - refused


def _nested(levels: int) -> Predicate:
    deep: Predicate = IsNull(prop("gsd"))
    for level in range(levels):
        deep = Or((deep, Constant(False))) if level % 2 else And((deep, Constant(True)))
    return deep


@pytest.mark.parametrize(
    ("predicate", "part"),
    [
        (Like(prop("title"), "%a" + "_" * 40 + "b%"), "like"),
        (Like(prop("title"), "%ab" * 4000), "like"),
        (_nested(21), "filter"),
        (Or(tuple(Compare("=", prop("gsd"), number(n)) for n in range(401))), "filter"),
        (Compare("<", prop("title"), text("x" * 40_000)), "title"),
        (Compare("=", prop("title"), text("\ud800")), "?"),
        (Compare("=", prop("gsd"), number(float("inf"))), "gsd"),
        (Array("contains", prop("keywords"), tuple(map(str, range(401)))), "a_contains"),
    ],
)
def test_what_is_too_much_is_refused_by_the_part_of_the_filter(index: ElasticIndex, predicate: Predicate, part: str) -> None:
    index.apply(batch(make_document()))
    index.refresh()
    for asked in (index.search, index.count, index.summaries):
        with pytest.raises(FilterError) as refused:
            asked(Query(EVERYTHING, filter=predicate))
        assert refused.value.part == part


def test_the_widest_and_deepest_filter_is_honoured(index: ElasticIndex) -> None:
    index.apply(batch(make_document("a", gsd=7)))
    index.refresh()
    wide = Or(tuple(Compare("<>", prop("gsd"), number(n % 8)) for n in range(380)))
    found = index.search(Query(EVERYTHING, filter=And((wide, Or((_nested(18), Constant(True)))))))
    assert [item.id for item in found.items] == ["a"]


@pytest.fixture
def third(elasticsearch_url: str, prefix: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    """A store as version 3 wrote it, with six Items of which `c/i1` has a better copy: per Item its version and change number."""
    newer = (*VALUE_FIELDS, SHAPE)
    with monkeypatch.context() as older:
        older.setattr(schema, "SCHEMA", 3)
        fields = {name: kind for name, kind in ITEM_FIELDS.items() if name not in newer}
        older.setattr(schema, "ITEM_MAPPING", {"dynamic": False, "properties": fields})
        with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
            documents = [make_document(f"i{n}", "cd"[n % 2], platform="SPOT 6", gsd=n, box=(n, 0, n + 1, 1)) for n in range(6)]
            index.apply(batch(*documents))
            index.apply_matches(MatchBatch(NOW, better={ItemKey("d", "i1"): [COPY]}))
            index.refresh()
    found = {}
    for hit in client.search(index=f"{prefix}-items-*", version=True, size=10).body["hits"]["hits"]:
        source = {name: value for name, value in hit["_source"].items() if name not in newer}
        if hit["_id"] == "i5":
            source["head"] = "{"
        place = {"index": hit["_index"], "id": hit["_id"], "version": hit["_version"]}
        client.index(**place, version_type="external_gte", document=source)
        found[hit["_id"]] = (hit["_version"], source["change"])
    return found


def test_items_of_version_3_are_found_by_filters_after_a_crash_between_too(
    elasticsearch_url: str,
    prefix: str,
    client: Elasticsearch,
    third: dict[str, tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    without_aliases(client, prefix)
    monkeypatch.setattr(rebuild, "_PORTION", 2)
    rewritten: list[str] = []

    def once(source: dict[str, Any]) -> dict[str, Any]:
        if len(rewritten) == 3:
            raise IndexUnavailable("the wire was cut")
        rewritten.append(source["id"])
        return again(source)

    with monkeypatch.context() as broken:
        broken.setattr(rebuild, "again", once)
        with pytest.raises(IndexUnavailable, match="the wire was cut"):
            migrated(elasticsearch_url, prefix)
    assert client.get(index=f"{prefix}-meta", id="schema").body["_source"] == {"version": 3}
    assert client.count(index=f"{prefix}-items-*").body["count"] == 6
    assert migrated(elasticsearch_url, prefix) == {"d": 3}, "what was done stays"
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as index:
        index.refresh()
        wanted = Query(EVERYTHING, filter=Compare("=", prop("platform"), text("SPOT 6")), sort=(by("gsd", descending=True),))
        assert [item.id for item in index.search(wanted).items] == ["i4", "i3", "i2", "i1", "i0"]
        assert index.count(replace(wanted, collapse=True)) == 4
        assert index.count(Query(EVERYTHING, words=("spot 6",))) == 5
        assert index.count(Query(EVERYTHING)) == 6, "one that cannot be read is still there"
        assert "c/i5" in caplog.text or "d/i5" in caplog.text
        cells = index.aggregate(Query(EVERYTHING, ids=("i1",)), [Aggregation("cells", Summed.CELLS, precision=1)])
        assert cells["cells"].buckets == [Bucket("s", 1)]
    _expect_as_written_now(client, prefix, third)
    assert client.get(index=f"{prefix}-meta", id="schema").body["_source"] == {"version": SCHEMA}


def _expect_as_written_now(client: Elasticsearch, prefix: str, third: dict[str, tuple[int, int]]) -> None:
    hits = client.search(index=f"{prefix}-items-*", version=True, size=10).body["hits"]["hits"]
    assert {hit["_id"]: (hit["_version"], hit["_source"]["change"]) for hit in hits} == third
    fresh = to_source(make_document("i4", platform="SPOT 6", gsd=4, box=(4, 0, 5, 1)), third["i4"][1], to_micros(NOW))
    kept = next(hit["_source"] for hit in hits if hit["_id"] == "i4")
    assert not kept.keys() & VALUE_FIELDS.keys(), "it is not kept twice"
    assert again(kept) == fresh | {"footprint": kept["footprint"], "unmatched": True}
