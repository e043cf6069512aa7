"""Whatever JSON the archive sends, to_item gives a valid Item or Unmappable, and nothing else."""

import copy
from collections.abc import Iterator
from typing import Any

import orjson
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from mappings import swh
from mappings.record import Answer, NotAnAnswer, Record, Unmappable
from mappings.validation import Validator
from tests.mappings.swh_forms import NATIVE, coming, native, today

FORMS = [native, today, coming]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([
        "", " ", "S2", "SWH_SPOT5_L1", "swh-spot-4-l1a", "SWH_SPOT_L1C", "2007-02-30T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-12:00",
        "https://[::1]/x", "http://a/%zz", "s3.datalake.cnes.fr", "https://s3.datalake.cnes.fr/", "URN:AIP:x:V99", "[a, b", "[[", "None",
        "001-001_S2_000-000-0_0000-00-00-00-00-00_HRV-0_X_A_A", "S9_x", "SPOT6", "HRS9", "AAAAAAAA", "1e99", "٣", "data", "x.zip",
    ]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8
)


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a feature that can be replaced."""
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


PLACES = {make: list(paths(make())) for make in FORMS}


@st.composite
def mutated(draw: Any) -> Any:
    make = draw(st.sampled_from(FORMS))
    feature = copy.deepcopy(make())
    for *way, key in draw(st.lists(st.sampled_from(PLACES[make]), min_size=1, max_size=4)):
        node = feature
        try:
            for step in way:
                node = node[step]
            if isinstance(node, dict) == isinstance(key, str):
                node[key] = draw(ANYTHING)
        except (KeyError, IndexError, TypeError):
            continue
    return feature


def check(record: Record, validator: Validator) -> None:
    try:
        item = swh.to_item(record)
    except Unmappable as error:
        told = (error.reason, error.field)
        item = None
    if item is None:
        assert all(told)
        return
    validator.check(item)
    assert swh.merge([item, item]) == item
    assert orjson.loads(orjson.dumps(item)) == item
    right = item["properties"]["moisson:availability"], item["collection"]
    assert right in (("open", "spot-world-heritage-l1a"), ("unknown", "spot-world-heritage-l1c"))


def answer_or_refusal(content: Any) -> Answer | None:
    try:
        return swh.read(orjson.dumps(content))
    except NotAnAnswer as refusal:
        told = str(refusal)
    assert told
    return None


@seed(1986)
@settings(max_examples=500, deadline=None, database=None)
@given(feature=mutated())
def test_a_damaged_record_gives_a_valid_item_or_a_reason(validator: Validator, feature: Any) -> None:
    for content in (feature, [feature], {"content": [feature], "metadata": {}}, {"type": "FeatureCollection", "features": [feature]}):
        answer = answer_or_refusal(content)
        for record in answer.records if answer else ():
            check(record, validator)
    # As a replay of what was once stored would: without to_record.
    check(Record("swh", "x", None, orjson.dumps(feature)), validator)


@seed(1986)
@settings(max_examples=300, deadline=None, database=None)
@given(content=ANYTHING)
def test_anything_at_all_is_an_answer_or_not(content: Any) -> None:
    answer_or_refusal(content)


@seed(1986)
@settings(max_examples=200, deadline=None, database=None)
@given(
    properties=st.dictionaries(
        st.sampled_from(sorted({*native()["content"]["properties"], *today()["properties"], *coming()["properties"]})), ANYTHING
    )
)
def test_any_properties_are_mapped_or_refused(validator: Validator, properties: dict[str, Any]) -> None:
    for make in FORMS:
        feature = make()
        content = feature.get("content", feature)
        content["properties"] |= properties
        check(Record("swh", NATIVE, None, orjson.dumps(feature)), validator)
