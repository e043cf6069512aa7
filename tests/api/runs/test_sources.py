"""Every state that a source can be in is shown in words."""

from datetime import timedelta

from index.harvests import breaker
from index.harvests.commands import Action, done, leave, pause, take
from index.harvests.journal import Journal, Line, save_journal
from index.harvests.notes import BRAKE
from index.protocol import Index
from index.state import Outcome
from tests.api.runs.reading import read
from tests.api.runs.world import NOW, Site, mark, ran, reject, site


def test_without_sources_the_page_says_what_is_missing(lite: Index) -> None:
    with site(lite) as bare:
        assert "Aucune source n’est réglée sur ce serveur" in read(bare.get("/runs")).words


def test_a_source_that_never_ran_is_due(operated: Site) -> None:
    row = read(operated.get("/runs")).row("peps")
    assert row[1:5] == ["active", "jamais", "à faire", "–"]
    assert "Aucune moisson encore." in read(operated.get("/runs/sources/peps")).words


def test_a_complete_run_is_shown_with_its_counts_its_next_time_and_how_far_it_came(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.COMPLETE, hours=2, put=7, new=7, unchanged=1200)
    mark(operated.index, "peps", hours=26)
    row = read(operated.get("/runs?language=en")).row("peps")
    assert row == ["peps", "enabled", "2026-06-15 10:00 UTC ✓ complete", "2026-06-15 16:00 UTC", "1 d 2 h", "0", "1,207", "0"]


def test_a_run_under_way_is_told_from_one_whose_process_died(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.RUNNING, hours=0.1)
    assert "moisson en cours" not in read(operated.get("/runs")).row("peps")[1]
    operated.index.acquire("harvest:peps", "host:1:a", NOW, timedelta(minutes=5))
    assert "moisson en cours" in read(operated.get("/runs")).row("peps")[1]
    assert "host:1:a" in read(operated.get("/runs/sources/peps")).words
    assert "Les comptes viennent à la fin" in read(operated.get("/runs/sources/peps/runs/one")).words


def test_why_a_run_failed_is_said(operated: Site) -> None:
    ran(operated.index, "airbus", "one", Outcome.FAILED, hours=30, reason="HTTP 401: sources.airbus.api_key is refused")
    for _ in range(breaker.FAILURES):
        breaker.record(operated.index, "airbus", Outcome.FAILED, NOW)
    row = read(operated.get("/runs")).row("airbus")
    assert "échouée HTTP 401: sources.airbus.api_key is refused" in row[2]
    assert "laissée en paix après des échecs" in row[1]
    assert "muette depuis trop longtemps" in row[1]


def test_a_partial_run_adds_up_and_says_in_french_what_it_lacks(operated: Site) -> None:
    told = "the archive announced 3 records that it did not give"
    ran(operated.index, "peps", "one", Outcome.PARTIAL, reason=told, missing=3, new=5, rejected=2, filtered=1)
    shown = read(operated.get("/runs/sources/peps/runs/one")).words
    assert "l’archive a annoncé 3 fiches qu’elle n’a pas données" in shown
    assert "11 annoncées par l’archive = 8 reçues + 3 manquantes" in shown
    assert "8 reçues = 5 nouvelles + 0 changées + 0 inchangées + 0 jointes à un autre Item + 2 en quarantaine" in shown
    assert told in read(operated.get("/runs/sources/peps/runs/one?language=en")).words


def test_a_pause_says_who_and_why(operated: Site) -> None:
    pause(operated.index, "peps", by="maud", now=NOW, reason="Travaux chez l’archive")
    shown = read(operated.get("/runs/sources/peps"))
    assert "suspendue par maud , le 15/06/2026 12:00 UTC Travaux chez l’archive" in shown.words
    assert {"Reprendre", "Moissonner maintenant"} <= set(shown.links)
    assert "Suspendre" not in shown.links


def test_what_the_brake_stopped_waits_for_an_operator(operated: Site) -> None:
    stopped = {"counts": {"absent": 90}, "count": 90, "total": 185, "why": "absent from whole listings", "confirmed": False}
    operated.index.write_note(BRAKE, "peps", stopped, None)
    shown = read(operated.get("/runs/sources/peps"))
    assert "90 of 185 records, absent from whole listings" in shown.words
    assert "Confirmer la suppression" in shown.links


def test_a_disabled_source_takes_no_commands(operated: Site) -> None:
    shown = read(operated.get("/runs/sources/old"))
    assert "désactivée dans les réglages" in shown.words
    assert not any("/ask/" in address for address in shown.links.values())
    assert operated.get("/runs/sources/old/ask/run").status_code == 409


def test_a_source_that_only_the_state_knows_is_shown_without_commands(operated: Site) -> None:
    ran(operated.index, "before", "one", Outcome.COMPLETE, hours=3000)
    assert "before" in read(operated.get("/runs")).links
    shown = read(operated.get("/runs/sources/before"))
    assert "n’est pas dans les réglages de ce serveur" in shown.words
    assert not any("/ask/" in address for address in shown.links.values())
    assert "complète" in read(operated.get("/runs/sources/before/runs/one")).words


def test_commands_are_shown_waiting_taken_and_done(operated: Site) -> None:
    index = operated.index
    ended = leave(index, "peps", Action.RUN, by="root", now=NOW - timedelta(minutes=5))
    done(index, ended, "complete: received 12")
    leave(index, "peps", Action.REMAP, by="root", now=NOW - timedelta(minutes=4), arguments={"all": "yes"})
    take(index, "me", NOW, ["peps"], 1)
    leave(index, "airbus", Action.REPLAY, by="maud", now=NOW, arguments={"reason": "geometry"})
    rows = read(operated.get("/runs?language=en")).rows
    told = [row[1:] for row in rows if row[0].startswith("2026-06-15 1") and len(row) == 6]
    assert told == [
        ["airbus", "Replay the quarantine: geometry", "waiting", "maud", "–"],
        ["peps", "Remap (all)", "taken", "root", "–"],
        ["peps", "Run now", "done", "root", "complete: received 12"],
    ]
    assert "scheduler (moisson schedule) running?" in read(operated.get("/runs?language=en")).words
    assert [row[2] for row in read(operated.get("/runs/sources/airbus?language=en")).rows if "waiting" in row] == ["waiting"]


def test_the_history_goes_in_pages(operated: Site) -> None:
    for number in range(65):
        ran(operated.index, "peps", f"run-{number}", Outcome.COMPLETE, hours=1 + number, put=number)
    seen: list[str] = []
    address: str | None = "/runs/sources/peps"
    while address:
        shown = read(operated.get(address))
        seen += [href for href in shown.links.values() if "/runs/run-" in href]
        address = shown.links.get("Suite")
    assert len(set(seen)) == len(seen) == 65


def test_what_a_run_said_is_shown(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.PARTIAL)
    assert "Aucune ligne n’est gardée pour cette moisson" in read(operated.get("/runs/sources/peps/runs/one")).words
    waited = Line("2026-06-15T11:00:01Z", "WARNING", "waiting 1.0 s before attempt 2 of 5")
    lines = [Line("2026-06-15T11:00:00Z", "INFO", "run begins"), waited]
    save_journal(operated.index, "one", Journal(lines, dropped=12))
    shown = read(operated.get("/runs/sources/peps/runs/one"))
    assert shown.row("15/06/2026 11:00:01")[1:] == ["avertissement", "waiting 1.0 s before attempt 2 of 5"]
    assert "Les 2 premières lignes" in shown.words


def test_what_a_run_put_into_quarantine_is_shown_with_it(operated: Site) -> None:
    ran(operated.index, "peps", "one", Outcome.COMPLETE, rejected=2)
    reject(operated.index, "peps", "no geometry", "no geometry", run="one")
    reject(operated.index, "peps", "other", run="two", first=9)
    shown = read(operated.get("/runs/sources/peps/runs/one"))
    assert "encore là (2)" in shown.words
    assert "record-9" not in shown.words
