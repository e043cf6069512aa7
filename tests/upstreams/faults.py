"""Faults on demand: an ASGI layer that spoils chosen answers the way archives do, and a log of what was asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import wires
from .rules import Action, Faults, Rule, Seen
from .spoil_bytes import HTML, bomb, damaged, is_xml, with_entity
from .spoil_json import JsonPage
from .spoil_xml import XmlPage

__all__ = ["Action", "FaultLayer", "Faults", "Rule", "Seen"]

_THREE_YEARS = 3 * 365 * 86_400.0
_BYTES = {"invalid": damaged, "bomb": bomb, "entity": with_entity}


class _Answer:
    """An answer held back until it is complete, so that it can be spoilt."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, [(b"content-type", b"application/json")], b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    @property
    def head(self) -> Message:
        length = (b"content-length", str(len(self.body)).encode())
        return {"type": "http.response.start", "status": self.status, "headers": [*self.others(b"content-length"), length]}

    def others(self, name: bytes) -> list[tuple[bytes, bytes]]:
        return [(one, value) for one, value in self.headers if one.lower() != name]

    def call_it(self, kind: bytes) -> None:
        self.headers = [*self.others(b"content-type"), (b"content-type", kind)]

    def refuse(self, rule: Rule) -> None:
        xml = is_xml(self.body)
        self.status, self.body = int(rule.value or 500), b"<error>injected</error>" if xml else b'{"message":"injected"}'
        self.headers = [(b"content-type", b"application/xml" if xml else b"application/json")]
        if rule.retry_after is not None:
            self.headers.append((b"retry-after", str(rule.retry_after).encode()))

    def move_clock(self, step: timedelta) -> None:
        changed = dict(self.headers).get(b"last-modified")
        if changed is not None:
            moved = format_datetime(parsedate_to_datetime(changed.decode()) + step, usegmt=True)
            self.headers = [*self.others(b"last-modified"), (b"last-modified", moved.encode())]
        date = format_datetime(datetime.now(UTC) + step, usegmt=True)
        self.headers = [*self.others(b"date"), (b"date", date.encode())]


class FaultLayer:
    """Around the whole application; paths below /_control are left alone and not logged."""

    def __init__(self, app: ASGIApp, faults: Faults, log: list[Seen]) -> None:
        self._app, self._faults, self._log = app, faults, log

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
        page = _page(held.body)
        for rule in rules:
            if rule.action == "slow":
                await asyncio.sleep(rule.value or 1.0)
            elif page is not None and self._change(page, rule, seen, f"{scope['scheme']}://{host}{seen.path}"):
                held.body = page.to_bytes()
            _spoil(held, rule)
        if page is not None and page.size:
            self._faults.before[seen.path] = page
        await _sent(held, rules, receive, send)

    def _change(self, page: Any, rule: Rule, seen: Seen, url: str) -> bool:
        """Spoils a page of records; False for a fault that is none of records."""
        before = self._faults.before.get(seen.path)
        before = before if type(before) is type(page) else None
        match rule.action:
            case "repeat":
                if before is not None:
                    page.repeat(before)
            case "past_end":
                page.past_end(before, seen)
            case "stuck_token":
                page.stick(seen, url)
            case "malformed":
                page.malform()
            case "huge":
                page.pad(rule.value or 10)
            case "wrong_total":
                page.miscount(int(rule.value or 7))
            case "duplicate":
                page.duplicate()
            case "empty":
                page.empty()
            case "double":
                page.double()
            case "skew":
                page.skew(rule.value or _THREE_YEARS)
            case _:
                return False
        return True


def _page(body: bytes) -> JsonPage | XmlPage | None:
    """A page of records, None for any other answer."""
    return XmlPage.of(body) if is_xml(body) else JsonPage.of(body)


def _spoil(held: _Answer, rule: Rule) -> None:
    """Faults of any answer's status, headers and bytes."""
    if rule.action == "status":
        held.refuse(rule)
    elif rule.action == "html":
        held.status, held.body = 200, HTML
        held.headers = [(b"content-type", b"text/html; charset=utf-8")]
    elif rule.action == "content_type":
        held.call_it(b"text/html; charset=utf-8")
    elif rule.action == "skew":
        held.move_clock(timedelta(seconds=rule.value or _THREE_YEARS))
    elif rule.action in _BYTES:
        held.body = _BYTES[rule.action](held.body)


async def _sent(held: _Answer, rules: list[Rule], receive: Receive, send: Send) -> None:
    chosen = {rule.action: rule for rule in rules}
    if "skew" in chosen:
        wires.without_date(send)
    if "cut" in chosen:
        await wires.cut(send, held.head, held.body)
    elif "reset" in chosen:
        await wires.reset(send, held.head, held.body)
    elif "endless" in chosen:
        await wires.endless(receive, send, held.head, held.body)
    elif "drip" in chosen:
        await wires.drip(receive, send, held.head, held.body, chosen["drip"].value or 1.0)
    else:
        await send(held.head)
        await send({"type": "http.response.body", "body": held.body, "more_body": False})


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
