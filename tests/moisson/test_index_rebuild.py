"""moisson index rebuild and migrate: what an operator does to a store."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from elasticsearch import Elasticsearch
from typer.testing import CliRunner, Result

from index.elastic import ElasticIndex
from moisson.cli import app
from moisson.sections import ConfigError
from tests.index.helpers import batch
from tests.support import elasticsearch
from tests.support.items import make_document


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["index", *arguments])


@pytest.fixture
def prefix(elasticsearch_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of an index of three Items, named to the command; the waiting for reads that are under way is spared."""
    name = f"test-{uuid4().hex}"
    documents = [make_document(f"i{year}", "c", datetime=f"{year}-01-01T00:00:00Z") for year in (2019, 2020, 2021)]
    with ElasticIndex.open(elasticsearch_url, prefix=name) as index:
        index.apply(batch(items=[*documents, make_document("other", "d")]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOISSON_INDEX", f"{elasticsearch_url}/{name}")
    monkeypatch.setattr("index.elastic.rebuild.GRACE", 0)
    yield name
    elasticsearch.remove(elasticsearch_url, name)


def test_collections_with_many_items_get_an_index_for_each_year(prefix: str) -> None:
    told = run("rebuild", "--divide-above", "2")
    assert (told.exit_code, told.stdout.splitlines()) == (0, ["c: 3 Items", "d: 1 Items"])
    found = orjson.loads(run("stats", "--json").stdout)
    parts = {part["name"].removeprefix(f"{prefix}-"): part["collection"] for part in found["parts"] if part["collection"]}
    assert parts == {"data-c~2~2019": "c", "data-c~2~2020": "c", "data-c~2~2021": "c", "data-d~2": "d"}
    assert found["items"] == {"c": 3, "d": 1}


def test_one_collection_may_be_rebuilt_and_an_unknown_one_is_said(prefix: str) -> None:
    assert run("rebuild", "d").stdout.splitlines() == ["d: 1 Items"]
    error = run("rebuild", "none").exception
    assert isinstance(error, ConfigError)
    assert str(error) == "none: no such Collection has Items here"


def test_a_store_of_an_older_version_is_named_and_migrated(prefix: str, elasticsearch_url: str) -> None:
    with Elasticsearch(elasticsearch_url) as client:
        client.index(index=f"{prefix}-meta", id="schema", document={"version": 4})
        assert "run `moisson index migrate`" in str(run("stats").exception)
        for _ in ("once", "again"):
            told = run("migrate")
            assert told.exit_code == 0
            assert told.stdout.splitlines()[-1].endswith("is of this version")
        assert orjson.loads(run("stats", "--json").stdout)["items"] == {"c": 3, "d": 1}


def test_a_file_is_rebuilt_whole_and_migrated_by_opening_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOISSON_INDEX", "index.sqlite")
    assert run("migrate").exit_code == 0
    assert "name no Collection" in str(run("rebuild", "c").exception)
    told = run("rebuild")
    assert (told.exit_code, told.stdout.startswith("index.sqlite: ")) == (0, True)
