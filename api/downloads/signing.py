"""Signing: an address of a file in a closed store, made usable for a while by the service of the store's archive."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import httpx
import orjson

Clock = Callable[[], float]
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_LONGEST = 8192
_USUAL_WAIT, _LONGEST_WAIT = 30, 3600


class SignerUnavailable(Exception):
    """Nothing was signed; the message says why, without any address that was signed. `retry_after` in seconds."""

    def __init__(self, reason: str, retry_after: int = _USUAL_WAIT) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Signer(Protocol):
    """Signs addresses of one archive's store."""

    def signs(self, href: str) -> bool:
        """Whether the address may be shown to this service at all."""

    def sign(self, href: str) -> str:
        """The same address with a signature. Raises SignerUnavailable."""


@dataclass(frozen=True)
class SignerSettings:
    """`url` of the service's sign_urls (https, or http on this machine); `hosts` whose addresses, and those of the hosts below them, it
    may sign; its keys; how long a signature lasts and how long an answer may take, in seconds; how many are asked for at the same time.
    """

    url: str
    hosts: tuple[str, ...]
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    lasting: int = 3600
    timeout: float = 10
    max_bytes: int = 65_536
    at_once: int = 8

    def __post_init__(self) -> None:
        """Raises ValueError, naming the setting."""
        parts = urlsplit(self.url)
        if parts.username or parts.password or not parts.hostname:
            raise ValueError("url: an https address with a host, without user and password")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("url: https, for keys are sent to it")
        if not self.hosts or not all(host and host == host.lower().strip(". /:") for host in self.hosts):
            raise ValueError("hosts: names of hosts, lower case, at least one")
        if not all(key and key.isascii() and key.isprintable() and key == key.strip() for key in (self.access_key, self.secret_key)):
            raise ValueError("access_key, secret_key: both are needed, as printable ASCII")
        if self.lasting < 1 or self.timeout <= 0 or self.max_bytes < 1 or self.at_once < 1:
            raise ValueError("lasting, timeout, max_bytes, at_once: above 0")


class SignUrls:
    """The service of the Maison de la Télédétection: POST sign_urls {urls, duration_seconds} answers {expiry, hrefs: {url: signed}}."""

    def __init__(self, settings: SignerSettings, client: httpx.Client, clock: Clock = time.monotonic) -> None:
        self._settings, self._client, self._clock = settings, client, clock
        self._free = BoundedSemaphore(settings.at_once)

    def signs(self, href: str) -> bool:
        """As Signer.signs: an https address of one of the hosts."""
        try:
            parts = urlsplit(href)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        named = any(host == one or host.endswith(f".{one}") for one in self._settings.hosts)
        return parts.scheme == "https" and named and port in (None, 443) and "@" not in parts.netloc

    def sign(self, href: str) -> str:
        """As Signer.sign. One that would have to wait for others is refused at once: a slow service must not hold up the API."""
        if not self.signs(href):
            raise SignerUnavailable("not an address of a host that this service may sign")
        if not self._free.acquire(blocking=False):
            raise SignerUnavailable("as many signatures are asked for as may be at the same time", 2)
        try:
            signed = _signed(self._ask(href), href)
        except httpx.HTTPError as error:
            raise SignerUnavailable(f"no answer: {type(error).__name__}") from None
        finally:
            self._free.release()
        if not _is_same(href, signed):
            raise SignerUnavailable("the answer is another address than the one asked for")
        return signed

    def _ask(self, href: str) -> bytes:
        settings = self._settings
        until = self._clock() + settings.timeout
        # Nothing compressed: what it would unfold to is not known before.
        headers = {"access-key": settings.access_key, "secret-key": settings.secret_key, "Accept-Encoding": "identity"}
        body = {"urls": [href], "duration_seconds": settings.lasting}
        with self._client.stream("POST", settings.url, json=body, headers=headers, timeout=settings.timeout) as answer:
            if answer.status_code != 200:
                raise SignerUnavailable(f"status {answer.status_code}", _wait(answer.headers.get("retry-after")))
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise SignerUnavailable("a compressed answer, which was not asked for")
            return self._read(answer, until)

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        read = bytearray()
        for part in answer.iter_raw():
            read += part
            if len(read) > self._settings.max_bytes:
                raise SignerUnavailable(f"an answer of more than {self._settings.max_bytes} bytes")
            if self._clock() > until:
                raise SignerUnavailable(f"an answer that took more than {self._settings.timeout:g} s")
        return bytes(read)


@contextmanager
def open_signers(settings: Mapping[str, SignerSettings]) -> Iterator[dict[str, Signer]]:
    """Signers by the name of the `auth:schemes` entry that assets refer to; asks nobody. Redirections are not followed: keys go where
    the settings say, and nowhere else."""
    with ExitStack() as opened:
        yield {
            name: SignUrls(one, opened.enter_context(httpx.Client(follow_redirects=False, trust_env=False)))
            for name, one in settings.items()
        }


def _signed(body: bytes, href: str) -> str:
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise SignerUnavailable("an answer that is not JSON") from None
    hrefs = answer.get("hrefs") if isinstance(answer, dict) else None
    found = hrefs.get(href) if isinstance(hrefs, dict) else None
    if not isinstance(found, str):
        raise SignerUnavailable("an answer without the address that was asked for")
    return found


def _is_same(asked: str, signed: str) -> bool:
    """Whether the signed address leads to the same file: only the query may differ, and how the path is escaped."""
    if len(signed) > _LONGEST or not signed.isascii() or not signed.isprintable() or any(one in signed for one in ' "<>\\^`{|}'):
        return False
    try:
        one, other = urlsplit(asked), urlsplit(signed)
        places = [(parts.scheme, parts.netloc.lower().removesuffix(":443")) for parts in (one, other)]
    except ValueError:
        return False
    segments = [[unquote(part) for part in parts.path.split("/")] for parts in (one, other)]
    return places[0] == places[1] and segments[0] == segments[1] and not other.fragment and not {".", ".."} & set(segments[1])


def _wait(told: str | None) -> int:
    """Seconds of a Retry-After; a date or nothing is the usual wait."""
    seconds = int(told) if told and told.isascii() and told.isdigit() and len(told) < 10 else _USUAL_WAIT
    return max(1, min(seconds, _LONGEST_WAIT))
