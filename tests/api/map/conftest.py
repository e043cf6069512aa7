"""The map page over a folder as vite fills it, and an empty index."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access import Access
from api.app import Offer
from api.map.offer import MapOffer
from index.protocol import Index
from index.sqlite import SqliteIndex
from tests.support.built import write_built
from tests.support.serving import serving

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_built(tmp_path / "static")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        yield index


@pytest.fixture
def serve(folder: Path, empty: Index) -> Serve:
    """serve(map=MapOffer(…), access=…, title=…): a client of the API, closed at the end of the block."""

    @contextmanager
    def opened(
        *, map: MapOffer | None = None, access: Access | None = None, oidc: Any = None, index: Index | None = None, **options: Any
    ) -> Iterator[httpx.Client]:
        offer = Offer(access or Access(), oidc=oidc, map=replace(map or MapOffer(), folder=folder))
        with serving(index or empty, offer=offer, **options) as base, httpx.Client(base_url=base) as client:
            yield client

    return opened
