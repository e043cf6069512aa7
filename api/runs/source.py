"""A source's page: how it stands, what may be asked of it, its chart, its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from starlette.responses import Response

from api.html import heading, link, paragraph, table
from api.runs.asked import commands_table
from api.runs.chart import chart
from api.runs.deeds import DEEDS, Deed, possible
from api.runs.frame import Frame, pager
from api.runs.overview import next_time, state_badges
from api.runs.shown import long, moment, outcome, reason, span, text, timetable
from api.runs.words import say
from index.harvests.commands import Command, Pause
from index.harvests.standing import Planned, Standing
from index.state import Run
from mappings.times import parse_time
from mappings.words import number

PAGE = 30
"""Runs on a page."""
_MOST_MARKS = 50
_HEAD = ("began", "outcome", "duration", "received", "missing", "rejected", "put", "deleted", "reason")


@dataclass(frozen=True)
class History:
    """A page of a source's runs; `recent` are the newest of all, for the chart."""

    runs: Sequence[Run]
    recent: Sequence[Run]
    page: int = 1
    more: bool = False


def source_page(
    frame: Frame,
    name: str,
    known: tuple[Planned, Standing] | None,
    history: History,
    asked: Sequence[Command],
    pause: Pause | None,
    now: datetime,
    done: Deed | None = None,
) -> Response:
    """`known` is None for a source that has runs in the state and no settings here; `done` what was just asked."""
    language = frame.language
    top = [f'<p class="notice" role="status">{escape(DEEDS[done].said.in_(language))}</p>'] if done else []
    if known is None:
        top.append(paragraph(say("not_here", language)))
    else:
        top += [_standing(frame, *known, pause, now), _actions(frame, *known)]
    shown = _runs(frame, name, history)
    body = [
        *top,
        heading(say("chart", language)) + chart(history.recent, language) if history.recent else "",
        heading(say("recent_runs", language)),
        shown,
        heading(say("commands", language)),
        commands_table(frame, asked, with_source=False),
    ]
    return frame.page(name, body)


def _standing(frame: Frame, planned: Planned, one: Standing, pause: Pause | None, now: datetime) -> str:
    language = frame.language
    last = f"{moment(one.last.started, language)}, {outcome(one.last.outcome, language)}" if one.last else frame.say("never")
    why = f"<br>{reason(one.last.reason, language)}" if one.last and one.last.reason else ""
    quarantine = link(frame.href("sources", planned.name, "quarantine"), number(one.quarantined, language))
    rows = {
        "state": state_badges(planned, one, language) + _held(frame, one, pause),
        "timetable": timetable(planned.timetable.text, language),
        "last_run": last + why,
        "last_complete": moment(one.complete, language) if one.complete else frame.say("never"),
        "next_run": next_time(one, now, language),
        "lag": span(one.lag, language),
        "records": number(one.records, language),
        "quarantined": quarantine if one.quarantined else "0",
        "removed": number(one.removed, language),
        "archive": text(planned.archive),
    }
    told = "".join(f"<dt>{frame.say(name)}</dt><dd>{value}</dd>" for name, value in rows.items())
    return f"{heading(say('standing', language))}<dl>{told}</dl>{_marks(frame, one)}"


def _held(frame: Frame, one: Standing, pause: Pause | None) -> str:
    """What holds the source back, in words."""
    language, told = frame.language, []
    if pause:
        when = moment(parse_time(pause.time, "time"), language) if pause.time else "–"
        told.append(f"{frame.say('paused_by', name='{0}', time='{1}').format(text(pause.by), when)}")
        told += [long(pause.reason, language)] if pause.reason else []
    if one.braked:
        told.append(f'<span lang="en">{long(one.braked, language)}</span>')
    if one.broken_until:
        told.append(frame.say("until", time="{}").format(moment(one.broken_until, language)))
    if one.lease:
        told.append(
            f"{frame.say('lease')} {text(one.lease.owner)}, {frame.say('until', time='{}').format(moment(one.lease.expires, language))}"
        )
    return "".join(f"<br>{part}" for part in told)


def _marks(frame: Frame, one: Standing) -> str:
    if not one.watermarks:
        return ""
    language = frame.language
    rows = ((text(stream), moment(mark.value, language)) for stream, mark in sorted(one.watermarks.items())[:_MOST_MARKS])
    return table(say("watermarks", language), (say("stream", language), say("value", language)), rows)


def _actions(frame: Frame, planned: Planned, one: Standing) -> str:
    language = frame.language
    deeds = possible(planned, paused=one.paused, braked=one.braked is not None)
    addresses = {deed: escape(frame.href("sources", planned.name, "ask", deed)) for deed in deeds}
    anchors = "".join(f'<li><a class="act" href="{addresses[deed]}">{escape(DEEDS[deed].name.in_(language))}</a></li>' for deed in deeds)
    none = "" if planned.enabled else paragraph(say("no_actions", language))
    return f'{heading(say("actions", language))}{none}<ul class="acts">{anchors}</ul>' if anchors or none else ""


def _runs(frame: Frame, name: str, history: History) -> str:
    language = frame.language
    if not history.runs:
        return paragraph(say("no_runs", language))
    rows = (_run(frame, run) for run in history.runs)
    shown = table(say("recent_runs", language), [say(one, language) for one in _HEAD], rows)

    def address(page: int) -> str:
        return frame.href("sources", name, page=str(page))

    return f'<div class="wide titled">{shown}</div>{pager(frame, say("recent_runs", language), history.page, history.more, address)}'


def _run(frame: Frame, run: Run) -> tuple[str, ...]:
    language, counts = frame.language, run.counts
    address = frame.href("sources", run.source, "runs", run.id)
    numbers = (counts.received, counts.missing, counts.rejected, run.items_put, run.items_deleted)
    return (
        f'<a href="{escape(address)}">{moment(run.started, language)}</a>',
        outcome(run.outcome, language),
        span(run.ended - run.started, language) if run.ended else "–",
        *(number(one, language) if run.ended else "–" for one in numbers),
        reason(run.reason, language),
    )
