"""Where users see this server: as the operator says, else as a trusted proxy says, else as the request does."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Problem, bad, problem_response

_NAME = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?(?::(\d{1,5}))?", re.IGNORECASE | re.ASCII)
_LITERAL = re.compile(r"\[([0-9a-f:.]{2,45})\](?::(\d{1,5}))?", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*/?", re.ASCII)
_PAIR = re.compile(r'\s*([\w!#$%&\'*+.^`|~-]+)=(?:([\w!#$%&\'*+.^`|~:\[\]-]+)|"((?:[^"\\]|\\.)*)")\s*([;,]|$)', re.ASCII)
_LONGEST = 2000
# More than any host has, so that what is cut to it is none, and hostile ones fill no memory.
_LONGEST_HOST = 300
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_OLD = ("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port")


@dataclass(frozen=True)
class Place:
    """The address of a server: `http` or `https`, host with its port unless it is the usual one, and the path before all of its
    paths, "" for none."""

    scheme: str
    host: str
    prefix: str = ""

    @classmethod
    def of_url(cls, url: str) -> Self:
        """The place of an address that an operator wrote."""
        parts = urlsplit(url)
        return cls(parts.scheme, parts.netloc, unquote(parts.path).rstrip("/"))


class PlaceMiddleware:
    """Makes every link and redirection lead to where users see this server. `public_url` wins; without it `Forwarded` (RFC 7239) and
    `X-Forwarded-Proto`, `-Host`, `-Port`, `-Prefix` are believed of the `trusted` alone, addresses and networks (CIDR). A host that is
    none is a 400, and so are two kinds of headers that contradict each other: one of them is not the proxy's."""

    def __init__(self, app: ASGIApp, *, public_url: str | None = None, trusted: Sequence[str] = ()) -> None:
        self.app = app
        self._public = Place.of_url(public_url) if public_url else None
        self._is_trusted = lru_cache(maxsize=1024)(Trusted(trusted).__contains__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            host = _host(scope)
            place = self._public or self._told(scope, host)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        await self.app(_moved(scope, place) if place else scope, receive, send)

    def _told(self, scope: Scope, host: str) -> Place | None:
        """What the request's proxy says; None when it is not trusted, or there is none."""
        client = scope.get("client")
        given = _forwarding(scope) if client and self._is_trusted(client[0]) else None
        if not given:
            return None
        place = Place(scope["scheme"], host)
        old = _of_old(given, place)
        new = _of_forwarded(given.get("forwarded", ""), place, self._is_trusted)
        if old and new and old != new:
            raise bad(
                "Forwarded",
                "does not say the same as X-Forwarded-Proto, -Host and -Port: the proxy must send one kind, and remove the other",
            )
        return replace(new or old or place, prefix=_prefix(given.get("x-forwarded-prefix", "")))


class Trusted:
    """Addresses and networks whose word counts."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ip_network(one) for one in networks]

    def __contains__(self, node: str) -> bool:
        """Of an address, with or without port, as an ASGI server or `for=` gives it; False for what is no address."""
        address = _address(node)
        return address is not None and any(address in network for network in self._networks)


def _address(node: str) -> IPv4Address | IPv6Address | None:
    literal = _LITERAL.fullmatch(node)
    bare = literal[1] if literal else node.partition(":")[0] if node.count(":") == 1 else node
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    # A socket of both kinds shows an IPv4 peer as ::ffff:192.0.2.1.
    return (isinstance(found, IPv6Address) and found.ipv4_mapped) or found


@lru_cache(maxsize=1024)
def _authority(text: str) -> tuple[str, str | None] | None:
    """Host and port of a Host header; None for what is no name or address of a host."""
    literal = _LITERAL.fullmatch(text)
    match = literal or _NAME.fullmatch(text)
    if match is None or (literal and _address(literal[1]) is None):
        return None
    port = match[2] if literal else match[1]
    if port is not None and not 0 < int(port) < 65536:
        return None
    return text.removesuffix(f":{port}") if port else text, port


def _host(scope: Scope) -> str:
    """What the request calls this server. Raises Problem for no host, as RFC 9112 §3.2 wants it; HTTP/1.0 needs none."""
    given = [value for name, value in scope["headers"] if name == b"host"]
    if not given and scope["http_version"] == "1.0":
        host, port = scope.get("server") or ("localhost", None)
        return _at(f"[{host}]" if ":" in host else host, str(port or ""), scope["scheme"])
    found = _authority(given[0].decode("latin-1")[:_LONGEST_HOST]) if len(given) == 1 else None
    if found is None:
        raise bad("Host", "give one, the name or the address of a host")
    return _at(found[0], found[1], scope["scheme"])


def _at(name: str, port: str | None, scheme: str) -> str:
    return name if port in (None, "", _DEFAULT_PORTS.get(scheme)) else f"{name}:{port}"


def _forwarding(scope: Scope) -> dict[str, str]:
    """The forwarding headers; several lines of one are a list."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        if raw == b"forwarded" or raw.startswith(b"x-forwarded-"):
            name = raw.decode("latin-1")
            found[name] = f"{found[name]},{value.decode('latin-1')}" if name in found else value.decode("latin-1")
    return found


def _of_old(given: dict[str, str], place: Place) -> Place | None:
    """What X-Forwarded-Proto, -Host and -Port say; None when none is there. Of a list the last counts, which the nearest proxy wrote."""
    proto, host, port = (given.get(name.lower(), "").rpartition(",")[2].strip() for name in _OLD)
    return _seen(place, proto, host, port, _OLD) if proto or host or port else None


def _of_forwarded(given: str, place: Place, is_trusted: Callable[[str], bool]) -> Place | None:
    """What Forwarded says: its last element is the nearest proxy's word; the one before it counts while it came from one that is
    trusted too. None when nothing says host or proto."""
    told: dict[str, str] = {}
    for element in reversed(list(_elements(given))):
        told |= {name: element[name] for name in ("proto", "host") if name in element}
        if not is_trusted(element.get("for", "")):
            break
    return _seen(place, told.get("proto", ""), told.get("host", ""), "", ("Forwarded",) * 3) if told else None


def _elements(given: str) -> Iterator[dict[str, str]]:
    """Each hop's parameters. Raises Problem for what is no such list."""
    given = given.strip()
    position, element = 0, dict[str, str]()
    while position < len(given):
        match = _PAIR.match(given, position) if len(given) <= _LONGEST else None
        if match is None:
            raise bad("Forwarded", "not as RFC 7239 writes it")
        element[match[1].lower()] = match[2] or re.sub(r"\\(.)", r"\1", match[3] or "")
        if match[4] == ",":
            yield element
            element = {}
        position = match.end()
    yield element


def _seen(place: Place, proto: str, host: str, port: str, names: Sequence[str]) -> Place:
    """The place with what a proxy says of it. Raises Problem naming the header that says no such thing."""
    scheme = proto.lower() or place.scheme
    if scheme not in _DEFAULT_PORTS:
        raise bad(names[0], "http or https")
    found = _authority((host or place.host)[:_LONGEST_HOST])
    if found is None:
        raise bad(names[1], "not the name or the address of a host")
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) < 65536):
        raise bad(names[2], "a number from 1 to 65535")
    own = found[1] if host else None
    return Place(scheme, _at(found[0], own or port or found[1], scheme))


def _prefix(given: str) -> str:
    last = given.rpartition(",")[2].strip()
    if len(last) > _LONGEST or not _PREFIX.fullmatch(last):
        raise bad("X-Forwarded-Prefix", "a path of plain segments, such as /catalogue")
    return last.rstrip("/")


def _moved(scope: Scope, place: Place) -> Scope:
    """The request as if it had come to the place itself. A proxy may have cut the prefix off its path, or not."""
    headers = [header for header in scope["headers"] if header[0] != b"host"]
    moved = {**scope, "scheme": place.scheme, "headers": [(b"host", place.host.encode()), *headers]}
    if place.prefix:
        path, raw = scope["path"], scope.get("raw_path") or b""
        moved["root_path"] = place.prefix
        if not f"{path}/".startswith(f"{place.prefix}/"):
            moved |= {"path": place.prefix + path, "raw_path": place.prefix.encode() + raw}
    return moved
