"""What counts as an answer of PEPS, GEODES or Theia, and what of it is Broken."""

import orjson
import pytest

from mappings import peps
from mappings.record import NotAnAnswer
from tests.mappings.test_peps_forms import S2_NAME, geodes, old_geodes, resto, theia


def page(*features, **members):
    return orjson.dumps({"type": "FeatureCollection", "features": list(features), **members})


@pytest.mark.parametrize(
    "body",
    [
        page(geodes(), context={"returned": 1}),
        page(geodes(), numberMatched=1),
        page(geodes()),
        page(resto(), properties={"totalResults": 1, "exactCount": True}),
        page(theia()),
        orjson.dumps(geodes()),
        orjson.dumps(resto()),
        orjson.dumps([theia()]),
        b"\xef\xbb\xbf" + orjson.dumps(resto()),
    ],
)
def test_pages_features_and_lists_are_answers(body):
    answer = peps.read(body)
    assert (len(answer.records), answer.broken) == (1, ())


def test_lines_may_be_of_several_dialects():
    body = b"\n".join(orjson.dumps(feature) for feature in (geodes(), resto(), old_geodes(), theia())) + b"\n"
    assert [peps.to_item(record)["collection"] for record in peps.read(body).records] == [
        "sentinel-2-l1c",
        "sentinel-2-l1c",
        "sentinel-1-l1",
        "sentinel-2-l2a-theia",
    ]


@pytest.mark.parametrize("members", [{"context": {"matched": 0}}, {"properties": {"totalResults": 0, "exactCount": True}}, {}])
def test_an_empty_page_is_an_answer(members):
    assert peps.read(page(**members)) == peps.read(b"[]")
    assert peps.read(page(**members)).records == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html>503</html>", "not JSON"),
        (orjson.dumps(geodes())[:-20], "not JSON"),
        (b"3", "neither an object nor a list"),
        (b"{}", "no members"),
        (b'{"ErrorMessage": "Not Found", "ErrorCode": 404}', "an error of resto: Not Found"),
        (b'{"correlationId": "x", "message": "quota", "cause": null}', "an error of GEODES: quota"),
        (b'{"collections": []}', "a list of collections"),
        (b'{"type": "Catalog", "id": "x"}', "a STAC Catalog"),
        (b'{"type": "FeatureCollection"}', "without a list"),
        (b'{"type": "Topology", "objects": {}}', "objects, type"),
        (b"[1, 2]", "neither a GEODES nor a resto feature"),
        (page({"id": "x", "properties": {"datetime": "2020-01-01T00:00:00Z"}}, context={}), "another archive"),
        (page({"id": "x", "properties": {"eodag_provider": "peps", "startDate": "x"}}), "another system's"),
    ],
)
def test_everything_else_is_refused_with_a_reason(body, reason):
    with pytest.raises(NotAnAnswer, match=reason):
        peps.read(body)


@pytest.mark.parametrize("make", [geodes, resto])
@pytest.mark.parametrize("broken", [3, None, "x", [], {"id": None}, {"id": 7}, {"id": " "}, {}])
def test_a_broken_feature_is_kept_and_the_others_are_read(make, broken):
    feature = {**make(), **broken} if isinstance(broken, dict) else broken
    if broken == {}:
        del feature["id"]
    answer = peps.read(page(make(), feature))
    (kept,) = answer.broken
    assert [peps.to_item(record)["id"] for record in answer.records] == [S2_NAME]
    assert kept.field in ("id", "feature")
    assert orjson.loads(kept.raw) is not None or feature is None


def test_a_geometry_of_the_wrong_kind_is_no_reason_to_call_a_feature_broken():
    assert peps.read(page(geodes(geometry="POLYGON((0 0,1 0,1 1,0 0))"))).broken == ()


def test_a_broken_feature_is_kept_without_its_token():
    feature = old_geodes()
    del feature["id"]
    (kept,) = peps.read(page(feature)).broken
    assert b"secret" not in kept.raw


def test_a_page_whose_features_are_all_broken_is_still_an_answer():
    answer = peps.read(page({"id": 3}, None, context={"matched": 2}))
    assert (answer.records, len(answer.broken)) == ((), 2)


def test_a_record_without_a_usable_publication_has_no_time():
    for feature in (geodes(datetime="soon"), geodes(datetime=None), {**geodes(), "properties": 3}):
        assert peps.geodes.to_record(feature).updated is None
    assert peps.resto.to_record(resto(published=None)).updated is None


def test_the_time_of_a_resto_record_is_its_publication_by_which_windows_go():
    record = peps.resto.to_record(resto(updated="2030-01-01T00:00:00Z"))
    assert record.updated.isoformat() == "2023-07-05T19:00:00.500000+00:00"
    said = peps.to_item(record)["properties"]
    assert (said["updated"], said["moisson:online_as_of"]) == ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z")


def test_the_scope_of_a_quicklook_is_no_secret():
    feature = geodes()
    feature["assets"]["q"] = {"href": "https://geodes-portal.cnes.fr/q?token=secret&scope=gdh#x", "roles": ["overview"]}
    record = peps.geodes.to_record(feature)
    assert record.json["assets"]["q"]["href"] == "https://geodes-portal.cnes.fr/q?scope=gdh"
