"""Addresses as archives publish them, without what could be a secret."""

import re
from typing import Any

from mappings.secrets import rewritten

# Host and path only. Possessive, so that a hostile address costs no backtracking.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2})*+)?", re.ASCII
)
_LONGEST = 2000
_SCOPE = re.compile(r"[?&](scope=\w+)", re.ASCII)
_SIGNED = re.compile(r"\?[\w.%-]+=")
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


def scrub(value: Any) -> Any:
    """The value with every address in it, names of members too, cut at its query (`scope` alone is kept): for records that are
    stored as received."""
    return rewritten(value, _scrubbed)


def _scrubbed(text: str) -> str:
    # The data lake's addresses come without scheme.
    if "://" not in text and not _SIGNED.search(text):
        return text
    base = _USER.sub("", text)
    cut = min((at for at in (base.find("?"), base.find("#")) if at >= 0), default=-1)
    if cut < 0:
        return base
    scope = _SCOPE.search(base, cut)
    return f"{base[:cut]}?{scope[1]}" if scope else base[:cut]
