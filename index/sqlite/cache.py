"""Cache: the latest answers of one kind, so that the pages of one query count once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Generic, TypeVar

from index.query import Query

_CACHED = 256
_T = TypeVar("_T")


class Cache(Generic[_T]):
    """Answers by query and by the state of the file."""

    def __init__(self, most: int = _CACHED) -> None:
        self._most = most
        self._answers: OrderedDict[tuple[Query, Hashable], _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, query: Query, state: Hashable, compute: Callable[[], _T]) -> _T:
        """The answer as of this state; `compute` must see that very state of the file."""
        known = self.known(query, state)
        if known is not None:
            return known
        answer = compute()
        self.learn(query, state, answer)
        return answer

    def known(self, query: Query, state: Hashable) -> _T | None:
        """The answer as of this state, if it is here."""
        key = _key(query, state)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def learn(self, query: Query, state: Hashable, answer: _T) -> None:
        """Keeps an answer as of this state."""
        with self._lock:
            self._answers[_key(query, state)] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)


def _key(query: Query, state: Hashable) -> tuple[Query, Hashable]:
    return replace(query, limit=0, after=None, sort=()), state
