"""moisson export: files that have their names once they are whole, and a catalogue in a folder."""

import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pystac
import pytest

from api.exports.formats import FORMATS
from index.sqlite import SqliteIndex
from moisson.commands.export import Form
from tests.api.exports.reading import KINDS, keys
from tests.api.exports.world import fill, items
from tests.index.helpers import batch
from tests.moisson.test_command import one_line, run
from tests.support.items import make_document


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        fill(index)
    return tmp_path / "index.sqlite"


def test_every_kind_of_the_api_is_one_of_the_command() -> None:
    assert {*Form} == {*FORMATS, "catalogue"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_holds_what_the_class_finds(path: Path, tmp_path: Path, kind: str) -> None:
    for given, expected in ((("--as", "anonymous"), {"open", "orderable"}), (("--exclude-airbus",), {"open", "held", "unknown"})):
        out = tmp_path / f"out.{kind}"
        done = run("export", "--format", kind, "--out", str(out), *given, MOISSON_INDEX=str(path))
        assert done.returncode == 0, done.stderr
        wanted = {one["collection"] for one in items() if one["properties"]["moisson:availability"] in expected}
        assert {collection for collection, _ in keys(kind, out.read_bytes(), tmp_path)} == wanted
        assert not list(tmp_path.glob("*.part"))
        assert out.stat().st_mode & 0o777 == 0o666 & ~_umask()


def test_standard_output_takes_a_file_too(path: Path) -> None:
    program = [sys.executable, "-c", "from moisson.cli import main; main()"]
    done = subprocess.run(
        [*program, "export", "--format", "parquet", "--out", "-"], env={"MOISSON_INDEX": str(path)}, capture_output=True, check=True
    )
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == len(items())


def test_the_licence_of_the_metadata_travels(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.geojson"
    licence = {"MOISSON_METADATA_LICENCE__ID": "etalab-2.0", "MOISSON_METADATA_LICENCE__TITLE": "Licence Ouverte 2.0"}
    run("export", "--format", "geojson", "--out", str(out), MOISSON_INDEX=str(path), **licence)
    told = orjson.loads(out.read_bytes())["moisson:metadata_licence"]
    assert told == {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "href": "https://spdx.org/licenses/etalab-2.0.html"}


def test_a_catalogue_is_walked_by_pystac_with_its_terms(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "catalogue"
    done = run("export", "--format", "catalogue", "--out", str(out), MOISSON_INDEX=str(path), MOISSON_METADATA_LICENCE__ID="CC-BY-4.0")
    assert done.returncode == 0, done.stderr
    root = pystac.Catalog.from_file(str(out / "catalog.json"))
    assert [link.href for link in root.links if link.rel == "license"] == ["https://spdx.org/licenses/CC-BY-4.0.html"]
    found = {(one.collection_id, one.id): one for one in root.get_items(recursive=True)}
    assert found.keys() == {(one["collection"], one["id"]) for one in items()}
    for one in found.values():
        assert any(link.rel == "license" and "/licences/" in str(link.href) for link in one.links)
        assert one.properties["moisson:access"]["audience"] == "operator"
    collections = {child.id: child for child in root.get_children()}
    assert all(any(link.rel == "license" for link in child.links) for child in collections.values())


def test_a_catalogue_of_many_is_divided_by_year(tmp_path: Path) -> None:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        index.apply(batch(items=[make_document(f"i{n}", datetime=f"{2019 + n % 3}-01-01T00:00:00Z") for n in range(1002)]))
    run("export", "--format", "catalogue", "--out", str(tmp_path / "out"), MOISSON_INDEX=str(tmp_path / "index.sqlite"))
    assert sorted(one.name for one in (tmp_path / "out/c").iterdir()) == ["2019", "2020", "2021", "collection.json"]
    assert len(orjson.loads((tmp_path / "out/c/2020/catalog.json").read_bytes())["links"]) == 2 + 334


@pytest.mark.parametrize("kind", ["ndjson", "catalogue"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_export_that_is_killed_leaves_nothing_under_its_name(tmp_path: Path, kind: str, how: signal.Signals) -> None:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        for start in range(0, 20_000, 5000):
            index.apply(batch(items=[make_document(f"i{start + n}") for n in range(5000)]))
    folder = tmp_path / "here"
    folder.mkdir()
    program = [sys.executable, "-c", "from moisson.cli import main; main()"]
    arguments = ["export", "--format", kind, "--out", str(folder / "out")]
    with subprocess.Popen([*program, *arguments], env={"MOISSON_INDEX": str(tmp_path / "index.sqlite")}, stderr=subprocess.PIPE) as process:
        while not any(folder.iterdir()):
            assert process.poll() is None
            time.sleep(0.002)
        process.send_signal(how)
        process.communicate(timeout=30)
    assert process.returncode != 0
    assert not (folder / "out").exists()
    if how is signal.SIGINT:
        assert not any(folder.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "csv", "--out", "/nowhere/out.csv"), "--out: /nowhere/out.csv"),
        (("--format", "catalogue", "--out", "."), "not there yet"),
        (("--format", "catalogue", "--out", "-"), "not there yet"),
        (("--format", "catalogue", "--out", "x", "--sortby", "id"), "--sortby"),
        (("--format", "csv", "--out", "x", "--filter", "none = 1"), "none"),
        (("--format", "csv", "--out", "x", "--bbox", "1"), "bbox"),
    ],
)
def test_a_wrong_word_is_one_line_and_writes_nothing(path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("export", *arguments, MOISSON_INDEX=str(path))
    assert done.returncode == 2
    assert said in one_line(done)


def _umask() -> int:
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask
