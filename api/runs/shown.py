"""How values are shown on the pages of operators. Everything here gives HTML; texts from outside are escaped and stand apart (bdi)."""

import re
from datetime import UTC, datetime, timedelta
from html import escape

from api.runs.words import OUTCOMES, say
from index.state import Outcome
from mappings.times import format_time
from mappings.words import Language, Text

_SHORT = 240
_LINE = 30
_EVERY = re.compile(r"every (\d+) ?(min|h|d)")
# Letters that are not shown, and those that turn the direction of what follows them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What schedulers write of a run that is not complete is English; the sentences that come every day are known.
_KNOWN = (
    (r"interrupted", "interrompue"),
    (r"its process ended without closing it", "son processus a fini sans la fermer"),
    (r"stopped after (\d+) records, as asked", r"arrêtée après \1 fiches, comme demandé"),
    (r"the archive announced (\d+) records that it did not give", r"l’archive a annoncé \1 fiches qu’elle n’a pas données"),
    (r"another run took the source over", "une autre moisson a repris la source"),
)


def text(value: str | None) -> str:
    """Words from outside, whole."""
    return f"<bdi>{escape(_CONTROLS.sub('�', value))}</bdi>" if value else "–"


def long(value: str | None, language: Language) -> str:
    """Words from outside: the beginning, and the rest at a click."""
    if value is None or len(value) <= _SHORT:
        return f'<span class="long">{text(value)}</span>' if value and len(value) > _LINE else text(value)
    whole = escape(say("whole_text", language))
    return f'<span class="long">{text(value[:_SHORT])}…</span><details><summary>{whole}</summary>{text(value)}</details>'


def reason(value: str | None, language: Language) -> str:
    """Why a run ended so: in the page's language where the sentence is known, else as it was written."""
    if value and language == "fr":
        for english, french in _KNOWN:
            if match := re.fullmatch(english, value):
                return escape(match.expand(french))
    return f'<span lang="en">{long(value, language)}</span>' if value else "–"


def moment(when: datetime | None, language: Language, *, seconds: bool = False) -> str:
    """22/11/2026 06:05 UTC, 2026-11-22 06:05 UTC."""
    if when is None:
        return "–"
    form = ("%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M") + (":%S" if seconds else "")
    shown = when.astimezone(UTC).strftime(form)
    return f'<time datetime="{format_time(when)}">{shown} UTC</time>'


def timetable(written: str, language: Language) -> str:
    """“every 6 h” in words; cron fields as they are."""
    match = _EVERY.fullmatch(written)
    if match is None:
        return f"<code>{text(written)}</code>"
    count, unit = match[1], match[2]
    if language == "en":
        return escape(f"every {count}\u00a0{unit}")
    return escape(f"tous les {count}\u00a0j" if unit == "d" else f"toutes les {count}\u00a0{unit}")


def span(length: timedelta | None, language: Language) -> str:
    """Two units at most: 3 min 12 s, 2 h 5 min, 4 j 3 h."""
    if length is None:
        return "–"
    seconds = max(round(length.total_seconds()), 0)
    sizes = ((86400, "j" if language == "fr" else "d"), (3600, "h"), (60, "min"), (1, "s"))
    first = next((place for place, (size, _) in enumerate(sizes) if seconds >= size), len(sizes) - 1)
    parts: list[str] = []
    for size, unit in sizes[first : first + 2]:
        count, seconds = divmod(seconds, size)
        if count or not parts:
            parts.append(f"{count}\u00a0{unit}")
    return "\u00a0".join(parts)


def outcome(value: Outcome, language: Language) -> str:
    """A sign and a word: colour only repeats them."""
    sign, word = OUTCOMES[value]
    return badge(str(value), word, language, sign)


def badge(kind: str, word: Text, language: Language, sign: str = "") -> str:
    """A word that stands out; `kind` is a name of the stylesheet."""
    before = f'<span aria-hidden="true">{sign}\u00a0</span>' if sign else ""
    return f'<span class="badge {kind}">{before}{escape(word.in_(language))}</span>'
