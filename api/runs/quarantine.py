"""A source's quarantine: reasons with their numbers, the records in pages, and how to replay them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from starlette.responses import Response

from api.html import heading, link, paragraph, table
from api.runs.deeds import MOST_WORDS, Deed
from api.runs.frame import Frame, pager
from api.runs.shown import long, moment, text
from api.runs.words import say
from index.protocol import Index
from index.state import Rejection
from mappings.words import number

PAGE = 50
"""Records on a page."""
MOST = 10_000
"""Records that are looked at, the oldest first."""
_MOST_REASONS = 30
_HEAD = ("record", "member", "reason", "since", "which_run", "bytes")


@dataclass(frozen=True)
class Held:
    """What is in quarantine of an archive: `total` in all; `found` have the words of `reason`, at most MOST; `reasons` with numbers."""

    archive: str
    total: int
    found: Sequence[Rejection]
    reason: str
    reasons: Sequence[tuple[str, int]]

    @property
    def cut(self) -> bool:
        """Whether there may be more than was looked at."""
        return len(self.found) >= MOST


def held(index: Index, archive: str, reason: str) -> Held:
    """Reads the quarantine; `reason` is a part of the reason, "" for any."""
    total = index.count_rejections(archive)
    found = index.rejections(archive, reason or None, MOST) if total else []
    return Held(archive, total, found, reason, Counter(one.reason for one in found).most_common(_MOST_REASONS))


def quarantine_page(frame: Frame, source: str, one: Held, page: int, *, shared: bool, may_replay: bool) -> Response:
    """`shared`: other sources bring records of the same archive."""
    language = frame.language
    back = f"<p>{link(frame.href('sources', source), source)}</p>"
    if not one.total:
        return frame.page(_title(frame, source), [back, paragraph(say("quarantine_empty", language))])
    body = [
        back,
        paragraph(say("quarantine_says", language, count=number(one.total, language))),
        paragraph(say("shared", language, archive=one.archive)) if shared else "",
        _search(frame, source, one),
        _replay(frame, source, one.reason) if may_replay and one.found else "",
        _reasons(frame, source, one),
        _records(frame, source, one, page) if one.found else paragraph(say("none_such", language)),
        paragraph(say("narrow", language, count=number(MOST, language))) if one.cut else "",
        f"<p>{frame.say('see_record', archive=source)}</p>",
    ]
    return frame.page(_title(frame, source), body)


def _title(frame: Frame, source: str) -> str:
    return f"{say('quarantine', frame.language)} · {source}"


def _search(frame: Frame, source: str, one: Held) -> str:
    everything = f" {link(frame.href('sources', source, 'quarantine'), say('all_reasons', frame.language))}" if one.reason else ""
    inner = (
        f'<label for="reason">{frame.say("reason_words")}</label>'
        f'<input type="text" id="reason" name="reason" maxlength="{MOST_WORDS}" value="{escape(one.reason)}">'
        f'<input type="hidden" name="language" value="{frame.language}"> <button>{frame.say("filter")}</button>{everything}'
    )
    return frame.form(frame.href("sources", source, "quarantine").partition("?")[0], inner, "get")


def _replay(frame: Frame, source: str, reason: str) -> str:
    given = {"reason": reason} if reason else {}
    address = frame.href("sources", source, "ask", Deed.REPLAY, **given)
    return f'<p><a class="act" href="{escape(address)}">{frame.say("replay_these")}</a></p>'


def _reasons(frame: Frame, source: str, one: Held) -> str:
    if not one.reasons:
        return ""
    language = frame.language
    caption = say("reasons_cut", language, count=number(MOST, language)) if one.cut else say("reasons", language)

    def row(reason: str, count: int) -> tuple[str, str, str]:
        narrowed = frame.href("sources", source, "quarantine", reason=reason[:MOST_WORDS])
        only = f'<a href="{escape(narrowed)}">{frame.say("filter")}<span class="unseen"> {text(reason[:80])}</span></a>'
        return f'<span lang="en">{long(reason, language)}</span>', number(count, language), only

    head = (say("reason", language), say("number", language), say("filter", language))
    return table(caption, head, (row(reason, count) for reason, count in one.reasons))


def _records(frame: Frame, source: str, one: Held, page: int) -> str:
    language, first = frame.language, (page - 1) * PAGE
    shown = one.found[first : first + PAGE]
    given = {"reason": one.reason} if one.reason else {}

    def address(number_: int) -> str:
        return frame.href("sources", source, "quarantine", **given, page=str(number_))

    rows = (_row(frame, source, rejection) for rejection in shown)
    caption = f"{first + 1}–{first + len(shown)} / {number(len(one.found), language)}"
    listed = table(caption, [say(name, language) for name in _HEAD], rows)
    more = first + PAGE < len(one.found)
    return (
        heading(say("quarantine", language))
        + f'<div class="wide">{listed}</div>'
        + pager(frame, _title(frame, source), page, more, address)
    )


def _row(frame: Frame, source: str, one: Rejection) -> tuple[str, ...]:
    language = frame.language
    run = frame.href("sources", source, "runs", one.run)
    return (
        long(one.native_id, language),
        long(one.field, language),
        f'<span lang="en">{long(one.reason, language)}</span>',
        moment(one.time, language),
        f'<a href="{escape(run)}">{text(one.run)}</a>',
        number(len(one.raw), language),
    )
