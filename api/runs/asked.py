"""Commands on the pages of operators: what was asked, by whom, and what came of it."""

from collections.abc import Sequence
from html import escape

from api.html import link, paragraph, table
from api.runs.deeds import NAMES
from api.runs.frame import Frame
from api.runs.shown import badge, long, moment, text
from api.runs.words import say
from index.harvests.commands import Command
from mappings.times import parse_time
from mappings.words import Text

_STATES = {
    "waiting": Text("en attente", "waiting"),
    "taken": Text("en main", "taken"),
    "done": Text("faite", "done"),
}
MOST = 20


def commands_table(frame: Frame, asked: Sequence[Command], *, with_source: bool) -> str:
    """All that are open, and the newest of those that are done; `asked` newest first."""
    language = frame.language
    is_open = [one for one in asked if one.state != "done"]
    shown = [*is_open, *[one for one in asked if one.state == "done"][: max(MOST - len(is_open), 5)]]
    if not shown:
        return paragraph(say("no_commands", language))
    names = ("asked", *(("source",) if with_source else ()), "action", "state", "by", "result")
    rows = (_row(frame, one, with_source=with_source) for one in shown)
    hint = paragraph(say("waiting_hint", language)) if any(one.state == "waiting" for one in shown) else ""
    return f'<div class="titled">{table(say("commands", language), [say(name, language) for name in names], rows)}</div>{hint}'


def _row(frame: Frame, one: Command, *, with_source: bool) -> tuple[str, ...]:
    language = frame.language
    source = (link(frame.href("sources", one.source), one.source),) if with_source else ()
    words = one.arguments.get("reason")
    every = f" ({frame.say('every')})" if one.arguments.get("all") == "yes" else ""
    return (
        moment(parse_time(one.time, "time"), language),
        *source,
        escape(NAMES[one.action].in_(language)) + every + (f"{frame.say('colon')}{long(words, language)}" if words else ""),
        badge(one.state, _STATES[one.state], language) if one.state in _STATES else text(one.state),
        text(one.by),
        f'<span lang="en">{long(one.result, language)}</span>' if one.result else "–",
    )
