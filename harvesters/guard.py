"""Guard: which hosts and addresses a source may reach, so that no answer leads a harvest into a network that nobody named."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

from harvesters.errors import Misconfigured, StopSource

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host name, as text; raises OSError."""
Address = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443}
# Shared, protocol, benchmark, documentation and site-local blocks, a network's own NAT64: the library's releases differ on them.
_CLOSED = tuple(
    ip_network(block)
    for block in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fec0::/10",
        "64:ff9b:1::/48",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "100::/64",
    )
)
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")


def system_addresses(host: str, port: int) -> list[str]:
    """What the machine's resolver says, in its order and without repetition. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def host_of(url: str | httpx.URL, what: str = "an address") -> str:
    """`archive.example:443`: host and port of an address, as they stand in HttpPolicy.hosts. Raises Misconfigured, naming `what`."""
    try:
        parts = httpx.URL(url)
        host, usual = parts.raw_host.decode("ascii").lower().rstrip("."), _PORTS.get(parts.scheme)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        host, usual = "", None
    if not host or usual is None:
        raise Misconfigured(f"{what} is not one of http or https")
    port = parts.port or usual
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def hosts_of(*urls: str | None) -> frozenset[str]:
    """Hosts and ports of the addresses that a configuration names; None and what is no web address (a folder) names none."""
    return frozenset(host_of(url) for url in urls if url and urlsplit(url).scheme.lower() in _PORTS)


@dataclass(frozen=True)
class Guard:
    """The rule of one source.

    `hosts` (as `host_of` writes them) are those that may be asked, any when empty. A host written as an IP address or as `localhost`
    may be anywhere; a name only in the public internet, unless it is one of `private_hosts` (names without port). `proxy` is the
    host and port, as `host_of` writes them, through which all is asked: what a name stands for is then the proxy's business.
    """

    hosts: frozenset[str] = frozenset()
    private_hosts: frozenset[str] = frozenset()
    proxy: str | None = None
    resolve: Resolve = system_addresses

    def check(self, url: str | httpx.URL) -> None:
        """Raises StopSource for a host that the configuration does not name."""
        host = host_of(url)
        if self.hosts and host not in self.hosts:
            raise StopSource(f"{host} is not a host of this source, and is not asked: name it among its hosts if it is one")

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where to connect to for a host, every address checked. Raises StopSource, OSError when there is none."""
        name = host.lower().rstrip(".").strip("[]")
        place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        if self.proxy is not None:
            if place != self.proxy:
                raise StopSource(f"{place} is not the proxy, and is not asked")
            return self.resolve(name, port)
        if self.hosts and place not in self.hosts:
            raise StopSource(f"{place} is not a host of this source, and is not asked")
        if is_address(name):
            return [name]
        found = self.resolve(name, port)
        if not found:
            raise OSError(f"{name} has no address")
        if name != "localhost" and name not in self.private_hosts:
            for address in found:
                if not is_public(address):
                    raise StopSource(
                        f"{name} stands for {address}, which is not in the public internet, and is not asked: name it among the "
                        "private hosts of this source if that is meant"
                    )
        return found


def is_public(address: str) -> bool:
    """Whether an IP address may be any machine in the internet; of one that wraps another (NAT64, 6to4, …) both must be."""
    try:
        found: Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(map(_is_public, [found, *_wrapped(found)]))


def _is_public(address: Address) -> bool:
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    # All of the NAT64 prefix is reserved; its own address says nothing.
    if special or not (address.is_global or address in _NAT64):
        return False
    return not any(address.version == network.version and address in network for network in _CLOSED)


def _wrapped(address: Address) -> list[Address]:
    """IPv4 addresses that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return []
    found: list[Address] = [inner for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if inner is not None]
    if address in _NAT64 or address in _COMPATIBLE:
        found.append(IPv4Address(address.packed[-4:]))
    return found


def is_address(host: str) -> bool:
    """Whether a host is an address as it is normally written; `127.1`, `0x7f000001` and `2130706433` are names that stand for one."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
