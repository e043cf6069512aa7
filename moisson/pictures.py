"""Pictures of archives: asked from the public internet only, each hop of a redirection too."""

import re
import ssl
import time
from collections.abc import Callable, Sequence
from functools import cached_property

import httpcore
import httpx

from api.previews.pictures import LONGEST, MOST_BYTES, NotFetched
from harvesters.body import read_body
from harvesters.errors import HarvestError, Retry, StopSource
from harvesters.guard import Guard, Resolve, host_of, is_address, is_public, system_addresses
from harvesters.transport import Deadline, GuardedBackend, GuardedTransport

_HOPS = 3
_MOVED = frozenset((301, 302, 303, 307, 308))
_SCHEMES = frozenset(("http", "https"))
_PUBLIC_NAME = re.compile(r"(?:[^.]+\.)+[^\W\d][^.]*")
_HEADERS = {"User-Agent": "Moisson/0.1 (previews)", "Accept": "image/*", "Accept-Encoding": "gzip"}
_BROKEN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


class PublicGuard(Guard):
    """As Guard, for addresses that archives wrote and no operator named: nothing but `private_hosts` may be outside the public
    internet, neither `localhost` nor a host that is written as an address."""

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """As Guard.addresses. Raises StopSource, OSError."""
        found = super().addresses(host, port)
        if self.proxy is None:
            self.check_public(host, found)
        return found

    def check_public(self, host: str, addresses: Sequence[str]) -> None:
        """Raises StopSource for an address that is not public, of a host that nobody named."""
        if host.lower().rstrip(".").strip("[]") not in self.private_hosts and not all(map(is_public, addresses)):
            raise StopSource("an address outside the public internet")


class GuardedPictures:
    """Fetches pictures, each over a connection of its own. `private_hosts` (names or addresses, without port) may be anywhere;
    `proxy` is the http or https address of one, which then looks names up."""

    def __init__(
        self,
        private_hosts: Sequence[str] = (),
        proxy: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = system_addresses,
        longest: float = LONGEST,
    ) -> None:
        self._proxy = httpx.URL(proxy) if proxy else None
        named = frozenset(host.lower() for host in private_hosts)
        self._guard = PublicGuard(private_hosts=named, proxy=host_of(proxy, "proxy") if proxy else None, resolve=resolve)
        self._clock, self._longest = clock, longest

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def fetch(self, href: str) -> bytes:
        """As Pictures.fetch. Raises NotFetched."""
        deadline = Deadline(self._clock, self._clock() + self._longest)
        transport = GuardedTransport(GuardedBackend(self._guard, deadline), self._tls, self._proxy)
        timeout = httpx.Timeout(self._longest, connect=self._longest / 2)
        try:
            with httpx.Client(transport=transport, timeout=timeout, headers=_HEADERS, trust_env=False) as client:
                url = httpx.URL(href)
                for _ in range(_HOPS + 1):
                    self._check(url)
                    found = _exchange(client, url, deadline)
                    if isinstance(found, bytes):
                        return found
                    url = found
        except _BROKEN as error:
            raise NotFetched(type(error).__name__) from None
        except HarvestError as error:
            raise NotFetched(str(error)) from None
        raise NotFetched(f"more than {_HOPS} redirections")

    def _check(self, url: httpx.URL) -> None:
        """Raises NotFetched for what is no plain web address, StopSource for a host that may not be asked."""
        if url.scheme not in _SCHEMES or url.userinfo or not url.host:
            raise NotFetched("no plain address by http or https")
        host = url.host.lower().rstrip(".")
        # A proxy connects to what is written: neither `127.1` nor a name of its own network is anything archives name.
        if is_address(host) or (self._proxy is not None and not _PUBLIC_NAME.fullmatch(host)):
            self._guard.check_public(host, [host])


def _exchange(client: httpx.Client, url: httpx.URL, deadline: Deadline) -> bytes | httpx.URL:
    """The body of a good answer, or where a redirection leads."""
    answer = client.send(client.build_request("GET", url), stream=True)
    try:
        if answer.status_code in _MOVED:
            moved = url.join(answer.headers.get("location", ""))
            if url.scheme == "https" and moved.scheme != "https":
                raise NotFetched("a redirection from https to http")
            return moved
        if answer.status_code != 200:
            raise NotFetched(f"status {answer.status_code}")
        return read_body(answer, MOST_BYTES, "picture", lambda where: _on_time(deadline, where))
    finally:
        answer.close()


def _on_time(deadline: Deadline, where: str) -> None:
    if deadline.passed:
        raise Retry(f"{where}: no complete answer in time")
