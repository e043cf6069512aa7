"""One server for every client: a harvest of all archives in the embedded index, made once. Nobody changes it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from index.protocol import Index
from index.query import Query
from index.sqlite import SqliteIndex
from mappings.audience import EVERYTHING
from tests.support.harvested import serving_harvest


@dataclass(frozen=True)
class Served:
    """The API's address, without a trailing slash, and its index, to tell what must be found."""

    base: str
    index: Index

    @property
    def count(self) -> int:
        return self.index.count(Query(audience=EVERYTHING))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("clients")
    with SqliteIndex.open(folder / "index.sqlite") as index, serving_harvest(index, folder) as base:
        yield Served(base, index)
