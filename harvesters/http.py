"""Fetcher: every request to an archive, with its time-outs, size limit, rate and retries (HTTP/1.1 by httpx)."""

import logging
import random
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import orjson
import stamina

from harvesters.errors import Misconfigured, Retry, StopSource
from harvesters.response import Response, classify, decode, place, short

__all__ = ["Fetcher", "HttpPolicy", "Response", "classify"]

LOGGER = logging.getLogger(__name__)
Query = Mapping[str, str | int | float | bool | None]
T = TypeVar("T")
_SECRET_HEADERS = ("authorization", "x-api-key", "access-key", "secret-key")


@dataclass(frozen=True)
class HttpPolicy:
    """How one archive is asked. Times in seconds: `timeout` for a whole answer, `read_timeout` between two pieces of it.

    `max_bytes` limits an answer, compressed and not. Between two of the `attempts` it waits from `backoff`, doubled each time, to
    `backoff_max`, or what Retry-After says; longer than `retry_after_max` ends the run instead.
    """

    timeout: float = 120.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    max_bytes: int = 64 * 2**20
    attempts: int = 5
    backoff: float = 1.0
    backoff_max: float = 60.0
    retry_after_max: float = 300.0
    requests_per_second: float = 5.0
    user_agent: str = "Moisson/0.1 (catalogue harvester)"
    ca_file: Path | None = None


def _now() -> datetime:
    return datetime.now(UTC)


class Fetcher:
    """Asks one archive, one request at a time; a context manager. `setting` names what to look at when access is refused."""

    def __init__(
        self,
        policy: HttpPolicy,
        *,
        setting: str = "the credentials",
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.policy = policy
        self._setting = setting
        self._sleep, self._clock, self._now = sleep, clock, now
        self._client: httpx.Client | None = None
        self._free_at = 0.0

    def __enter__(self) -> Self:
        policy = self.policy
        try:
            trusted = ssl.create_default_context(cafile=policy.ca_file) if policy.ca_file else True
        except OSError as error:
            raise Misconfigured(f"ca_file: {policy.ca_file}: {error.strerror or error}") from None
        self._client = httpx.Client(
            timeout=httpx.Timeout(min(policy.read_timeout, policy.timeout), connect=policy.connect_timeout),
            # Only gzip: its output can be limited while it is unpacked.
            headers={"User-Agent": policy.user_agent, "Accept-Encoding": "gzip"},
            verify=trusted,
            follow_redirects=False,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def fetch(
        self,
        method: str,
        url: str,
        *,
        params: Query | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A good answer. Raises StopSource after the last attempt, and Misconfigured when access is refused."""
        request = self._request(method, url, params, json, data, headers)
        return self._retried(request, lambda response: response)

    def fetch_json(
        self,
        method: str,
        url: str,
        *,
        params: Query | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        check: Callable[[dict[str, Any]], None] | None = None,
    ) -> dict[str, Any]:
        """The JSON object of a good answer; `check` may raise Retry for one that is not what the archive gives on a good day."""
        request = self._request(method, url, params, json, data, headers)

        def read(response: Response) -> dict[str, Any]:
            document = decode(response)
            if check is not None:
                check(document)
            return document

        return self._retried(request, read)

    def _request(
        self, method: str, url: str, params: Query | None, json: Any, data: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> httpx.Request:
        if self._client is None:
            raise RuntimeError("a Fetcher is used inside `with`")
        given = dict(headers or {})
        content = None if json is None else orjson.dumps(json)
        if content is not None:
            given.setdefault("Content-Type", "application/json")
        try:
            return self._client.build_request(method, url, params=params, content=content, data=data, headers=given)
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise Misconfigured(f"{place(url)} is not an address that can be asked, or {self._setting} cannot be sent") from None

    def _retried(self, request: httpx.Request, read: Callable[[Response], T]) -> T:
        policy, failures = self.policy, 0

        def again(error: Exception) -> bool | float:
            nonlocal failures
            failures += 1
            if not isinstance(error, Retry) or failures >= policy.attempts or (error.after or 0.0) > policy.retry_after_max:
                return False
            delay = error.after
            if delay is None:
                # A random half, so that several schedulers do not come back together.
                delay = min(policy.backoff_max, policy.backoff * 2 ** (failures - 1)) * random.uniform(0.5, 1.0)
            LOGGER.info("waiting %.1f s before attempt %d of %d: %s", delay, failures + 1, policy.attempts, error)
            self._sleep(delay)
            # Slept here, for stamina's own sleep cannot be injected: it waits no further.
            return 0.0

        try:
            return stamina.RetryingCaller(attempts=policy.attempts, timeout=None)(again, lambda: read(self._exchange(request)))
        except Retry as error:
            if error.after is not None and error.after > policy.retry_after_max:
                raise StopSource(f"{error}; it asks to wait {error.after:.0f} s, longer than {policy.retry_after_max:.0f} s") from None
            raise StopSource(f"{error}; gave up after {failures} attempts") from None

    def _exchange(self, request: httpx.Request) -> Response:
        """One request and its whole answer. Raises any HarvestError."""
        assert self._client is not None
        self._keep_rate()
        where = place(str(request.url))
        deadline = self._clock() + self.policy.timeout
        try:
            answer = self._client.send(request, stream=True)
            try:
                body = self._body(answer, deadline, where)
            finally:
                answer.close()
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            # The message of the latter quotes headers, which hold credentials.
            raise Misconfigured(f"{where}: the address or {self._setting} cannot be sent over HTTP") from None
        except httpx.TimeoutException as error:
            raise Retry(f"{where}: {type(error).__name__}") from None
        except httpx.TransportError as error:
            raise Retry(f"{where}: {type(error).__name__}: {short(str(error))}") from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        response = Response(answer.status_code, headers, body, str(request.url))
        verdict = classify(response, now=self._now(), setting=self._setting)
        if verdict is not None:
            raise self._without_secrets(verdict, request)
        return response

    def _body(self, answer: httpx.Response, deadline: float, where: str) -> bytes:
        """The decompressed body, counted while it comes in."""
        limit, length = self.policy.max_bytes, answer.headers.get("content-length", "")
        too_big = StopSource(f"{where}: the answer exceeds the limit of {limit} bytes: ask for smaller pages, or raise max_bytes")
        if length.isdigit() and int(length) > limit:
            raise too_big
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise StopSource(f"{where}: the answer comes as {encoding[:20]!r}, which was not asked for")
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
        body, received = bytearray(), 0
        for chunk in answer.iter_raw():
            received += len(chunk)
            try:
                body += unpack.decompress(chunk, limit - len(body) + 1) if unpack else chunk
            except zlib.error as error:
                raise Retry(f"{where}: the compressed answer is damaged: {error}") from None
            if len(body) > limit or received > limit:
                raise too_big
            if self._clock() > deadline:
                raise Retry(f"{where}: no complete answer within {self.policy.timeout:.0f} s")
        if (length.isdigit() and received < int(length)) or (unpack and received and not unpack.eof):
            raise Retry(f"{where}: the answer was cut off after {received} bytes")
        return bytes(body)

    def _keep_rate(self) -> None:
        wait = self._free_at - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free_at = max(self._clock(), self._free_at) + 1 / self.policy.requests_per_second

    @staticmethod
    def _without_secrets(error: Exception, request: httpx.Request) -> Exception:
        """An archive may quote the key it refuses: what the request sent as a secret is cut out of the message."""
        secrets = [word for name in _SECRET_HEADERS for word in request.headers.get(name, "").split()]
        if "form" in request.headers.get("content-type", ""):
            secrets += [value for _, value in httpx.QueryParams(request.content.decode()).multi_items()]
        text = str(error)
        for secret in secrets:
            # Shorter ones are words such as "Bearer" and "IDP".
            text = text.replace(secret, "…") if len(secret) > 7 else text
        error.args = (text,)
        return error
