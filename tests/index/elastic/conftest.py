"""One store on the cluster of the session, removed afterwards."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.answers import Verbatim
from index.elastic.store import Store
from tests.support import elasticsearch


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    elasticsearch.remove(elasticsearch_url, name)


@pytest.fixture
def index(elasticsearch_url: str, prefix: str) -> Iterator[ElasticIndex]:
    with ElasticIndex.open(elasticsearch_url, prefix=prefix) as opened:
        yield opened


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[Store]:
    with Elasticsearch(elasticsearch_url, serializer=Verbatim()) as opened:
        yield Store(opened, "test", 30)
