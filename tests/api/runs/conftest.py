"""A state of every kind, and a server over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from tests.api.runs.world import Site, planned, site

SOURCES = (planned("peps"), planned("geodes", "peps"), planned("airbus"), planned("old", enabled=False))


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        yield index


@pytest.fixture
def operated(lite: Index) -> Iterator[Site]:
    """A server whose settings have four sources, none of which ever ran."""
    with site(lite, SOURCES) as one:
        yield one
