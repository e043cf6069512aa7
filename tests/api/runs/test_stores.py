"""On both stores the same is read, signed in with, and asked for; and what an index that does not answer looks like."""

from collections.abc import Mapping
from typing import Any

from index.harvests.commands import Action, commands
from index.protocol import Index, IndexUnavailable
from index.state import Note, Outcome
from tests.api.runs.conftest import SOURCES
from tests.api.runs.reading import read, send
from tests.api.runs.world import ran, reject, site


def test_an_operator_signs_in_looks_and_asks(index: Index) -> None:
    with site(index, SOURCES) as one, one.signed_in() as client:
        for number in range(3):
            ran(index, "peps", f"run-{number}", Outcome.COMPLETE, hours=number + 1, put=9, new=9)
        reject(index, "peps", "Geometry: outside", "no such day", run="run-0")
        assert read(client.get("/runs?language=en")).row("peps")[5:] == ["2", "9", "0"]
        assert "record-0" in read(client.get("/runs/sources/peps/quarantine?reason=geometry")).words
        assert "complète" in read(client.get("/runs/sources/peps/runs/run-2")).words
        send(client, read(client.get("/runs/sources/peps/ask/pause")), "/ask/pause", reason="Travaux")
        send(client, read(client.get("/runs/sources/peps/ask/run")), "/ask/run")
        shown = read(client.get("/runs/sources/peps")).words
        assert "Travaux" in shown
        assert "en attente" in shown
        assert [one.action for one in commands(index)] == [Action.RUN]
        send(client, read(client.get("/runs")), "/sign-out")
        assert client.get("/runs").status_code == 401


class Gone:
    """An index whose notes are not answered any more."""

    def __init__(self, inner: Index) -> None:
        self._inner = inner
        self.gone = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def notes(self, kind: str) -> Mapping[str, Note]:
        if self.gone:
            raise IndexUnavailable("gone")
        return self._inner.notes(kind)


def test_an_index_that_does_not_answer_is_a_page_too(lite: Index) -> None:
    index = Gone(lite)
    with site(index, SOURCES) as one:  # type: ignore[arg-type]
        index.gone = True
        one.clock.time = one.clock.time.replace(hour=13)
        answer = one.get("/runs")
        assert "L’index ne répond pas" in read(answer, 503).words
        assert answer.headers["Retry-After"] == "5"
