"""Every kind of file holds what the same search answers the same asker, no more and no less, in its order."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api.app import Offer
from api.terms import MetadataLicence
from index.protocol import Index
from mappings.access.asker import ANONYMOUS, OPERATOR, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from tests.api.exports.reading import KINDS, get, keys, layer, rows, searched
from tests.api.exports.tables import as_read, items_of
from tests.api.exports.world import fill
from tests.support.serving import MEMBER, asking, serving

LICENCE = MetadataLicence("CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "Le Dispositif")
ASKERS = [ANONYMOUS, MEMBER, OPERATOR, Asker(UserClass.OTHER_PRIVATE)]


def harmless(key: tuple[str, str], kind: str) -> tuple[str, str]:
    """As a kind of file has ids: CSV puts an apostrophe before what looks like a formula."""
    return (key[0], f"'{key[1]}" if kind == "csv" and key[1][0] in "=-" else key[1])


@pytest.mark.parametrize("asker", ASKERS, ids=lambda asker: str(asker.user_class))
def test_an_asker_takes_exactly_what_they_find(index: Index, tmp_path: Path, asker: Asker) -> None:
    fill(index)
    with serving(index, access=asking(asker)) as base:
        for given in ({}, {"exclude_airbus": "true"}, {"accessible": "true"}, {"collapse": "true"}, {"filter": "gsd < 5", "sortby": "id"}):
            shown = searched(base, **given)
            expected = [(one["collection"], one["id"]) for one in shown]
            for kind in KINDS:
                assert keys(kind, get(base, kind, **given), tmp_path) == [harmless(key, kind) for key in expected], (kind, given)


def test_files_of_items_hold_them_as_a_search_shows_them(index: Index) -> None:
    fill(index)
    with serving(index, access=asking(OPERATOR)) as base:
        shown = searched(base)
        whole = orjson.loads(get(base, "geojson"))
        assert whole["type"] == "FeatureCollection"
        assert whole["features"] == shown
        assert whole["numberMatched"] == whole["numberReturned"] == len(shown)
        assert [orjson.loads(line) for line in get(base, "ndjson").splitlines()] == shown
        assert items_of(get(base, "parquet")) == [as_read(one) for one in shown]
        assert any("moisson:held_by" in one["properties"] for one in shown)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_of_nothing_is_a_whole_file(index: Index, tmp_path: Path, kind: str) -> None:
    with serving(index) as base:
        assert keys(kind, get(base, kind), tmp_path) == []


def test_tables_tell_the_terms_of_each_image(index: Index, tmp_path: Path) -> None:
    fill(index)
    with serving(index, access=asking(MEMBER)) as base:
        shown = {(one["collection"], one["id"]): one for one in searched(base)}
        told = [row for row in rows(get(base, "csv")) if row["collection"] != "hostile"]
        columns = layer(get(base, "gpkg"), tmp_path)[2]
        for row in told:
            item = shown[row["collection"], row["id"]]
            access, licence = item["properties"]["moisson:access"], _link(item, "license")
            assert (row["licence"], row["licence_spdx"]) == (item["properties"]["moisson:licence"], item["properties"]["license"])
            assert (row["licence_url"], row["licence_title"]) == (licence["href"], licence["title"])
            assert (row["download"], row["order"], row["reason_fr"]) == (access["download"], access["order"], access["reason"]["fr"])
            assert row["link"] == _link(item, "self")["href"]
            assert row["attribution"] == ("CNES" if row["collection"] == "sentinel-2" else "")
            place = list(columns["link"]).index(row["link"])
            for name in ("licence", "licence_url", "attribution", "download", "reason_en"):
                assert (columns[name][place] or "") == row[name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogues_own_licence_travels_with_every_file(index: Index, tmp_path: Path, kind: str) -> None:
    fill(index)
    for licence in (LICENCE, None):
        offer = Offer(asking(MEMBER), metadata_licence=licence, now=lambda: datetime(2024, 6, 1, 12, tzinfo=UTC))
        with serving(index, offer=offer) as base:
            answer = httpx.get(f"{base}/export", params={"f": kind})
            assert ('rel="license"' in answer.headers.get("link", "")) == (licence is not None)
            assert answer.headers["content-disposition"] == f'attachment; filename="moisson-20240601T120000Z.{kind}"'
            if kind != "ndjson":
                assert _claims(kind, answer.content, tmp_path) == (licence is not None)


def _claims(kind: str, body: bytes, folder: Path) -> bool:
    if kind == "geojson":
        told = orjson.loads(body)
        assert ("moisson:metadata_licence" in told) == any(link["rel"] == "license" for link in told["links"])
        return "moisson:metadata_licence" in told
    if kind == "csv":
        return {row["metadata_licence"] for row in rows(body)} == {LICENCE.href}
    if kind == "gpkg":
        return LICENCE.href in str(layer(body, folder) and _gpkg_metadata(folder / "read.gpkg"))
    return LICENCE.href.encode() in body


def _gpkg_metadata(path: Path) -> Any:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT metadata FROM gpkg_metadata").fetchall()


def _link(item: Any, rel: str) -> Any:
    return next(link for link in item["links"] if link["rel"] == rel)


def test_where_nobody_may_search_without_signing_in_nobody_takes_anything(index: Index) -> None:
    with serving(index, access=asking(ANONYMOUS, Policy(sign_in=True))) as base:
        for method in ("GET", "HEAD"):
            assert httpx.request(method, f"{base}/export?f=csv").status_code == 401
