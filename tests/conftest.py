"""Fixtures that every folder's tests share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from index.elastic import ElasticIndex
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.validation import Validator
from tests.support import elasticsearch
from tests.support.elasticsearch import elasticsearch_url
from tests.support.shared import extension_schemas, shared

__all__ = ["elasticsearch_url"]

STORES = ["sqlite", "elastic"]


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Core, our extension, and every extension whose schema is in ../shared/schemas."""
    return Validator(extension_schemas())


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """sample("cnes/…") -> the bytes of a recorded answer."""
    return lambda path: shared(f"samples/{path}").read_bytes()


@contextmanager
def _store(request: pytest.FixtureRequest, folder: Path) -> Iterator[Index]:
    if request.param == "sqlite":
        with SqliteIndex.open(folder / "index.sqlite") as index:
            yield index
        return
    url, prefix = request.getfixturevalue("elasticsearch_url"), f"test-{uuid4().hex}"
    with ElasticIndex.open(url, prefix=prefix) as index:
        yield index
    elasticsearch.remove(url, prefix)


@pytest.fixture(params=STORES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    """A new, empty store of each kind."""
    with _store(request, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """As `index`, one for all tests of a module."""
    with _store(request, tmp_path_factory.mktemp("store")) as opened:
        yield opened
