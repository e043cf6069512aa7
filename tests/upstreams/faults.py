"""Faults on demand: an ASGI layer that spoils chosen answers the way archives do, and a log of what was asked."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, NamedTuple, cast, get_args

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Action = Literal["status", "cut", "repeat", "stuck_token", "malformed", "huge", "slow", "html", "wrong_total"]
_HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Service unavailable</h1></body></html>"


@dataclass(frozen=True)
class Rule:
    """What happens to the nth (1-based; empty: every) request whose path matches.

    `value`: the status, the seconds of a slow answer, the megabytes of a huge feature (10), or how much a total is off (7).
    """

    path: str
    action: Action
    nth: tuple[int, ...] = ()
    value: float | None = None
    retry_after: int | None = None

    def __post_init__(self) -> None:
        re.compile(self.path)
        if self.action not in get_args(Action):
            raise ValueError(f"unknown fault {self.action!r}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rule:
        """A rule out of JSON; `nth` may be one number or a list. Raises TypeError, ValueError or KeyError."""
        nth = given.get("nth", ())
        numbers = (nth,) if isinstance(nth, int) else tuple(nth)
        return cls(given["path"], given["action"], numbers, given.get("value"), given.get("retry_after"))


class Seen(NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    query: str
    body: str


class Faults:
    """The rules in force, and how often each one's path was asked."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._lock = Lock()
        self._rules = list(rules)
        self._asked: dict[int, int] = defaultdict(int)

    def add(self, *rules: Rule) -> None:
        with self._lock:
            self._rules += rules

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._asked.clear()

    def due(self, path: str) -> list[Rule]:
        """The rules that spoil this request; counts it for every rule whose path matches."""
        found = []
        with self._lock:
            for number, rule in enumerate(self._rules):
                if re.search(rule.path, path):
                    self._asked[number] += 1
                    if not rule.nth or self._asked[number] in rule.nth:
                        found.append(rule)
        return found

    def watches(self, path: str) -> bool:
        """Whether a rule will need the answer that comes before the one it spoils."""
        with self._lock:
            return any(rule.action == "repeat" and re.search(rule.path, path) for rule in self._rules)


class _Answer:
    """An answer held back until it is complete, so that it can be spoilt."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, [(b"content-type", b"application/json")], b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def head(self, length: int) -> Message:
        kept = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        return {"type": "http.response.start", "status": self.status, "headers": [*kept, (b"content-length", str(length).encode())]}


def _repeat(page: dict[str, Any], before: dict[str, Any] | None) -> None:
    if before is not None:
        page["features"] = before["features"]


def _stick(page: dict[str, Any], seen: Seen, url: str) -> None:
    for link in page.get("links", []):
        if link.get("rel") == "next":
            link["href"] = f"{url}?{seen.query}" if seen.query else url
            if "body" in link:
                link["body"] = orjson.loads(seen.body or "{}")


def _malform(page: dict[str, Any]) -> None:
    features = page.get("features") or []
    if features:
        broken = features[len(features) // 2]
        broken.pop("id", None)
        broken["geometry"] = "POINT (0 0)"
        for name in ("id", "acquisitionIdentifier", "identifier", "productIdentifier"):
            broken["properties"].pop(name, None)


def _pad(page: dict[str, Any], megabytes: float) -> None:
    for feature in (page.get("features") or [])[:1]:
        feature["properties"]["padding"] = "x" * int(megabytes * 1_000_000)


def _miscount(page: dict[str, Any], off: int) -> None:
    for holder in (page, page.get("context") or {}, page.get("properties") or {}):
        for name in ("totalResults", "numberMatched", "matched"):
            if isinstance(holder.get(name), int):
                holder[name] += off


class FaultLayer:
    """Around the whole application; paths below /_control are left alone and not logged."""

    def __init__(self, app: ASGIApp, faults: Faults, log: list[Seen]) -> None:
        self._app, self._faults, self._log = app, faults, log
        self._before: dict[str, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        seen = Seen(scope["method"], scope["path"], scope["query_string"].decode(), body.decode("utf-8", "replace"))
        self._log.append(seen)

        async def replayed() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        rules = self._faults.due(seen.path)
        if not rules and not self._faults.watches(seen.path):
            await self._app(scope, replayed, send)
            return
        held = _Answer()
        await self._app(scope, replayed, held.send)
        host = dict(scope["headers"]).get(b"host", b"").decode()
        await self._spoilt(held, rules, seen, f"{scope['scheme']}://{host}{seen.path}", send)

    async def _spoilt(self, held: _Answer, rules: list[Rule], seen: Seen, url: str, send: Send) -> None:
        page = _page(held)
        for rule in rules:
            if rule.action == "slow":
                await asyncio.sleep(rule.value or 1.0)
            elif rule.action == "status":
                held.status, held.body = int(rule.value or 500), b'{"message":"injected"}'
                held.headers = [(b"content-type", b"application/json")]
                if rule.retry_after is not None:
                    held.headers.append((b"retry-after", str(rule.retry_after).encode()))
            elif rule.action == "html":
                held.status, held.body, held.headers = 200, _HTML, [(b"content-type", b"text/html; charset=utf-8")]
            elif rule.action != "cut" and page is not None:
                self._change(page, rule, seen, url)
                held.body = orjson.dumps(page)
        if page is not None:
            self._before[seen.path] = page
        await send(held.head(len(held.body)))
        if any(rule.action == "cut" for rule in rules):
            # Returning before the announced length is sent makes the server close the connection.
            await send({"type": "http.response.body", "body": held.body[: len(held.body) // 2], "more_body": True})
            return
        await send({"type": "http.response.body", "body": held.body, "more_body": False})

    def _change(self, page: dict[str, Any], rule: Rule, seen: Seen, url: str) -> None:
        if rule.action == "repeat":
            _repeat(page, self._before.get(seen.path))
        elif rule.action == "stuck_token":
            _stick(page, seen, url)
        elif rule.action == "malformed":
            _malform(page)
        elif rule.action == "huge":
            _pad(page, rule.value or 10)
        elif rule.action == "wrong_total":
            _miscount(page, int(rule.value or 7))


def _page(held: _Answer) -> dict[str, Any] | None:
    """A page of features, None for any other answer."""
    try:
        found = orjson.loads(held.body)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) and "features" in found else None


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
