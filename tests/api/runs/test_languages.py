"""French first, English by the switch, which leads to the same page."""

import re

from api.runs import words
from api.runs.deeds import DEEDS
from index.harvests.commands import Action
from index.state import Outcome
from mappings.words import Language
from tests.api.runs.reading import read
from tests.api.runs.world import Site, ran, reject

LANGUAGES: tuple[Language, ...] = ("fr", "en")


def test_pages_are_french_unless_the_reader_would_rather_have_english(operated: Site) -> None:
    for headers, query, language in (
        ({}, "", "fr"),
        ({"Accept-Language": "en-GB,en;q=0.9"}, "", "en"),
        ({"Accept-Language": "de"}, "", "fr"),
        ({"Accept-Language": "en"}, "?language=fr", "fr"),
        ({}, "?language=en", "en"),
    ):
        answer = operated.get(f"/runs{query}", **headers)
        assert answer.headers["Content-Language"] == language
        assert f'<html lang="{language}">' in answer.text


def test_the_switch_leads_to_the_same_page_and_links_keep_the_language(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.COMPLETE)
    reject(operated.index, "peps", "no geometry")
    for path in ("/runs", "/runs/sources/peps", "/runs/sources/peps/runs/one", "/runs/sources/peps/quarantine?reason=no&page=1"):
        french = read(operated.get(path))
        english = read(operated.get(french.links["English"]))
        assert read(operated.get(english.links["Français"])).words == french.words
        assert all("language=fr" in href for name, href in french.links.items() if name != "English")
        assert all("language=en" in href for name, href in english.links.items() if name != "Français")


def test_an_unknown_language_is_refused_on_a_page_in_french(operated: Site) -> None:
    assert "Erreur 400" in read(operated.get("/runs?language=xx"), 400).words


def test_every_word_is_in_both_languages_with_the_same_places() -> None:
    for name in words.names():
        fr, en = (set(re.findall(r"{\w*}", words.say(name, language))) for language in LANGUAGES)
        assert fr == en, name
    assert {str(action) for action in Action} <= {str(deed) for deed in DEEDS}
