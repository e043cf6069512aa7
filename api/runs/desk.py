"""Desk: what the pages of operators read of the state, and what they do with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from api.errors import bad, not_found
from api.runs.deeds import MOST_WORDS
from api.runs.source import PAGE, History
from index.harvests.commands import Command, commands
from index.harvests.standing import Planned, Standing, standing
from index.protocol import Index
from index.state import Run

_ALL_RUNS = 10_000
_RECENT = 200
MOST_PAGES = 500


@dataclass(frozen=True)
class Desk:
    """`sources` as the settings of this server have them."""

    index: Index
    sources: Sequence[Planned]
    now: Callable[[], datetime]
    _named: dict[str, Planned] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._named.update({one.name: one for one in self.sources})

    def standings(self) -> list[tuple[Planned, Standing]]:
        """How each source stands."""
        now = self.now()
        return [(one, standing(self.index, one, now)) for one in self.sources]

    def planned(self, name: str) -> Planned:
        """A source of the settings. Raises Problem 404."""
        if name not in self._named:
            raise not_found("source", name)
        return self._named[name]

    def known(self, name: str) -> tuple[Planned, Standing] | None:
        """How a source of the settings stands; None for another that has runs. Raises Problem 404 for one that has neither."""
        planned = self._named.get(name)
        if planned is not None:
            return planned, standing(self.index, planned, self.now())
        if not self.index.runs(name, 1):
            raise not_found("source", name)
        return None

    def others(self) -> list[str]:
        """Sources of the newest runs that the settings do not have."""
        return sorted({run.source for run in self.index.runs(None, _RECENT)} - set(self._named))

    def archive(self, name: str) -> tuple[str, bool]:
        """The archive whose records a source brings, and whether others bring them too."""
        archive = self._named[name].archive if name in self._named else name
        return archive, sum(one.archive == archive for one in self.sources) > 1

    def history(self, name: str, page: int, recent: int) -> History:
        """A page of a source's runs, and its newest."""
        runs = self.index.runs(name, max(page * PAGE + 1, recent))
        first = (page - 1) * PAGE
        return History(runs[first : first + PAGE], runs[:recent], page, more=len(runs) > first + PAGE)

    def run(self, name: str, run_id: str) -> Run:
        """One run of a source. Raises Problem 404."""
        for most in (_RECENT, _ALL_RUNS):
            for run in self.index.runs(name, most):
                if run.id == run_id:
                    return run
        raise not_found("run", run_id)

    def asked(self, source: str | None = None) -> list[Command]:
        """Commands, the newest first."""
        return [one for one in reversed(commands(self.index)) if source in (None, one.source)]


def page_number(given: str | None) -> int:
    """A page of a list. Raises Problem for what is none."""
    if given is None:
        return 1
    if not (given.isascii() and given.isdecimal() and len(given) <= 5 and 1 <= int(given) <= MOST_PAGES):
        raise bad("page", f"a number from 1 to {MOST_PAGES}")
    return int(given)


def words_of(given: str | None) -> str:
    """The words that narrow a quarantine, "" for none. Raises Problem for too many."""
    words = (given or "").strip()
    if len(words) > MOST_WORDS:
        raise bad("reason", f"at most {MOST_WORDS} letters")
    return words
