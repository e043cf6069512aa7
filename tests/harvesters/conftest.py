"""Fixtures of the harvesters' tests."""

from collections.abc import Iterator

import pytest

from harvesters.http import Fetcher
from tests.harvesters.support import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    with clock.fetcher() as opened:
        yield opened
