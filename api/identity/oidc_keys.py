"""The sign-in service's public keys, kept in memory; asked for again when old or when one is unknown, but only so often."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.identity.later import Later, beside
from api.identity.oidc_http import IssuerUnavailable, Send, discover, send

LOGGER = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)
"""How long keys are used without asking again."""
KEPT = timedelta(hours=1)
"""How long they are used when the service does not answer."""
PAUSE = timedelta(seconds=5)
"""The shortest time between two questions, whatever tokens say."""

# Seconds that a request waits for another's question, so that a service that hangs does not take all threads.
_PATIENCE = 2.0
_MOST_KEYS = 100


class KeysUnknown(Exception):
    """Whether a token holds cannot be told now: the sign-in service does not answer."""


@dataclass(frozen=True)
class _Found:
    keys: dict[str | None, dict[str, Any]]
    time: datetime


class SigningKeys:
    """The issuer's keys for signatures, as JWK objects by `kid`."""

    def __init__(self, issuer: str, now: Callable[[], datetime], send: Send = send, later: Later = beside) -> None:
        self._issuer = issuer
        self._now = now
        self._send = send
        self._later = later
        self._found: _Found | None = None
        self._asked: datetime | None = None
        self._failed = False
        self._asking = threading.Lock()

    def key(self, kid: str | None) -> dict[str, Any] | None:
        """The key of this name, the only one where a token names none; None when the issuer has none such. Raises KeysUnknown."""
        now = self._now()
        key = self._known(kid, now)
        if key is None:
            self._ask_again()
            key = self._known(kid, now)
        elif not self._within(FRESH, now) and self._may_ask(now):
            # A service that hangs keeps one request waiting, not every one: a key that it withdrew still ends in FRESH when it answers.
            if self._failed:
                self._later(self._refresh)
            else:
                self._refresh()
            key = self._known(kid, now)
        if key is None and (self._failed or not self._within(KEPT, now)):
            raise KeysUnknown
        return key

    def _ask_again(self) -> None:
        asked = self._asked
        if not self._asking.acquire(timeout=_PATIENCE):
            raise KeysUnknown
        try:
            now = self._now()
            # While this one waited another may have asked.
            if self._asked == asked and self._may_ask(now):
                self._ask(now)
        finally:
            self._asking.release()

    def _refresh(self) -> None:
        if self._asking.acquire(blocking=False):
            try:
                now = self._now()
                if self._may_ask(now):
                    self._ask(now)
            finally:
                self._asking.release()

    def _may_ask(self, now: datetime) -> bool:
        return self._asked is None or not timedelta() <= now - self._asked < PAUSE

    def _ask(self, now: datetime) -> None:
        self._asked = now
        try:
            self._found = _Found(_signing(self._fetch()), now)
            self._failed = False
        except IssuerUnavailable as error:
            self._failed = True
            LOGGER.warning("the sign-in service's keys cannot be read: %s", error)

    def _fetch(self) -> list[Any]:
        url = discover(self._issuer, self._send).get("jwks_uri")
        if url is None:
            raise IssuerUnavailable(f"{self._issuer}: no jwks_uri")
        answer = self._send(url, None)
        keys = answer.body.get("keys")
        if answer.status != 200 or not isinstance(keys, list):
            raise IssuerUnavailable(f"{url}: status {answer.status}, or no keys")
        return keys[:_MOST_KEYS]

    def _within(self, span: timedelta, now: datetime) -> bool:
        # A clock that went back does not keep keys for longer.
        return self._found is not None and -PAUSE <= now - self._found.time < span

    def _known(self, kid: str | None, now: datetime) -> dict[str, Any] | None:
        if self._found is None or not self._within(KEPT, now):
            return None
        keys = self._found.keys
        if kid is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(kid)


def _signing(keys: list[Any]) -> dict[str | None, dict[str, Any]]:
    """Public keys that are not for encryption; a symmetric one among them would be everybody's secret."""
    found: dict[str | None, dict[str, Any]] = {}
    for key in keys:
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig":
            kid = key.get("kid")
            found.setdefault(kid if isinstance(kid, str) else None, key)
    return found
