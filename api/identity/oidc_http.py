"""Requests to the sign-in service (OIDC issuer): small JSON answers, with a time-out and a size limit; its addresses, by discovery."""

import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

_TIMEOUT = httpx.Timeout(5, connect=3)
_MAX_BYTES = 1 << 20
# Seconds for the whole of an answer: the time-out above is for each piece of it.
_LONGEST = 10.0
_ADDRESSES = (
    "jwks_uri",
    "authorization_endpoint",
    "token_endpoint",
    "device_authorization_endpoint",
    "revocation_endpoint",
)


class IssuerUnavailable(Exception):
    """The sign-in service does not answer, or not as OpenID Connect has it; the message says which address and why."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]


Send = Callable[[str, Mapping[str, str] | None], Answer]
"""GET of an address, or POST of a form to it. Raises IssuerUnavailable."""


def send(url: str, form: Mapping[str, str] | None = None) -> Answer:
    """One exchange; redirections are not followed. An answer that is no JSON object counts as none, unless it is an error's or empty."""
    ends = time.monotonic() + _LONGEST
    # Loopback is never asked through a proxy that the environment names.
    try:
        with (
            httpx.Client(timeout=_TIMEOUT, trust_env=not is_loopback(url)) as client,
            client.stream("POST" if form is not None else "GET", url, data=form, headers={"Accept": "application/json"}) as answer,
        ):
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _MAX_BYTES or time.monotonic() > ends:
                    raise IssuerUnavailable(f"{_shown(url)}: the answer is too long, or too slow")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IssuerUnavailable(f"{_shown(url)}: {type(error).__name__}") from None
    return Answer(answer.status_code, _object(bytes(content), url, answer.status_code))


def _object(content: bytes, url: str, status: int) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if isinstance(body, dict):
        return body
    if 200 <= status < 300 and content:
        raise IssuerUnavailable(f"{_shown(url)}: no JSON object")
    return {}


def discover(issuer: str, send: Send = send) -> dict[str, str]:
    """The issuer's addresses by their name in OpenID Connect Discovery 1.0 §4; `issuer` must call itself so. Raises IssuerUnavailable."""
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    answer = send(url, None)
    if answer.status != 200:
        raise IssuerUnavailable(f"{url}: status {answer.status}")
    if answer.body.get("issuer") != issuer:
        raise IssuerUnavailable(f"{url}: another issuer than {issuer}: check access.oidc.issuer, to the letter")
    found = {name: value for name in _ADDRESSES if isinstance(value := answer.body.get(name), str)}
    for name, value in found.items():
        if not is_safe(value):
            raise IssuerUnavailable(f"{url}: {name} is no https address")
    return found


def is_safe(url: str) -> bool:
    """Whether secrets may go there: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and not parts.username and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)))
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether the address is of this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(url: str) -> str:
    return url.split("?", maxsplit=1)[0]
