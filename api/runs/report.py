"""A run's page: its outcome, its counts and how they add up, what it put into quarantine, what it said."""

from collections.abc import Sequence
from dataclasses import fields
from html import escape

from starlette.responses import Response

from api.html import heading, link, paragraph, table
from api.runs.frame import Frame
from api.runs.shown import badge, long, moment, outcome, reason, span, text
from api.runs.words import MEANINGS, say
from index.harvests.journal import Journal, Line
from index.state import Counts, Outcome, Rejection, Run
from mappings.times import parse_time
from mappings.words import Text, number

_MOST = 20
_LEVELS = {"WARNING": ("waiting", Text("avertissement", "warning")), "ERROR": ("failed", Text("erreur", "error"))}
# "deleted" counts notices, apart from what was received.
_PARTS = tuple(one.name for one in fields(Counts) if one.name not in ("missing", "deleted"))


def run_page(frame: Frame, run: Run, rejected: Sequence[Rejection], journal: Journal | None) -> Response:
    """`rejected` are those in quarantine that this run put there."""
    language = frame.language
    rows = {
        "source": link(frame.href("sources", run.source), run.source),
        "began": moment(run.started, language),
        "ended": moment(run.ended, language),
        "duration": span(run.ended - run.started, language) if run.ended else "–",
        "outcome": f"{outcome(run.outcome, language)} · {escape(MEANINGS[run.outcome].in_(language))}",
        "reason": reason(run.reason, language),
    }
    told = "".join(f"<dt>{frame.say(name)}</dt><dd>{value}</dd>" for name, value in rows.items())
    body = [
        heading(say("report", language)),
        f"<dl>{told}</dl>",
        _counts(frame, run),
        _rejected(frame, run, rejected),
        heading(say("log", language)),
        _log(frame, journal) if journal else paragraph(say("no_log", language, id=run.id)),
    ]
    return frame.page(say("run", language, id=run.id), body)


def _counts(frame: Frame, run: Run) -> str:
    language, counts = frame.language, run.counts
    if run.outcome is Outcome.RUNNING:
        return paragraph(say("counts_later", language))
    values = {"announced": counts.announced, "missing": counts.missing, "received": counts.received}
    values |= {name: getattr(counts, name) for name in _PARTS}
    values |= {"notices": counts.deleted, "put": run.items_put, "deleted": run.items_deleted}
    rows = ((frame.say(name), number(value, language)) for name, value in values.items())
    shown = table(say("counts", language), (say("what", language), say("number", language)), rows)
    return shown + _sum(frame, "announced", ("received", "missing"), values) + _sum(frame, "received", _PARTS, values)


def _sum(frame: Frame, whole: str, parts: Sequence[str], values: dict[str, int]) -> str:
    """announced 12 = received 10 + missing 2."""
    told = " + ".join(f"{number(values[name], frame.language)} {frame.say(name)}" for name in parts)
    return f"<p>{number(values[whole], frame.language)} {frame.say(whole)} = {told}</p>"


def _rejected(frame: Frame, run: Run, rejected: Sequence[Rejection]) -> str:
    if not rejected:
        return ""
    language = frame.language
    rows = ((text(one.native_id), text(one.field), f'<span lang="en">{long(one.reason, language)}</span>') for one in rejected[:_MOST])
    head = [say(name, language) for name in ("record", "member", "reason")]
    caption = f"{say('of_run', language)} ({number(len(rejected), language)})"
    all_of_them = link(frame.href("sources", run.source, "quarantine"), say("quarantine", language))
    return heading(say("quarantine", language)) + table(caption, head, rows) + f"<p>{all_of_them}</p>"


def _log(frame: Frame, journal: Journal) -> str:
    language = frame.language
    head = [say(name, language) for name in ("time", "level", "message")]
    rows = (_line(frame, line) for line in (*journal.first, *journal.last))
    counts = {"count": number(len(journal.first), language), "last": number(len(journal.last), language)}
    cut = paragraph(say("log_cut", language, **counts)) if journal.dropped else ""
    return table(say("log", language), head, rows) + cut


def _line(frame: Frame, line: Line) -> tuple[str, ...]:
    kind, word = _LEVELS.get(line.level, ("disabled", Text("information", "information")))
    when = moment(parse_time(line.time, "time"), frame.language, seconds=True)
    return when, badge(kind, word, frame.language), f'<span lang="en">{long(line.text, frame.language)}</span>'
