"""The quarantine of a source: reasons counted, records in pages, replayed by their reason."""

from index.harvests.commands import commands
from tests.api.runs.reading import Page, read, send
from tests.api.runs.world import Site, reject

PLACE = "/runs/sources/peps/quarantine"


def names(shown: Page) -> list[str]:
    return [row[0] for row in shown.rows if row and row[0].startswith("record-")]


def test_an_empty_one_says_so(operated: Site) -> None:
    assert "Rien n’est en quarantaine." in read(operated.get(PLACE)).words


def test_ten_thousand_records_are_shown_in_pages_with_their_reasons_counted(operated: Site) -> None:
    reject(operated.index, "peps", *["geometry: outside of the world"] * 9_990)
    reject(operated.index, "peps", *["datetime: no such day"] * 10, first=20_000)
    assert read(operated.get("/runs?language=en")).row("peps")[5] == "10,000"
    first = read(operated.get(f"{PLACE}?language=en"))
    assert first.row("geometry")[1] == "9,990"
    assert first.row("datetime")[1] == "10"
    assert len(names(first)) == 50
    second = read(operated.get(first.links["Next"]))
    assert len({*names(first), *names(second)}) == 100
    last = read(operated.get(f"{PLACE}?page=200&language=en"))
    assert len(names(last)) == 50
    assert "Next" not in last.links
    assert names(read(operated.get(f"{PLACE}?page=201&language=en"))) == []


def test_words_of_the_reason_narrow_it_whatever_their_case(operated: Site) -> None:
    reject(operated.index, "peps", "Geometry: outside", "no such day", "geometry: crossed")
    shown = read(operated.get(f"{PLACE}?reason=GEOMETRY"))
    assert names(shown) == ["record-0", "record-2"]
    assert "Toutes les raisons" in shown.links
    assert "Aucune fiche de cette quarantaine" in read(operated.get(f"{PLACE}?reason=nothing")).words


def test_what_two_sources_of_an_archive_share_is_said(operated: Site) -> None:
    reject(operated.index, "peps", "no such day")
    assert "commune à plusieurs sources" in read(operated.get("/runs/sources/geodes/quarantine")).words


def test_those_of_one_reason_are_replayed(operated: Site) -> None:
    reject(operated.index, "peps", "Geometry: outside", "no such day")
    with operated.signed_in() as client:
        shown = read(client.get(f"{PLACE}?reason=geometry"))
        asked = read(client.get(shown.links["Rejouer celles-ci"]))
        assert "1 fiches de la quarantaine ont dans leur raison" in asked.words
        assert send(client, asked, "/ask/replay").status_code == 303
    [command] = commands(operated.index)
    assert (command.source, command.action, command.arguments) == ("peps", "replay", {"reason": "geometry"})


def test_wrong_pages_and_endless_words_are_refused_in_words(operated: Site) -> None:
    for query in ("page=0", "page=x", "page=%C2%B2", "page=999999", f"reason={'x' * 501}", "page=1&page=2", "other=1"):
        shown = read(operated.get(f"{PLACE}?{query}"), 400)
        assert "Erreur 400" in shown.words
