"""The page on which an operator confirms what is asked of a source."""

from html import escape

from starlette.responses import Response

from api.html import link, paragraph
from api.runs.deeds import DEEDS, MOST_WORDS, Deed
from api.runs.frame import Frame
from api.runs.quarantine import MOST
from api.runs.shown import text
from api.runs.words import say
from index.harvests.standing import Planned
from index.protocol import Index
from mappings.words import number


def asking_page(frame: Frame, index: Index, source: Planned, deed: Deed, braked: str | None, reason: str) -> Response:
    """What the deed would do, and a button. `braked` says what the brake stopped; `reason` narrows a replay."""
    language = frame.language
    name = DEEDS[deed].name.in_(language)
    action = frame.href("sources", source.name, "ask", deed)
    inner = [
        _more(frame, index, source, deed, braked, reason),
        f"<p><button>{escape(say('do_it', language, deed=name[0].lower() + name[1:]))}</button> ",
        f"{link(frame.href('sources', source.name), say('cancel', language))}</p>",
    ]
    body = [paragraph(DEEDS[deed].means.in_(language)), frame.form(action, "".join(inner))]
    return frame.page(say("ask", language, deed=name, source=source.name), body)


def _more(frame: Frame, index: Index, source: Planned, deed: Deed, braked: str | None, reason: str) -> str:
    """What belongs to this deed only."""
    if deed is Deed.PAUSE:
        field = f'<input type="text" id="reason" name="reason" maxlength="{MOST_WORDS}" autocomplete="off">'
        return f'<label for="reason">{frame.say("why_pause")}</label>{field}'
    if deed is Deed.REMAP:
        box = '<input type="checkbox" id="all" name="all" value="yes">'
        return f'<p>{box} <label class="tick" for="all">{frame.say("remap_all")}</label></p>'
    if deed is Deed.CONFIRM and braked:
        return f'<p>{frame.say("brake_holds")} <span lang="en">{text(braked)}</span></p>'
    return _replay(frame, index, source, reason) if deed is Deed.REPLAY else ""


def _replay(frame: Frame, index: Index, source: Planned, reason: str) -> str:
    language = frame.language
    if not reason:
        return paragraph(say("replay_all", language, count=number(index.count_rejections(source.archive), language)))
    count = len(index.rejections(source.archive, reason, MOST))
    shown = number(count, language)
    told = say("replay_some", language, count=say("at_least", language, count=shown) if count >= MOST else shown)
    return f'<p>{escape(told)} <q lang="en">{text(reason)}</q></p><input type="hidden" name="reason" value="{escape(reason)}">'
