"""The catalogue, as a member and as a visitor ask for it."""

from collections.abc import Iterator

import httpx
import pytest

from index.protocol import Index
from mappings.access.asker import ANONYMOUS
from tests.api.records.world import fill
from tests.support.serving import asking, serving


@pytest.fixture(scope="module")
def filled(store: Index) -> Index:
    fill(store)
    return store


@pytest.fixture(scope="module")
def address(filled: Index) -> Iterator[str]:
    """Asked by a member, who finds all of it."""
    with serving(filled) as base:
        yield base


@pytest.fixture(scope="module")
def api(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def visitor(filled: Index) -> Iterator[httpx.Client]:
    """Asked by nobody known, who does not find what is held."""
    with serving(filled, access=asking(ANONYMOUS)) as base, httpx.Client(base_url=base, timeout=30) as client:
        yield client
