"""Probes of the export: in every kind of file each asker gets what it finds, and no more."""

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import orjson
import pyarrow.parquet as pq

from tests.access.asked import Asked


def export(asked: Asked) -> None:
    shown = {item["id"]: item for item in asked.get("/search", limit="1000").json()["features"]}
    assert shown.keys() == {thing.id for thing in asked.found}
    assert {item["id"]: item for item in orjson.loads(_file(asked, "geojson"))["features"]} == shown
    assert {item["id"]: item for item in map(orjson.loads, _file(asked, "ndjson").splitlines())} == shown
    decisions = {name: item["properties"]["moisson:access"]["download"] for name, item in shown.items()}
    rows = csv.DictReader(io.StringIO(_file(asked, "csv").decode(), newline=""))
    assert {row["id"]: row["download"] for row in rows} == decisions
    table = pq.read_table(io.BytesIO(_file(asked, "parquet")))
    told = table["moisson:access"].to_pylist() if shown else []
    assert dict(zip(table["id"].to_pylist(), (one["download"] for one in told), strict=True)) == decisions
    assert {one["audience"] for one in told} <= {asked.one}
    assert _of_geopackage(_file(asked, "gpkg")) == decisions
    _references(table, shown)
    for given in ({"accessible": "true"}, {"accessible": "now"}, {"exclude_airbus": "true"}, {"collapse": "true"}, {"q": "phr1a"}):
        expected = {item["id"] for item in asked.get("/search", limit="1000", **given).json()["features"]}
        assert {item["id"] for item in orjson.loads(_file(asked, "geojson", **given))["features"]} == expected
    for thing in sorted(asked.hidden, key=lambda thing: thing.id)[::5]:
        for given in ({"ids": thing.id}, {"filter": f"id = '{thing.id}'"}, {"collections": thing.collection, "ids": thing.id}):
            assert orjson.loads(_file(asked, "geojson", **given))["features"] == []


def _file(asked: Asked, kind: str, **given: Any) -> bytes:
    answer = asked.get("/export", f=kind, **given)
    assert answer.status_code == 200
    return answer.content


def _of_geopackage(body: bytes) -> dict[str, str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(body)
        return dict(db.execute("SELECT id, download FROM items"))


def _references(table: Any, shown: dict[str, Any]) -> None:
    """Copies are told as a search tells them."""
    for member in ("moisson:held_by", "moisson:catalogued_as"):
        told = table[member].to_pylist() if member in table.column_names else [None] * table.num_rows
        for name, copies in zip(table["id"].to_pylist(), told, strict=True):
            expected = shown[name]["properties"].get(member, [])
            assert [copy["id"] for copy in copies or ()] == [copy["id"] for copy in expected]


EXPORTED: dict[tuple[str, str], Callable[[Asked], None]] = {("GET", "/export"): export}
"""By method and path."""
