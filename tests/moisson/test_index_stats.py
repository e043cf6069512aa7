"""moisson index stats: what an operator reads."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from index.protocol import IndexUnavailable
from index.sqlite import SqliteIndex
from moisson.cli import app
from tests.index.helpers import batch, record
from tests.support.items import make_document


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of three Items, named to the command."""
    path = tmp_path / "index.sqlite"
    documents = [make_document(name, collection=collection) for name, collection in (("a", "one"), ("b", "one"), ("c", "two"))]
    with SqliteIndex.open(path) as index:
        index.apply(batch(items=documents, records=[record("a", "a", "one")]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOISSON_INDEX", str(path))
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["index", "stats", *arguments])


def test_the_json_has_all_of_it(place: Path) -> None:
    found = orjson.loads(run("--json").stdout)
    assert (found["index"], found["items"]) == (str(place), {"one": 2, "two": 1})
    assert (found["records"], found["quarantined"], found["removed"], found["changes"]) == (1, 0, 0, 3)
    assert found["bytes"] >= place.stat().st_size
    assert {"items", "records", "notes"} <= {part["name"] for part in found["parts"]}


def test_the_table_is_for_people(place: Path) -> None:
    told = run().stdout
    assert told.startswith(f"{place}: schema version ")
    assert "records: 1, in quarantine: 0, removed: 0, changes: 3" in told
    assert ["one", "2"] in [line.split() for line in told.splitlines()]


def test_a_store_that_does_not_answer_is_told_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOISSON_INDEX", "http://operator:secret@127.0.0.1:1/none")
    error = run().exception
    assert isinstance(error, IndexUnavailable)
    assert "127.0.0.1:1" in str(error)
    assert "secret" not in str(error)
