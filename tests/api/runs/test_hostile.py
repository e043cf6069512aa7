"""Names, reasons and words that hold markup, turn the direction of writing, or never end, are shown harmlessly."""

import pytest

from index.harvests.commands import Action, done, leave, pause
from index.state import Outcome
from tests.api.runs.reading import read
from tests.api.runs.world import LONG, NOW, RIGHT_TO_LEFT, SCRIPT, Site, ran, reject

TEXTS = (SCRIPT, RIGHT_TO_LEFT, LONG, "\x00\x1b[2J", '"><img src=x onerror=alert(1)>', "{}{0}%s")
# Settings allow no such name; a state that somebody else wrote may have it. No name has a slash.
NAME = "<script>'\u202e?&"
_PEPS = "/runs/sources/peps"
PAGES = ("/runs", _PEPS, f"{_PEPS}/runs/one", f"{_PEPS}/quarantine", f"{_PEPS}/ask/replay?reason=x")


@pytest.fixture
def hostile(operated: Site) -> Site:
    """Wherever words of others can stand, they are wicked."""
    index, everything = operated.index, " ".join(TEXTS)
    ran(index, "peps", "one", Outcome.PARTIAL, reason=everything, rejected=len(TEXTS))
    ran(index, NAME, "other", Outcome.COMPLETE)
    reject(index, "peps", *TEXTS, native_id=f"{{}}{SCRIPT}{RIGHT_TO_LEFT}", run="one")
    pause(index, "peps", by=SCRIPT, now=NOW, reason=everything)
    done(index, leave(index, "peps", Action.REPLAY, by=SCRIPT, now=NOW, arguments={"reason": LONG}), everything)
    return operated


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_it_becomes_markup_or_turns_the_page(hostile: Site, page: str) -> None:
    for language in ("fr", "en"):
        answer = hostile.get(f"{page}{'&' if '?' in page else '?'}language={language}")
        shown = read(answer)
        assert {tag for tag, _ in shown.tags} & {"script", "img", "iframe", "object"} == set()
        assert not [given for _, given in shown.tags if any(name.startswith("on") for name in given)]
        assert not {"\x00", "\x1b", "\u202e"} & set(answer.text)


def test_what_never_ends_is_folded_and_can_be_read_whole(hostile: Site) -> None:
    shown = read(hostile.get("/runs/sources/peps/quarantine"))
    assert "details" in {tag for tag, _ in shown.tags}
    assert LONG.strip() in shown.words


def test_a_source_by_a_wicked_name_has_a_page(hostile: Site) -> None:
    shown = read(hostile.get("/runs"))
    assert NAME[:9] in read(hostile.get(shown.links[NAME.replace("\u202e", "�")])).words


def test_wicked_addresses_are_answered_in_words(operated: Site) -> None:
    for path in (f"sources/{SCRIPT.replace('/', '%2F')}", f"sources/{'x' * 5000}", "%00", "sources/%FF/runs/%E2%80%AE"):
        shown = read(operated.get(f"/runs/{path}"), 404)
        assert "Erreur 404" in shown.words
        assert "script" not in {tag for tag, _ in shown.tags}
