"""`index`: a new, empty store of each kind. What passes with both defines Index."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from index.document import Document
from index.protocol import Index
from tests.index.helpers import batch
from tests.support import elasticsearch
from tests.support.elasticsearch import elasticsearch_url

__all__ = ["elasticsearch_url"]

Opener = Callable[[], Index]


@pytest.fixture(params=["sqlite", "elastic"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the test's store, each time anew; everything is closed at the end."""
    with ExitStack() as opened:
        if request.param == "sqlite":
            from index.sqlite import SqliteIndex

            yield lambda: opened.enter_context(SqliteIndex.open(tmp_path / "index.sqlite"))
            return
        from index.elastic import ElasticIndex

        url, prefix = request.getfixturevalue("elasticsearch_url"), f"test-{uuid4().hex}"
        opened.callback(elasticsearch.remove, url, prefix)
        yield lambda: opened.enter_context(ElasticIndex.open(url, prefix=prefix))


@pytest.fixture
def index(open_index: Opener) -> Index:
    return open_index()


@pytest.fixture
def put(index: Index) -> Callable[..., None]:
    """put(documents…): they are found from here on."""

    def apply(*documents: Document | Sequence[Document]) -> None:
        flat = [one for given in documents for one in ([given] if isinstance(given, Document) else given)]
        index.apply(batch(items=flat))
        index.refresh()

    return apply
