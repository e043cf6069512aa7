"""The last use of a key: written now and then, beside the request."""

from collections.abc import Callable
from typing import Any

import pytest

from api.identity.identify import IdentitySettings, build_identify
from api.identity.keys import ApiKey
from api.identity.store import KEY, change, read_all
from index.protocol import Index
from tests.api.identity.key_parts import Counting, give_key
from tests.api.identity.parts import Clock, bearer, identify_by


def test_the_last_use_is_written_at_most_once_an_hour(lite: Index, clock: Clock) -> None:
    text, key = give_key(lite, clock)
    counting: Any = Counting(lite)
    identify, first = identify_by(counting, clock), clock()
    for _ in range(59):
        identify(bearer(text))
        clock.on(minutes=1)
    assert counting.writes == 1
    assert read_all(lite, KEY, ApiKey)[key.id].used == first
    clock.on(minutes=1)
    identify(bearer(text))
    assert counting.writes == 2
    # Another server finds it written already.
    again: Any = Counting(lite)
    identify_by(again, clock)(bearer(text))
    assert again.writes == 0


def test_a_last_use_that_cannot_be_written_fails_no_request(lite: Index, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    text, key = give_key(lite, clock)
    counting: Any = Counting(lite)
    counting.broken = True
    identify = identify_by(counting, clock)
    assert [identify(bearer(text)).organisation for _ in range(3)] == ["ign"] * 3
    assert counting.writes == 1
    assert key.id in caplog.text
    assert text not in caplog.text


def test_a_use_never_brings_a_revoked_key_back(lite: Index, clock: Clock) -> None:
    text, key = give_key(lite, clock)
    left: list[Callable[[], None]] = []
    identify = build_identify(IdentitySettings(), lite, clock, later=left.append)
    identify(bearer(text))
    change(lite, KEY, key.id, ApiKey, lambda kept: kept and kept.model_copy(update={"revoked": clock()}))
    left[0]()
    assert read_all(lite, KEY, ApiKey)[key.id].revoked == clock()
