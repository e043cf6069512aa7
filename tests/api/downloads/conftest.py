"""An index of files in stores of every kind, and the service that signs."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from api.downloads.signing import Signer, open_signers
from index.protocol import Index
from index.sqlite import SqliteIndex
from tests.api.downloads.world import fill, settings
from tests.upstreams import Upstreams, World


@pytest.fixture
def filled(tmp_path: Any) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield fill(opened)


@pytest.fixture(scope="module")
def up() -> Iterator[Upstreams]:
    with Upstreams(World(0)) as opened:
        yield opened


@pytest.fixture
def signers(up: Upstreams) -> Iterator[Mapping[str, Signer]]:
    up.log.clear()
    with open_signers({"mtd": settings(up.signing)}) as opened:
        yield opened
