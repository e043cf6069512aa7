"""Tokens: the bearer token of OneAtlas, asked with an API key (Airbus report §1.1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from harvesters.errors import Misconfigured, Retry
from harvesters.http import Fetcher, Query

_PATH = "/auth/realms/IDP/protocol/openid-connect/token"


class Tokens:
    """One token at a time, kept for half its life. There is no refresh token: a new one is asked."""

    def __init__(self, fetcher: Fetcher, auth_url: str, api_key: str | None, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._url = auth_url.rstrip("/") + _PATH
        self._api_key = api_key
        self._now = now
        self._token: str | None = None
        self._until: datetime | None = None

    def headers(self) -> dict[str, str]:
        """The Authorization header; none without a key. Raises Misconfigured for a key that is refused."""
        if not self._api_key:
            return {}
        if self._token is None or self._until is None or self._now() >= self._until:
            form = {"apikey": self._api_key, "grant_type": "api_key", "client_id": "IDP"}
            try:
                answer = self._fetcher.fetch_json("POST", self._url, data=form, check=_check)
            except Misconfigured as error:
                raise Misconfigured(f"{error} (the api_key is wrong or no longer valid)") from None
            self._token = answer["access_token"]
            self._until = self._now() + timedelta(seconds=answer["expires_in"] / 2)
        return {"Authorization": f"Bearer {self._token}"}

    def ask(
        self, method: str, url: str, *, params: Query | None = None, json: Any = None, check: Callable[[dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        """The JSON object of a good answer to a request that carries the token. Raises StopSource and Misconfigured."""
        headers = self.headers()
        try:
            return self._fetcher.fetch_json(method, url, params=params, json=json, headers=headers, check=check)
        except Misconfigured:
            # A token may end before its time: once a new one, then it is the key.
            if not headers:
                raise
        self._token = None
        return self._fetcher.fetch_json(method, url, params=params, json=json, headers=self.headers(), check=check)


def _check(answer: dict[str, Any]) -> None:
    # Never quoted: it holds the token.
    if not isinstance(answer.get("access_token"), str) or not isinstance(answer.get("expires_in"), int | float):
        raise Retry("OneAtlas: an answer without access_token and expires_in")
