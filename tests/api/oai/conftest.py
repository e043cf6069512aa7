"""A repository with ten records and a deleted one."""

from collections.abc import Iterator

import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from tests.api.oai.asking import Repository, repository


@pytest.fixture
def repo(index: Index) -> Iterator[Repository]:
    with repository(index) as served:
        served.put(*range(10))
        served.put(10)
        served.remove(10)
        yield served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """The same, in one SQLite file for many questions that change nothing."""
    with SqliteIndex.open(tmp_path_factory.mktemp("served") / "index.sqlite") as index, repository(index) as opened:
        opened.put(*range(10))
        opened.put(10)
        opened.remove(10)
        yield opened
