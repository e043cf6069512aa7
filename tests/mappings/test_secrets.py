"""What is kept of records and of broken members holds no right and no contract data."""

import copy
from typing import Any

import orjson
import pytest

from mappings import airbus, dinamis, peps
from mappings.airbus import optical
from mappings.airbus.redaction import redacted
from mappings.record import Record, Unmappable, answer_of, fingerprint
from mappings.secrets import bare, rewritten, without_secrets
from tests.mappings.test_peps_forms import geodes, resto
from tests.support.shared import shared

SIGNED = "https://user:pwsecret@s3.example/b/x.tif?X-Amz-Signature=secret"


def oneatlas() -> dict[str, Any]:
    page = orjson.loads(shared("samples/airbus/oneatlas_opensearch_v2_pneo_response.json").read_bytes())
    feature: dict[str, Any] = page["features"][0]
    return feature


@pytest.mark.parametrize(
    "value",
    [
        {"dataUri": "gs://secret"},
        {"customerReference": "secret"},
        {"properties": {"dataAccess": {"k": "secret"}, "workspaceName": "secret"}},
        {"assets": {"https://h/x?token=secret": {"href": SIGNED}}},
        [["s3.example/x?token=secret&scope=gdh"]],
        "https://h/x?token=a secret",
        "user:secret@h/x",
        "line one\nhttps://h/x#secret\nline three",
        "Authorization token: secret",
        {"Authorization": "Bearer secret"},
        7,
        None,
    ],
)
def test_a_broken_member_is_kept_without_secrets(value: Any) -> None:
    def to_record(member: Any) -> Record:
        raise Unmappable("no identifier", "id")

    (broken,) = answer_of([value], to_record).broken
    assert b"secret" not in broken.raw
    assert answer_of([value], to_record, lambda member: member).broken[0].raw == orjson.dumps(value)


def test_what_is_no_secret_is_kept_of_a_broken_member() -> None:
    value = {"properties": {"startDate": "2020-01-01T10:00:00Z", "n": 3, "where": [1.5, None, True]}, "href": "https://h:8080/x/y.tif"}
    assert without_secrets(value) == value


def test_members_whose_names_become_the_same_all_stay() -> None:
    value = {"https://h/x?t=1": 1, "https://h/x?t=2": 2, "https://h/x?t=3": 3}
    assert list(without_secrets(value).values()) == [1, 2, 3]


def test_what_is_nested_without_end_ends() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"a": [deep]}
    assert b"null" in orjson.dumps(rewritten(deep, str))


def test_broken_answers_of_every_source_are_clean() -> None:
    album = oneatlas()
    del album["properties"]["id"]
    album["properties"] |= {"dataUri": "gs://secret", "customerReference": "secret"}
    product = geodes()
    del product["id"]
    product["assets"] = {SIGNED: {"href": SIGNED}}
    held = {"type": "Feature", "properties": {"x": SIGNED}, "assets": {"a": {"href": SIGNED}}}
    rows = f'id;satellite;date;lien\n;SPOT6;2018-01-01;{SIGNED}\nSPOT-1;SPOT6;2018-01-01;{SIGNED};\nSPOT-2;SPOT6;{SIGNED};"x\n'.encode()
    answers = (
        airbus.read(orjson.dumps({"type": "FeatureCollection", "features": [oneatlas(), album]})),
        peps.read(orjson.dumps({"type": "FeatureCollection", "features": [geodes(), product]})),
        dinamis.read(orjson.dumps({"type": "FeatureCollection", "features": [held]})),
        dinamis.read(rows),
    )
    assert [len(answer.broken) for answer in answers] == [1, 1, 1, 3]
    for answer in answers:
        assert not any(b"secret" in broken.raw for broken in answer.broken)


def test_an_airbus_record_keeps_no_private_workspace_and_no_token() -> None:
    feature = oneatlas()
    feature["properties"] |= {"workspaceName": "acme-secret", "workspaceTitle": "secret", "workspaceId": "secret"}
    feature["properties"]["dataAccess"] = {"k": "secret"}
    feature["_links"]["quicklook"] = {"href": "https://a.example/q?access_token=secret"}
    record = optical.to_record(feature)
    assert b"secret" not in record.raw + orjson.dumps(airbus.to_item(record))
    assert record.json["_links"]["quicklook"]["href"] == "https://a.example/q"
    assert optical.to_record(oneatlas()).json["properties"]["workspaceName"] == "public-pneo"


def test_a_geodes_record_keeps_no_query_wherever_it_stands() -> None:
    feature = {**geodes(), "someLink": "https://h/x?token=secret", "other": {"https://h/y?token=secret": "s3.h/x?token=secret"}}
    (key, asset), *_ = feature["assets"].items()
    feature["assets"] = {f"https://user:secret@h/{key}?token=secret": asset}
    record = peps.geodes.to_record(feature)
    assert b"secret" not in record.raw
    assert peps.to_item(record)["properties"]["moisson:online"] is False


def test_a_resto_record_keeps_no_query_wherever_it_stands() -> None:
    record = peps.resto.to_record({**resto(), "someLink": "https://h/x?token=secret", "https://h/y?_tk=secret": 1})
    assert b"secret" not in record.raw
    assert "links" not in record.json


def test_a_held_record_keeps_no_user_name_and_no_signed_name() -> None:
    feature = {"id": "SPOT7_x", "type": "Feature", "properties": {"note": SIGNED}, "assets": {SIGNED: {"href": SIGNED}}}
    (record,) = dinamis.read(orjson.dumps(feature)).records
    assert b"secret" not in record.raw
    (row,) = dinamis.read(f"id;satellite;date;lien;mode\nSPOT-1;SPOT6;2018-01-01;{SIGNED};{SIGNED}\n".encode()).records
    assert b"secret" not in row.raw
    assert row.json["row"]["href"] == "https://s3.example/b/x.tif"


def test_another_token_is_no_change() -> None:
    for mapping, feature, to_record in (
        (airbus, oneatlas(), optical.to_record),
        (peps, geodes(), peps.geodes.to_record),
        (peps, resto(), peps.resto.to_record),
    ):
        before, after = copy.deepcopy(feature), copy.deepcopy(feature)
        before["place"], after["place"] = "https://h/x?token=1", "https://h/x?token=2"
        assert fingerprint(to_record(before), mapping) == fingerprint(to_record(after), mapping)


def test_an_airbus_address_keeps_no_token_however_it_is_written() -> None:
    feature = {
        "properties": {"id": "x", "workspaceName": "public"},
        "_links": {
            "a": {"href": "https://h/quick look.jpg?access_token=s3cret"},
            "b": {"href": "/api/v1/x?access_token=s3cret"},
            "c": {"note": "Authorization: Bearer s3cret"},
        },
    }
    assert "s3cret" not in str(redacted(feature))


@pytest.mark.parametrize(
    "text",
    [
        "token" * 20_000 + ":",
        "x-" * 50_000 + "token=",
        "ab=" * 30_000 + "@",
        "a=b@" * 20_000,
        "a:" * 50_000 + "@",
        "token\t" + " " * 90_000 + "x:",
    ],
    ids=["names in a word", "dashes", "no colon", "many users", "many colons", "blanks"],
)
@pytest.mark.timeout(10)
def test_a_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    """By the square of its length it would be a minute."""
    bare(text)
