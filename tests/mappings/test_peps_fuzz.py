"""Whatever JSON an archive sends, to_item gives a valid Item or Unmappable, and nothing else."""

import copy

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import peps
from mappings.record import Answer, NotAnAnswer, Record, Unmappable
from tests.mappings.test_peps_forms import geodes, old_geodes, resto, resto_2018, theia

FORMS = [geodes, old_geodes, resto, resto_2018, theia]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([
        "", " ", "S2", "PEPS_S3_L2", "PEPS_S1_L1", "SENTINEL2", "2020-02-30T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59.999999-12:00",
        "https://x.example/ \n", "https://[::1]/x", "http://a/%zz", "//", "s3.datalake.cnes.fr", "s3.datalake.cnes.fr//x",
        "URN:FEATURE:x:V99",
        "VV\tVV", "L2A", "LEVEL1", "١٢", "1e99", "nan", "٣١TCJ", "data", "overview", "File size: -3 bytes\nChecksum MD5: zz",
    ]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8
)


def paths(node, path=()):
    """Every place in a feature that can be replaced."""
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


PLACES = {make: list(paths(make())) for make in FORMS}


@st.composite
def mutated(draw):
    make = draw(st.sampled_from(FORMS))
    feature = copy.deepcopy(make())
    for path in draw(st.lists(st.sampled_from(PLACES[make]), min_size=1, max_size=4)):
        node = feature
        for key in path[:-1]:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                break
        else:
            key = path[-1]
            fits = isinstance(key, str) if isinstance(node, dict) else isinstance(node, list) and isinstance(key, int) and key < len(node)
            if fits and draw(st.integers(0, 5)) == 0:
                node.pop(key) if isinstance(node, list) else node.pop(key, None)
            elif fits:
                node[key] = draw(ANYTHING)
    return feature


def answer_or_refusal(body):
    try:
        return peps.read(body)
    except NotAnAnswer as refusal:
        return refusal


def check(record, validator):
    try:
        item = peps.to_item(record)
    except Unmappable as error:
        reason = (error.reason, error.field)
    else:
        validator.check(item)
        assert peps.merge([item, item]) == item
        assert orjson.loads(orjson.dumps(item)) == item
        return
    assert all(reason)


@settings(max_examples=400, deadline=None)
@given(feature=mutated())
def test_a_damaged_feature_gives_a_valid_item_or_a_reason(validator, feature):
    answer = answer_or_refusal(orjson.dumps(feature))
    for record in answer.records if isinstance(answer, Answer) else ():
        check(record, validator)
    # As a replay of what was once stored would: without to_record.
    check(Record("peps", "x", None, orjson.dumps(feature)), validator)


@settings(max_examples=200, deadline=None)
@given(content=ANYTHING)
def test_anything_at_all_is_an_answer_or_not(content):
    answer = answer_or_refusal(orjson.dumps(content))
    assert isinstance(answer, Answer) or str(answer)


@settings(max_examples=100, deadline=None)
@given(
    properties=st.dictionaries(
        st.sampled_from(sorted({*geodes()["properties"], *resto()["properties"], *old_geodes()["properties"]})), ANYTHING
    )
)
def test_any_properties_are_mapped_or_refused(validator, properties):
    for make in FORMS:
        feature = make()
        feature["properties"] = feature["properties"] | properties
        check(Record("peps", "URN:FEATURE:x:V1", None, orjson.dumps(feature)), validator)


@pytest.mark.parametrize("depth", [200, 260, 1000])
def test_a_deeply_nested_feature_stops_nothing(depth, validator):
    nested = b'{"regions":[' * (depth // 2) + b"]}" * (depth // 2)
    body = orjson.dumps(geodes()).replace(b'"political":{', b'"political":' + nested + b',"other":{')
    answer = answer_or_refusal(body)
    if depth > 254:
        assert "nested" in str(answer)
        return
    check(answer.records[0], validator)
