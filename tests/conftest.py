"""Fixtures that every folder's tests share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from index.elastic import ElasticIndex
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.validation import Validator
from tests.support.elastic_stores import Stores
from tests.support.elasticsearch import elasticsearch_url
from tests.support.keycloak import keycloak
from tests.support.servers import shared_servers
from tests.support.shared import extension_schemas, shared

__all__ = ["elasticsearch_url", "keycloak"]

STORES = ["sqlite", "elastic"]
_SERVERS = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """With several workers (-n) one Elasticsearch and one Keycloak serve them all; without, each is started when a test asks for it."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        _SERVERS.enter_context(shared_servers())


def pytest_unconfigure() -> None:
    _SERVERS.close()


@pytest.fixture(scope="session")
def elastic_stores(elasticsearch_url: str) -> Iterator[Stores]:
    """Stores on the shared node, used again by one test after the other."""
    with closing(Stores(elasticsearch_url)) as stores:
        yield stores


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Core, our extension, and every extension whose schema is in ../shared/schemas."""
    return Validator(extension_schemas())


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """sample("cnes/…") -> the bytes of a recorded answer."""
    return lambda path: shared(f"samples/{path}").read_bytes()


Opener = Callable[[], Index]


@contextmanager
def _stores(request: pytest.FixtureRequest, folder: Path) -> Iterator[Opener]:
    """Opens a new store, each time anew; everything is closed, and removed, at the end."""
    with ExitStack() as opened:
        if request.param == "sqlite":
            yield lambda: opened.enter_context(SqliteIndex.open(folder / "index.sqlite"))
            return
        stores: Stores = request.getfixturevalue("elastic_stores")
        # Tests of the cluster's own ways look at indices, and spoil them.
        prefix = opened.enter_context(stores.fresh() if "elastic" in request.node.path.parts else stores.empty())
        yield lambda: opened.enter_context(ElasticIndex.open(stores.url, prefix=prefix))


@pytest.fixture(params=STORES)
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's store, each time anew: for what must outlive a connection."""
    with _stores(request, tmp_path) as opener:
        yield opener


@pytest.fixture
def index(open_index: Opener) -> Index:
    """A new, empty store of each kind."""
    return open_index()


@pytest.fixture(params=STORES)
def open_index_twice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Index]]:
    """Two empty stores of a kind, to compare what ends up in them."""
    with _stores(request, tmp_path_factory.mktemp("one")) as one, _stores(request, tmp_path_factory.mktemp("other")) as other:
        yield one(), other()


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """As `index`, one for all tests of a module."""
    with _stores(request, tmp_path_factory.mktemp("store")) as opener:
        yield opener()
