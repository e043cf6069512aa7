"""Addresses as archives publish them, without what could be a secret."""

import re
from typing import Any

# Host and path only. Possessive, so that a hostile address costs no backtracking.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2})*+)?", re.ASCII
)
_LONGEST = 2000
_SCOPE = re.compile(r"[?&](scope=\w+)", re.ASCII)
_USER = re.compile(r"(?<=://)[^/?#\s]*@")


def plain(value: Any) -> str | None:
    """An http(s) address without query and fragment; None for anything else, so also with a user name in it.

    Queries are dropped because GEODES answers of 2024 carry the reader's own token in every href (older form, report §2.5).
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    base = value.partition("#")[0].partition("?")[0].strip()
    return base if _PLAIN.fullmatch(base) else None


def host(address: str) -> str:
    """Lower-case host name of an address that `plain` gave."""
    return address.split("/", 3)[2].partition(":")[0].lower()


def scrub(value: Any, depth: int = 12) -> Any:
    """The value with every address in it cut at its query (`scope` alone is kept): for records that are stored as received."""
    if isinstance(value, str):
        return _scrubbed(value) if "://" in value else value
    if not depth:
        return value
    if isinstance(value, dict):
        return {name: scrub(member, depth - 1) for name, member in value.items()}
    return [scrub(member, depth - 1) for member in value] if isinstance(value, list) else value


def _scrubbed(address: str) -> str:
    base = _USER.sub("", address)
    cut = min((at for at in (base.find("?"), base.find("#")) if at >= 0), default=-1)
    if cut < 0:
        return base
    scope = _SCOPE.search(base, cut)
    return f"{base[:cut]}?{scope[1]}" if scope else base[:cut]
