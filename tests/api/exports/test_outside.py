"""Outside readers open the files: GDAL of the machine and of pyogrio, rustac, SQLite, a spreadsheet's eyes."""

import csv
import io
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
import shapely

from api.exports.csv_text import harmless
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.access.asker import OPERATOR
from tests.api.exports.reading import get, layer, rows, searched
from tests.api.exports.world import HOSTILE, fill
from tests.support.requirements import ogrinfo
from tests.support.serving import asking, serving
from tests.validators.environment import python

# Less those whose `nodata` is a word, which rustac 0.9 takes for a number.
_AGREED = "NOT (id IN ('S2-1', 'S2-2'))"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with SqliteIndex.open(tmp_path_factory.mktemp("outside") / "index.sqlite") as index:
        fill(index)
        with serving(index, access=asking(OPERATOR)) as address:
            yield address


def _ogrinfo(*arguments: str) -> str:
    program = ogrinfo()
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no ogrinfo: apt-get install gdal-bin")
    done = subprocess.run([program, "-ro", *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_debians_gdal_opens_the_geopackage(base: str, tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(get(base, "gpkg"))
    told = _ogrinfo("-so", str(tmp_path / "a.gpkg"), "items")
    shown = searched(base)
    assert f"Feature Count: {len(shown)}" in told
    assert 'ID["EPSG",4326]' in told
    assert "cloud_cover: Real" in told
    assert "datetime: DateTime" in told
    one = _ogrinfo("-q", str(tmp_path / "a.gpkg"), "items", "-where", "id = 'HELD'")
    assert "MULTIPOLYGON" in one
    assert "TSX" in _ogrinfo("-q", str(tmp_path / "a.gpkg"), "items", "-where", "geom IS NULL")


def test_debians_gdal_opens_the_csv_with_its_footprints(base: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(get(base, "csv"))
    told = _ogrinfo("-q", "-oo", "GEOM_POSSIBLE_NAMES=footprint", str(tmp_path / "a.csv"), "a", "-where", "id = 'S2-3'")
    assert "licence_url (String) = http" in told
    assert "POLYGON" in told


def test_the_geopackage_holds_footprints_where_there_are_any(base: str, tmp_path: Path) -> None:
    meta, shapes, columns = layer(get(base, "gpkg"), tmp_path)
    assert meta["crs"] == "EPSG:4326"
    found = dict(zip(columns["id"], shapely.from_wkb(shapes), strict=True))
    for item in searched(base):
        expected = shapely.from_geojson(orjson.dumps(item["geometry"])) if item["geometry"] else None
        assert found[item["id"]] == expected, item["id"]
    with closing(sqlite3.connect(tmp_path / "read.gpkg")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM rtree_items_geom").fetchone()[0] == sum(shape is not None for shape in shapes)


def test_rustac_reads_the_items_back(base: str, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(get(base, "parquet", filter=_AGREED))
    rustac = python().with_name("rustac")
    done = subprocess.run([str(rustac), "translate", "a.parquet", "a.json"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = {item["id"]: item for item in orjson.loads((tmp_path / "a.json").read_bytes())["features"]}
    shown = {item["id"]: item for item in searched(base, filter=_AGREED)}
    assert read.keys() == shown.keys()
    for name, item in shown.items():
        # What has no place comes back as a polygon without corners.
        assert read[name]["geometry"] == (item["geometry"] or {"type": "Polygon", "coordinates": []})
        assert read[name].get("bbox") == item.get("bbox")
        for member in ("moisson:licence", "moisson:availability", "moisson:source", "gsd", "eo:cloud_cover"):
            assert read[name]["properties"].get(member) == item["properties"].get(member)
        assert [link["href"] for link in read[name]["links"]] == [link["href"] for link in item["links"]]


def test_csv_is_as_rfc_4180_has_it(base: str) -> None:
    text = get(base, "csv").decode()
    assert text.endswith("\r\n")
    assert not text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 1 + len(searched(base))


def test_no_cell_of_a_csv_is_a_formula(base: str) -> None:
    found = rows(get(base, "csv"))
    for row in found:
        for name, cell in row.items():
            number = name in ("west", "south", "east", "north", "gsd", "cloud_cover")
            assert number or not cell.lstrip().startswith(("=", "+", "-", "@")), (name, cell)
    assert {f"'{name}" for name in HOSTILE if name[0] in "=-"} <= {row["id"] for row in found}
    # Numbers below zero are no formulas.
    assert any(row["east"].startswith("-") for row in found)
    # The address tells the Item exactly.
    own = [next(link["href"] for link in item["links"] if link["rel"] == "self") for item in searched(base)]
    assert [row["link"] for row in found] == own


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_text_that_would_be_computed_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", "", None, "1", "'=1", "https://a"])
def test_another_text_stays_as_it_is(text: str | None) -> None:
    assert harmless(text) == text


def test_hostile_names_reach_every_kind_of_file(index: Index, tmp_path: Path) -> None:
    fill(index)
    with serving(index) as address:
        for name in HOSTILE:
            own = {"filter": f"id = '{name.replace(chr(39), chr(39) * 2)}'"}
            assert layer(get(address, "gpkg", **own), tmp_path)[2]["id"] == [name]
            assert [row["id"] for row in rows(get(address, "csv", **own))] == [harmless(name)]
