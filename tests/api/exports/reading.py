"""What outside readers find in a file, by its kind."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyogrio

from tests.api.exports.tables import items_of

KINDS = ("geojson", "ndjson", "csv", "parquet", "gpkg")
Key = tuple[str, str]


def get(base: str, kind: str, **given: Any) -> bytes:
    answer = httpx.get(f"{base}/export", params={"f": kind, **given}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def rows(body: bytes) -> list[dict[str, str]]:
    """Of a CSV file."""
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


def layer(body: bytes, folder: Path) -> tuple[Any, list[bytes | None], dict[str, list[Any]]]:
    """(meta, footprints as WKB, columns) of a GeoPackage."""
    path = folder / "read.gpkg"
    path.write_bytes(body)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="items", datetime_as_string=True)
    return meta, list(shapes), {name: list(column) for name, column in zip(meta["fields"], columns, strict=True)}


def keys(kind: str, body: bytes, folder: Path) -> list[Key]:
    """Collection and id of each Item in a file, in its order."""
    if kind == "gpkg":
        columns = layer(body, folder)[2]
        return list(zip(columns["collection"], columns["id"], strict=True))
    if kind == "csv":
        return [(one["collection"], one["id"]) for one in rows(body)]
    items = {"geojson": _features, "ndjson": _lines, "parquet": items_of}[kind](body)
    return [(one["collection"], one["id"]) for one in items]


def searched(base: str, **given: Any) -> list[dict[str, Any]]:
    """The same Items as pages of a search, the newest first."""
    found: list[dict[str, Any]] = []
    page = httpx.get(f"{base}/search", params={"limit": "7", **given}).json()
    while True:
        found += page["features"]
        step = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        if step is None:
            return found
        page = httpx.get(step).json()


def _features(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(body)["features"]
    return found


def _lines(body: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in body.splitlines()]
