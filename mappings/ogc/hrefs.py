"""Addresses in records: which may be published, and what they become, assets or links."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from mappings.ogc.redaction import clean
from mappings.values import text

_SCHEME = re.compile(r"(https?|s3|ftps?)://([^/?#\s]+)((?:[/?#][^\r\n\t]*)?)", re.I)
# What is left of a query whose members were taken out.
_GAPS = re.compile(r"(?<=[?&])&+|[?&]+$")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST = 2000
_PRIVATE_ENDS = (
    ".local",
    ".localdomain",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".test",
    ".invalid",
    ".example",
)
_KEY = re.compile(r"[^A-Za-z0-9]+")
_MIME = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*(?:; ?[a-z-]+=[\w.\"/-]+)*", re.ASCII)
_TYPES = {
    "jp2": "image/jp2", "tif": "image/tiff", "tiff": "image/tiff", "zip": "application/zip", "xml": "application/xml", "gif": "image/gif",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "json": "application/json", "nc": "application/netcdf",
    "tgz": "application/gzip", "gz": "application/gzip", "h5": "application/x-hdf5", "csv": "text/csv", "pdf": "application/pdf",
}  # fmt: skip
# Enough for all bands of a product; a hostile record has no end of them.
_MOST = 500


@dataclass
class Hrefs:
    """Assets by key and links, as they are found; `dropped` counts addresses that nobody outside could use."""

    assets: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0

    def usable(self, value: Any) -> str | None:
        """The address as it may be published, or None: then it is counted, unless there was none."""
        found = public(value)
        if found is None and text(value):
            self.dropped += 1
        return found

    def asset(self, key: str, value: Any, *, roles: tuple[str, ...], **members: Any) -> None:
        """One more asset, unless its address is there already; of several with a key the later ones get a number."""
        href = self.usable(value)
        if href is None or len(self.assets) >= _MOST or any(asset["href"] == href for asset in self.assets.values()):
            return
        name, count = key, 1
        while name in self.assets:
            count += 1
            name = f"{key}-{count}"
        self.assets[name] = {"href": href, "roles": list(roles), **members}

    def link(self, rel: str, value: Any, **members: Any) -> None:
        """One more link, unless it is there already."""
        href = self.usable(value)
        if href is None or len(self.links) >= _MOST or any(link["href"] == href and link["rel"] == rel for link in self.links):
            return
        self.links.append({"rel": rel, "href": href, **{name: member for name, member in members.items() if member}})


def public(value: Any) -> str | None:
    """An http(s), s3 or ftp(s) address of a public host, without user name and secret parameters; None for anything else."""
    written = text(value)
    if written is None or len(written) > _LONGEST:
        return None
    match = _SCHEME.fullmatch(str(clean(written)).strip())
    if match is None:
        return None
    scheme, place, rest = match[1].lower(), match[2].rpartition("@")[2], match[3]
    host, _, port = place.partition(":")
    if port and not port.isdigit():
        return None
    if not (_is_bucket(host) if scheme == "s3" else is_public_host(host.lower())):
        return None
    rest = _GAPS.sub("", rest.partition("#")[0].rstrip())
    if _BAD_ESCAPE.search(rest):
        return None
    return f"{scheme}://{place}{quote(rest, safe='/?@!$&()*+,;=:%~._-' + chr(39))}"


def _is_bucket(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", name, re.ASCII))


@lru_cache(maxsize=1024)
def is_public_host(host: str) -> bool:
    """Whether a host name could be that of a public server: no bare name, no private address."""
    if not _HOST.fullmatch(host) or host == "localhost" or host.endswith(_PRIVATE_ENDS):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    # 127.1 and 2130706433 are addresses, too.
    return "." in host and not host.replace(".", "").isdigit() and not re.fullmatch(r"0x[0-9a-f.]+", host)


def media_type(*told: Any) -> str | None:
    """The first that is a media type; else what the ending of the last, an address, tells."""
    for value in told[:-1]:
        written = (text(value) or "").lower()
        if _MIME.fullmatch(written) and not written.startswith("application/x-binary"):
            return "image/jpeg" if written == "image/jpg" else written
    ending = (text(told[-1]) or "").partition("?")[0].rpartition(".")[2].lower()
    return _TYPES.get(ending)


def key_of(href: Any, title: Any = None) -> str:
    """A name for an asset: of the file, without its ending, else of its title."""
    stem = (text(href) or "").partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
    name = _KEY.sub("_", stem.rpartition(".")[0] or stem).strip("_")
    return (name or _KEY.sub("_", text(title) or "").strip("_") or "data")[:100]


def taken(keys: Iterable[str], key: str) -> bool:
    """Whether an asset of that kind is there already."""
    return any(name == key or name.startswith(f"{key}-") for name in keys)
