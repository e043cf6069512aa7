"""One file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.sqlite import SqliteIndex


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moisson.sqlite"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    with SqliteIndex.open(path) as opened:
        yield opened
