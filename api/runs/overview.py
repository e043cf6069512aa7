"""The first page: every source, and what was asked of the schedulers."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from starlette.responses import Response

from api.html import heading, link, paragraph, table
from api.runs.asked import commands_table
from api.runs.frame import Frame
from api.runs.shown import badge, moment, outcome, reason, span, text
from api.runs.words import say
from index.harvests.commands import Command
from index.harvests.standing import Planned, Standing
from index.state import Outcome
from mappings.words import Language, Text, number

STATES = {
    "enabled": Text("active", "enabled"),
    "disabled": Text("désactivée dans les réglages", "disabled in the settings"),
    "paused": Text("suspendue", "paused"),
    "running": Text("moisson en cours", "run under way"),
    "silent": Text("muette depuis trop longtemps", "silent for too long"),
    "braked": Text("frein : suppression à confirmer", "brake: removal to be confirmed"),
    "broken": Text("laissée en paix après des échecs", "left alone after failures"),
}
_HEAD = ("source", "state", "last_run", "next_run", "lag", "quarantined", "received", "missing")


def overview_page(
    frame: Frame, sources: Sequence[tuple[Planned, Standing]], asked: Sequence[Command], others: Sequence[str], now: datetime
) -> Response:
    """`others` are sources that have runs in the state and no settings here; commands newest first."""
    language = frame.language
    as_of = f"<p>{frame.say('as_of', time='{}').format(moment(now, language))}</p>"
    rows = (_row(frame, planned, one, now) for planned, one in sources)
    body = [
        as_of,
        _wide(table(say("sources", language), [say(name, language) for name in _HEAD], rows)) if sources else _nothing(frame),
        _others(frame, others),
        heading(say("commands", language)),
        commands_table(frame, asked, with_source=True),
    ]
    return frame.page(say("runs", language), body)


def state_badges(planned: Planned, one: Standing, language: Language) -> str:
    """How a source stands, in words."""
    run_is_on = one.lease is not None and one.last is not None and one.last.outcome is Outcome.RUNNING
    holds = {
        "disabled": not planned.enabled,
        "paused": one.paused,
        "running": run_is_on,
        "braked": one.braked is not None,
        "broken": one.broken_until is not None,
        "silent": one.silent and planned.enabled,
    }
    names = [name for name, held in holds.items() if held]
    if planned.enabled and not one.paused:
        names.insert(0, "enabled")
    return "<br>".join(badge(name, STATES[name], language) for name in names)


def next_time(one: Standing, now: datetime, language: Language) -> str:
    """When the next run is planned; that it is due, when that time has passed."""
    if one.next is None:
        return "–"
    return moment(one.next, language) if one.next > now else escape(say("due", language))


def _row(frame: Frame, planned: Planned, one: Standing, now: datetime) -> tuple[str, ...]:
    language, last = frame.language, one.last
    quarantine = frame.href("sources", planned.name, "quarantine")
    ended = last is not None and last.ended is not None
    why = f"<br>{reason(last.reason, language)}" if last and last.reason else ""
    return (
        link(frame.href("sources", planned.name), planned.name),
        state_badges(planned, one, language),
        f"{moment(last.started, language)}<br>{outcome(last.outcome, language)}{why}" if last else escape(say("never", language)),
        next_time(one, now, language),
        span(one.lag, language),
        link(quarantine, number(one.quarantined, language)) if one.quarantined else "0",
        number(last.counts.received, language) if last and ended else "–",
        number(last.counts.missing, language) if last and ended else "–",
    )


def _others(frame: Frame, names: Sequence[str]) -> str:
    if not names:
        return ""
    anchors = ", ".join(f'<a href="{escape(frame.href("sources", name))}">{text(name)}</a>' for name in names)
    return f"<p>{frame.say('others')} {anchors}</p>"


def _nothing(frame: Frame) -> str:
    return paragraph(say("no_sources", frame.language))


def _wide(html: str) -> str:
    return f'<div class="wide">{html}</div>'
