"""The arguments of a request: which a verb takes, which it needs, each at most once."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from api.oai.errors import OaiError, bad_argument

_TOKEN = "resumptionToken"
# Needed ones first; a resumptionToken stands alone.
_VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        "Identify": (frozenset(), frozenset()),
        "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
        "ListSets": (frozenset(), frozenset({_TOKEN})),
        "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
        "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", _TOKEN})),
        "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", _TOKEN})),
    }
)
VERBS = tuple(_VERBS)
_LETTERS = r"[A-Za-z0-9_.!~*'()-]+"
# As the schema of answers, which repeat them, has them.
_FORMS = {"metadataPrefix": re.compile(_LETTERS), "set": re.compile(rf"{_LETTERS}(?::{_LETTERS})*")}


def checked(given: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The arguments by name, `verb` among them. Raises OaiError."""
    pairs = list(given)
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        said = "no verb" if not verbs else "verb is repeated" if len(verbs) > 1 else f"no such verb: {verbs[0][:100]}"
        raise OaiError("badVerb", f"{said}; one of {', '.join(VERBS)}")
    needed, optional = _VERBS[verbs[0]]
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in needed | optional | {"verb"}:
            raise bad_argument(f"{name[:100]}: {verbs[0]} takes no such argument")
        if name in found:
            raise bad_argument(f"{name}: given more than once")
        if not value:
            raise bad_argument(f"{name}: it has no value")
        if name in _FORMS and not _FORMS[name].fullmatch(value):
            raise bad_argument(f"{name}: it can have no such value")
        found[name] = value
    if _TOKEN in found:
        if len(found) > 2:
            raise bad_argument(f"{_TOKEN}: it stands alone, beside the verb")
        return found
    missing = needed - found.keys()
    if missing:
        raise bad_argument(f"{min(missing)}: {verbs[0]} needs it")
    return found
