"""The API as one class of user asks it."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.access.world import GONE, THINGS, Thing, is_found, policy

TABLE = policy().table


ABSENT = Thing("Item-that-never-was.", "col-that-never-was", "test", "open", "copernicus")


class Asked:
    """The API as one class of user asks it. Every answer is searched for what that class does not discover."""

    def __init__(self, base: str, one: str, client: httpx.Client) -> None:
        self.base = base
        self.one = one
        self._client = client
        self.found = {thing for thing in THINGS if is_found(one, thing, TABLE)}
        self.hidden = [*(set(THINGS) - self.found), GONE]

    def send(self, method: str, path: str, echo: str = "", **more: Any) -> httpx.Response:
        """`echo` are the words that the request itself names: an answer may repeat them."""
        headers = {} if self.one == "anonymous" else {"X-API-Key": self.one}
        answer = self._client.request(method, f"{self.base}{path}", headers={**headers, **more.pop("headers", {})}, **more)
        text = answer.text + str(answer.headers)
        for word in echo.split():
            text = text.replace(word, "")
        for thing in self.hidden:
            assert thing.id not in text, (self.one, method, path, thing)
            if thing is not GONE:
                assert thing.collection not in text, (self.one, method, path, thing)
        return answer

    def get(self, path: str, echo: str = "", **params: Any) -> httpx.Response:
        return self.send("GET", path, echo, params=params or None)


def same_as_absent(asked: Asked, path: Callable[[Thing], str], thing: Thing, **more: Any) -> None:
    """An Item that is hidden is answered as one that is not there, word for word."""
    hidden = asked.send("GET", path(thing), thing.id, **more)
    absent = asked.send("GET", path(ABSENT), ABSENT.id, **more)
    assert hidden.status_code == absent.status_code
    assert hidden.text.replace(thing.collection, "C").replace(thing.id, "I") == absent.text.replace(ABSENT.collection, "C").replace(
        ABSENT.id, "I"
    )
