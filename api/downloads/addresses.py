"""Addresses of stored Items as places to send a browser to."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote, urlsplit

from api.errors import Problem
from api.links import GEOJSON

HTTPS = frozenset(("https",))
_LONGEST = 8192
_SAFE = "%/:?#[]@!$&'()*+,;=~"
_NOWHERE = frozenset(' \\"<>')
_ADVICE = {
    "s3": (
        "le fichier est dans un stockage S3 : le lire avec un client S3 et ses propres clés, à l’adresse que donne l’Item",
        "the file is in an S3 store: read it with an S3 client and keys of your own, at the address that the Item gives",
    ),
    "relative": (
        "l’Item ne donne qu’un nom de fichier : demander le fichier à l’archive",
        "the Item gives but a file's name: ask the archive for the file",
    ),
    "other": (
        "le fichier n’a pas d’adresse https : utiliser l’adresse que donne l’Item, ou demander à l’archive",
        "the file has no https address: use the address that the Item gives, or ask the archive",
    ),
}


def location_of(href: Any, item: str, schemes: Collection[str] = HTTPS) -> str:
    """An asset's address as a Location header has it. Raises Problem 409, which leads to the Item, for anything but a plain address of
    one of the schemes (https, and http where that is given)."""
    kind = _kind(href)
    if kind in schemes:
        return quote(href, safe=_SAFE)
    french, english = _ADVICE.get(kind, _ADVICE["other"])
    members = {"reason": {"fr": french, "en": english}, "links": [{"rel": "about", "type": GEOJSON, "href": item}]}
    raise Problem(409, "asset-without-https", f"{french} · {english}", members=members)


def _kind(href: Any) -> str:
    """`https`, `http`, `s3`, `relative`, or `other`: another scheme, or what two readers of the address could take for different hosts."""
    if not isinstance(href, str) or len(href) > _LONGEST or not href.isprintable() or any(one in href for one in _NOWHERE):
        return "other"
    try:
        parts = urlsplit(href)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "other"
    if not parts.scheme:
        return "other" if parts.netloc else "relative"
    if parts.scheme in ("https", "http"):
        return parts.scheme if host and host.isascii() and "@" not in parts.netloc else "other"
    return parts.scheme
