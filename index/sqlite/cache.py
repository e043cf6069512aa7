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
        # What is found is so whichever page is asked, in whichever order.
        key = replace(query, limit=0, after=None, sort=()), state
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = compute()
        with self._lock:
            self._answers[key] = answer
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer
