"""The page for partners: what it tells them to ask is answered, to a key and without one."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from index.sqlite import SqliteIndex
from mappings.access.asker import ANONYMOUS
from tests.api.catalogue.world import fill
from tests.support.serving import MEMBER, asking, serving

PAGE = (Path(__file__).resolve().parent.parent / "docs/federation.md").read_text()
ADDRESSES = re.findall(r"'http://127\.0\.0\.1:8080(/[^']+)'", PAGE)


@pytest.fixture(scope="module", params=[MEMBER, ANONYMOUS], ids=["member", "visitor"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with SqliteIndex.open(tmp_path_factory.mktemp("page") / "index.sqlite") as index:
        fill(index)
        with serving(index, access=asking(request.param)) as base, httpx.Client(base_url=base, timeout=30) as client:
            yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_of_the_page_gives_something(api: httpx.Client, address: str) -> None:
    answer = api.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.content
    assert b"<error" not in answer.content


def test_the_page_names_every_way() -> None:
    assert {address.partition("?")[0] for address in ADDRESSES} == {"/changes", "/oai", "/ogc/collections/moisson/items", "/export"}
    for command in ("moisson follow", "moisson export --format catalogue", "stac-client search"):
        assert command in PAGE
