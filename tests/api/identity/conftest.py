"""A clock, and an index with organisations."""

from pathlib import Path
from typing import Any

import pytest

from index.sqlite import SqliteIndex
from tests.api.identity.parts import Clock, register


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lite(tmp_path: Path) -> Any:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        register(index)
        yield index
