"""JSON members of a record, and addresses that may be kept."""

import re
from typing import Any
from urllib.parse import parse_qsl

from mappings.secrets import rewritten
from mappings.values import number, text

_HREF = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~!$'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?(?:\?[A-Za-z0-9._~=&%+-]*)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST = 2000
# Names of query parameters that sign an address or carry a key (S3 old and new, Azure, Google, plain tokens).
_SECRET = re.compile(
    r"(?:x-amz-|x-goog-).*|signature|sig|awsaccesskeyid|googleaccessid|access[-_]?key|secret[-_]?key|.*token|_tk|jwt|api[-_]?key"
    r"|pass(?:word|wd)?|pwd|authorization|session[-_]?id",
    re.I,
)
_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def unsigned(value: Any) -> Any:
    """The value with every signed address in it cut at its query: a signature expires and is a right (report §3.1). User names and
    passwords of addresses go too."""
    return rewritten(value, _unsigned)


def _unsigned(text: str) -> str:
    if "://" in text:
        text = _USER.sub("", text)
    base, mark, query = text.partition("?")
    return base if mark and any(_SECRET.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)) else text


def address(value: Any) -> str | None:
    """An https address without signature, or None."""
    found = text(unsigned(value))
    usable = found and len(found) <= _LONGEST and _HREF.fullmatch(found) and not _BAD_ESCAPE.search(found)
    return found if usable else None


def host(href: str) -> str:
    """Host name of an address, lower case."""
    return href.split("/")[2].split(":")[0].lower()


def texts(value: Any) -> list[str]:
    """The texts of a list, without repeats."""
    return list(dict.fromkeys(found for member in value if (found := text(member)))) if isinstance(value, list) else []


def present(members: dict[str, Any]) -> dict[str, Any]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def between(low: float, value: Any, high: float) -> float | None:
    """A number from low to high, or None."""
    found = number(value)
    return found if found is not None and low <= found <= high else None


def resolution(value: Any) -> float | None:
    """Metres above zero, or None."""
    found = between(0, value, 1000)
    return found or None
