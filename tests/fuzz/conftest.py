"""The application over the hostile tests' world, once for all of them."""

from collections.abc import Iterator

import pytest

from api.app import Offer, create_app
from index.sqlite import SqliteIndex
from tests.access.world import access
from tests.fuzz.asking import Asked
from tests.fuzz.world import fill_all


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """As anonymous."""
    with SqliteIndex.open(tmp_path_factory.mktemp("fuzz") / "index.sqlite") as index:
        fill_all(index)
        anybody = Asked(create_app(index, Offer(access())))
        # What is made at the first request is not the cost of a hostile one.
        assert all(anybody.get(path).status == 200 for path in ("/search", "/collections", "/queryables"))
        yield anybody


@pytest.fixture(scope="session")
def member(asked: Asked) -> Asked:
    """With a key."""
    return Asked(asked.app, ((b"x-api-key", b"scientist"),))
