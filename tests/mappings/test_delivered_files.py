"""Files of delivered STAC Items: every form is read, and one that is wrong in a part loses no other."""

import orjson
import pytest

from mappings.record import NotAnAnswer
from tests.mappings.test_delivered import MAPPING, feature


def test_the_same_id_in_two_collections_is_two_records() -> None:
    body = b"\n".join(orjson.dumps(feature(collection=name)) for name in ("spot", "plain"))
    assert [one.native_id for one in MAPPING.read(body).records] == ["spot/SPOT6 scene:1", "plain/SPOT6 scene:1"]


def test_every_form_of_a_file_gives_the_same_records() -> None:
    one, two = feature(), feature(id="2")
    lines = b"\xef\xbb\xbf" + orjson.dumps(one) + b"\r\n\n" + orjson.dumps(two) + b"\n"
    forms = [
        lines,
        orjson.dumps([one, two]),
        orjson.dumps({"type": "FeatureCollection", "features": [one, two]}, option=orjson.OPT_INDENT_2),
    ]
    assert len({MAPPING.read(form).records for form in forms}) == 1
    assert MAPPING.read(orjson.dumps(one, option=orjson.OPT_INDENT_2)).records == MAPPING.read(lines).records[:1]


def test_a_broken_line_loses_no_other_and_lets_nothing_be_judged_absent() -> None:
    body = b"\n".join([orjson.dumps(feature()), b'{"type":"Feature","id":', orjson.dumps(feature(id=None)), orjson.dumps(feature(id="2"))])
    answer = MAPPING.read(body)
    assert [one.native_id for one in answer.records] == ["spot/SPOT6 scene:1", "spot/2"]
    assert [(one.field, one.reason.partition(":")[0]) for one in answer.broken] == [
        ("file", "a line that is not JSON"),
        ("id", "no identifier"),
    ]


def test_an_item_of_megabytes_is_refused() -> None:
    answer = MAPPING.read(orjson.dumps(feature(properties={"datetime": "2020-01-01T00:00:00Z", "description": "x" * 2**21})))
    assert [one.field for one in answer.broken] == ["item"]


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"{}", b"[1]", b"<xml/>", b"id,date\n1,2\n", b'{"type":"Collection"}', b'{"type":"FeatureCollection","features":[{}]}'],
)
def test_a_file_without_items_is_no_answer(body: bytes) -> None:
    with pytest.raises(NotAnAnswer):
        MAPPING.read(body)
