"""Titles, abstracts and key words fit to be published: without markup, without addresses of persons."""

import html
import re
from collections.abc import Iterable
from typing import Any

from mappings.ogc.redaction import clean

_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
_SCRIPT = re.compile(r"<(script|style)\b.{0,5000}?</\1\s*>", re.I | re.S)
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r"\s*\n\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST = 10_000
_KEYWORDS = 100


def prose(value: Any, longest: int = LONGEST) -> str | None:
    """A text without markup, e-mail addresses and secrets, cut at `longest` characters; None when nothing is left."""
    if not isinstance(value, str):
        return None
    written = value[: 4 * longest]
    if "<" in written or "&" in written:
        # Some write markup in markup: escaped once more.
        written = (
            html.unescape(_TAG.sub(" ", _SCRIPT.sub(" ", html.unescape(written))))
            if "<" in html.unescape(written)
            else html.unescape(written)
        )
        written = _TAG.sub(" ", written)
    if "@" in written:
        written = _MAIL.sub("", written)
    found = _LINES.sub("\n", _BLANKS.sub(" ", _CONTROLS.sub("", str(clean(written))))).strip()
    return found[:longest].rstrip() or None


def line(value: Any, longest: int = 300) -> str | None:
    """As `prose`, in one line."""
    found = prose(value, longest)
    return " ".join(found.split()) if found else None


def unescaped(value: str | None) -> str | None:
    """`ESA_x0020_DPA` as `ESA DPA`: characters that were not allowed in a name, written as their numbers."""
    if not value or "_x" not in value:
        return value
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)) if 31 < int(match[1], 16) < 0xD800 else "", value)


def keywords(values: Iterable[str | None]) -> list[str]:
    """Each once, whatever its case, in their order."""
    found: dict[str, str] = {}
    for value in values:
        word = line(value, 200)
        if word and len(found) < _KEYWORDS:
            found.setdefault(word.casefold(), word)
    return list(found.values())
