"""Fetcher: every request to an archive, with its time-outs, size limit, rate and retries (HTTP/1.1 by httpx)."""

import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpcore
import httpx
import orjson
import stamina
from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from harvesters.body import read_body
from harvesters.errors import HarvestError, Misconfigured, Retry, StopSource
from harvesters.guard import Guard, Resolve, host_of, system_addresses
from harvesters.policy import HttpPolicy
from harvesters.redaction import redact
from harvesters.response import Response, classify, conditions, decode, place, short, skewed, validator_of
from harvesters.transport import Deadline, GuardedBackend, GuardedTransport
from harvesters.xml_answers import decode_xml

__all__ = ["Fetcher", "HttpPolicy", "Response", "classify", "validator_of"]

LOGGER = logging.getLogger(__name__)
Query = Mapping[str, str | int | float | bool | None]
T = TypeVar("T")
_UNSENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError)
_TOO_SLOW = (httpx.TimeoutException, httpcore.TimeoutException)
_BROKEN = (httpx.TransportError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


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
        resolve: Resolve = system_addresses,
    ) -> None:
        self.policy = policy
        self._setting = setting
        self._sleep, self._clock, self._now, self._resolve = sleep, clock, now, resolve
        self._client: httpx.Client | None = None
        self._guard = Guard(policy.hosts, policy.private_hosts)
        self._deadline = Deadline(clock)
        self._free_at = 0.0

    def __enter__(self) -> Self:
        policy = self.policy
        try:
            trusted = ssl.create_default_context(cafile=policy.ca_file) if policy.ca_file else httpx.create_ssl_context()
        except OSError as error:
            raise Misconfigured(f"ca_file: {policy.ca_file}: {error.strerror or error}") from None
        through = host_of(policy.proxy, "proxy") if policy.proxy else None
        proxy = httpx.URL(policy.proxy) if policy.proxy else None
        self._guard = Guard(policy.hosts, policy.private_hosts, through, self._resolve)
        self._client = httpx.Client(
            transport=GuardedTransport(GuardedBackend(self._guard, self._deadline), trusted, proxy),
            timeout=httpx.Timeout(min(policy.read_timeout, policy.timeout), connect=policy.connect_timeout),
            # Only gzip: its output can be limited while it is unpacked.
            headers={"User-Agent": policy.user_agent, "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
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
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        known: str | None = None,
        check: Callable[[Response], object] | None = None,
    ) -> Response:
        """A good answer. Raises StopSource after the last attempt, and Misconfigured when access is refused.

        `known`, from `validator_of` an earlier answer, asks for a newer one only: without one the answer has status 304 and no body.
        `check` may raise Retry or StopSource for any other answer. `content` is sent as it is; its type belongs in `headers`.
        """
        wanted = conditions(known)
        request = self._request(method, url, params, json, data, content, {**(headers or {}), **wanted})

        def read(response: Response) -> Response:
            if check is not None and response.status != 304:
                check(response)
            return response

        return self._retried(request, read, conditional=bool(wanted))

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
        request = self._request(method, url, params, json, data, None, headers)

        def read(response: Response) -> dict[str, Any]:
            document = decode(response)
            if check is not None:
                check(document)
            return document

        return self._retried(request, read)

    def fetch_xml(
        self,
        method: str,
        url: str,
        *,
        params: Query | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        check: Callable[[etree._Element], None] | None = None,
    ) -> tuple[Response, etree._Element]:
        """A good answer and its root element; `content` is XML to send. `check` may raise Retry or StopSource, as for an exception
        report that comes with status 200. XML with a DOCTYPE, too deep or too big is StopSource; what is no sound XML is tried again."""
        given = {"Content-Type": "application/xml", **(headers or {})} if content is not None else headers
        request = self._request(method, url, params, None, None, content, given)

        def read(response: Response) -> tuple[Response, etree._Element]:
            root = decode_xml(response, max_bytes=self.policy.max_bytes)
            if check is not None:
                check(root)
            return response, root

        return self._retried(request, read)

    def _request(
        self,
        method: str,
        url: str,
        params: Query | None,
        json: Any,
        data: Mapping[str, str] | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Request:
        if self._client is None:
            raise RuntimeError("a Fetcher is used inside `with`")
        given = dict(headers or {})
        if json is not None:
            content = orjson.dumps(json)
            given.setdefault("Content-Type", "application/json")
        try:
            request = self._client.build_request(method, url, params=params, content=content, data=data, headers=given)
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise Misconfigured(f"{place(url)} is not an address that can be asked, or {self._setting} cannot be sent") from None
        self._guard.check(request.url)
        return request

    def _retried(self, request: httpx.Request, read: Callable[[Response], T], *, conditional: bool = False) -> T:
        policy, failures = self.policy, 0

        def attempt() -> T:
            try:
                return read(self._exchange(request, conditional))
            except HarvestError as error:
                redact(error, request)
                raise

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
            return stamina.RetryingCaller(attempts=policy.attempts, timeout=None)(again, attempt)
        except Retry as error:
            if error.after is not None and error.after > policy.retry_after_max:
                raise StopSource(f"{error}; it asks to wait {error.after:.0f} s, longer than {policy.retry_after_max:.0f} s") from None
            raise StopSource(f"{error}; gave up after {failures} attempts") from None

    def _exchange(self, request: httpx.Request, conditional: bool) -> Response:
        """One request and its whole answer. Raises any HarvestError."""
        assert self._client is not None
        self._keep_rate()
        where = place(str(request.url))
        self._deadline.at = self._clock() + self.policy.timeout
        try:
            answer = self._client.send(request, stream=True)
            try:
                body = read_body(answer, self.policy.max_bytes, where, self._on_time)
            finally:
                answer.close()
        except _UNSENDABLE:
            # The message of the second quotes headers, which hold credentials.
            raise Misconfigured(f"{where}: the address or {self._setting} cannot be sent over HTTP") from None
        except _TOO_SLOW as error:
            self._on_time(where)
            raise Retry(f"{where}: {type(error).__name__}") from None
        except _BROKEN as error:
            raise Retry(f"{where}: {type(error).__name__}: {short(str(error))}") from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if conditional and answer.status_code == 304:
            return Response(304, headers, b"", str(request.url))
        response = Response(answer.status_code, headers, body, str(request.url))
        verdict = classify(response, now=self._now(), setting=self._setting) or skewed(response, self._now(), self.policy.clock_ahead)
        if verdict is not None:
            raise verdict
        return response

    def _on_time(self, where: str) -> None:
        if self._deadline.passed:
            raise Retry(f"{where}: no complete answer within {self.policy.timeout:g} s")

    def _keep_rate(self) -> None:
        wait = self._free_at - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free_at = max(self._clock(), self._free_at) + 1 / self.policy.requests_per_second
