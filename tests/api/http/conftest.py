"""A catalogue of a few images over real HTTP; who sends X-API-Key is a member."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import Request

from api.access import Access
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.policy import Policy
from tests.index.helpers import batch
from tests.support.items import make_document
from tests.support.serving import MEMBER, serving

ITEM = "/collections/c/items/a"


def by_key(request: Request) -> Asker:
    return MEMBER if "x-api-key" in request.headers else ANONYMOUS


@pytest.fixture(scope="package")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path_factory.mktemp("http") / "index.sqlite") as opened:
        documents = [make_document("a", "c", title="é" * 500), make_document("held/1", "d", availability="held")]
        opened.apply(batch(items=[*documents, *(make_document(f"n{n}", "many", title="t" * 4000) for n in range(50))]))
        opened.refresh()
        yield opened


@pytest.fixture(scope="package")
def api(index: Index) -> Iterator[httpx.Client]:
    with serving(index, access=Access(Policy(), by_key)) as base, httpx.Client(base_url=base, headers={"Accept-Encoding": ""}) as client:
        yield client
