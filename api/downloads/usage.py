"""Usage: how many downloads each organisation made of each archive in each month, kept as notes of the index."""

import logging
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from index.protocol import Index, IndexUnavailable

LOGGER = logging.getLogger(__name__)

KIND = "usage"
NOBODY = "-"
"""The organisation of downloads without one."""

_TRIES = 8
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Usage:
    """Downloads of one month ("YYYY-MM"), organisation and archive (the source's name)."""

    month: str
    organisation: str
    archive: str
    downloads: int


def is_month(text: str) -> bool:
    return bool(_MONTH.fullmatch(text))


def count_download(index: Index, month: str, organisation: str | None, archive: str) -> bool:
    """Adds one; False, and a line in the log, when others were quicker every time or the store does not take it: who downloads is not
    made to pay for it."""
    name = _name(month, organisation, archive)
    try:
        for _ in range(_TRIES):
            seen = index.note(KIND, name)
            downloads = _number(seen.value if seen else {})
            if index.write_note(KIND, name, {"downloads": downloads + 1}, seen):
                return True
    except IndexUnavailable as error:
        LOGGER.warning("a download of %s is not counted: %s", name, error)
        return False
    LOGGER.warning("a download of %s is not counted: %s others were quicker", name, _TRIES)
    return False


def usage(index: Index, since: str | None = None, until: str | None = None) -> list[Usage]:
    """All that was counted in the months from `since` to `until`, both included; by month, organisation, archive."""
    found = []
    for name, note in index.notes(KIND).items():
        parts = [unquote(part) for part in name.split("/")]
        if len(parts) == 3 and is_month(parts[0]) and (since or "") <= parts[0] and (until is None or parts[0] <= until):
            found.append(Usage(parts[0], parts[1], parts[2], _number(note.value)))
    return sorted(found)


def _name(month: str, organisation: str | None, archive: str) -> str:
    """`YYYY-MM/organisation/archive`; a slash within a name is escaped."""
    return "/".join((month, quote(organisation or NOBODY, safe=""), quote(archive, safe="")))


def _number(value: dict[str, object]) -> int:
    told = value.get("downloads")
    return told if isinstance(told, int) and told > 0 else 0
