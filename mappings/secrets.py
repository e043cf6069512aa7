"""What must not be kept of what an archive sends: tokens, passwords, contract and session data."""

import re
from collections.abc import Callable
from typing import Any

Clean = Callable[[Any], Any]
"""Takes out of a value what must not be kept."""

# No archive nests its metadata more deeply; what lies deeper could hide anything, and stacks are finite.
_DEEPEST = 64
_NESTED = frozenset((str, dict, list))
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_NO_SCHEME = re.compile(r"(?<![^\s/:@;,\"'])[^\s/:@;,\"']++:[^\s/@;,\"']++@")
# To the end of the line: what follows an address's `?` or `#` may be written with blanks.
_QUERY = re.compile(r"(://[^?#\n]*)[?#][^\n]*|[?&#;][\w.%-]+=[^\n]*")
_NAMES = r"(?:token|signature|passw|secret|api[-_]?key|access[-_]?key|credential|authorization)"
# A word is looked at once and taken whole: trying each of its letters would take time by the square of its length.
_NAMED = re.compile(rf"(?<![\w-])(?=[\w-]*?{_NAMES})[\w-]++[\"']?\s*+[=:]\s*+(?:(?:bearer|basic)\s+)?[^\s&;,]+", re.I)
_HINTS = ("token", "signature", "passw", "secret", "key", "credential", "authorization")
# Contract and session data by the names of every archive (Airbus report §1.3), and what carries a right anywhere.
_PRIVATE = frozenset(
    (
        "accesstoken", "access_token", "activityid", "apikey", "api_key", "archivecorrelationid", "authorization", "commercialreference",
        "correlationid", "customerreference", "dataaccess", "datauri", "orderid", "password", "rights", "secret", "token",
        "up42.data_path", "workspaceid", "workspacename", "workspacetitle",
    )
)  # fmt: skip


def rewritten(value: Any, text: Callable[[str], str], drop: frozenset[str] = frozenset(), depth: int = _DEEPEST) -> Any:
    """The value with `text` applied to every text in it, names of members too, less the members whose lower-case name is in `drop`.

    Of members whose names become the same each stays, the later ones with a number. What is nested too deeply becomes null.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items() if depth else ():
            if drop and name.lower() in drop:
                continue
            # A word holds no address. Most members are words and numbers: a call for each would cost more than all the rest.
            key = bare = name if name.isidentifier() else text(name)
            while key in members:
                key = f"{bare}-{len(members)}"
            kind = type(member)
            members[key] = text(member) if kind is str else rewritten(member, text, drop, depth - 1) if kind in _NESTED else member
        return members if depth else None
    if isinstance(value, list):
        if not depth:
            return None
        if len(value) == 2 and type(value[0]) is float and type(value[1]) is float:
            # A position: most of a footprint is made of them.
            return value
        return [rewritten(member, text, drop, depth - 1) if type(member) in _NESTED else member for member in value]
    return value


def without_secrets(value: Any) -> Any:
    """What may be kept of a member that no mapping understood: no query, no user name of any address, no contract data."""
    return rewritten(value, bare, _PRIVATE)


def bare(text: str) -> str:
    """A text less the queries and user names of the addresses in it, and less what is named as a secret."""
    if "=" not in text and ":" not in text:
        return text
    # Nearly no text has any of it, and looking for one sign is cheap.
    if "@" in text:
        text = _NO_SCHEME.sub("", _USER.sub("", text))
    if "?" in text or "#" in text or "&" in text or ";" in text:
        text = _QUERY.sub(r"\1", text)
    low = text.lower()
    return _NAMED.sub("", text) if any(hint in low for hint in _HINTS) else text
