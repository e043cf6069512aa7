"""Each source with each fault: the run ends as the matrix says, and when the fault has gone, with exactly what the archive has."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from mappings.validation import Validator
from moisson.sections import HttpSettings, SourceSettings
from schedules.rules import Rules
from tests.faults.cells import TABLES, Cell, Setting, cells
from tests.faults.checks import check_index, check_mending, check_run
from tests.faults.faults import FAULTS, Fault
from tests.faults.subjects import SUBJECTS, Subject
from tests.support.faults import Harvester, Held, held, opened
from tests.upstreams import Upstreams

_SOUND = HttpSettings(requests_per_second=100_000, attempts=3, timeout=20, max_mib=4)
# Every month of the past at every run.
_ALL_MONTHS = Rules(recounts=1000)
_VALIDATOR = Validator()


@dataclass
class Bench:
    """The stand-ins, and per source what harvests without any fault lead to: `stages[n]` is the index after run n."""

    up: Upstreams
    folder: Path
    stages: dict[str, list[Held]] = field(default_factory=dict)

    def full(self, subject: Subject) -> Path:
        """An index as the first harvest leaves it; checked, as all that follow, against the stand-in's truth."""
        path = self.folder / f"{subject.key}.sqlite"
        if subject.key not in self.stages:
            with opened(path) as index:
                found = [self.sound(subject, index, 0)]
            with opened(self.folder / f"{subject.key}-later.sqlite", path) as index:
                self.stages[subject.key] = [*found, self.sound(subject, index, 1), self.sound(subject, index, 2)]
        return path

    def sound(self, subject: Subject, index: SqliteIndex, stage: int) -> Held:
        self.up.faults.clear()
        subject.show(self.up, stage)
        run = Harvester(index, subject.name, subject.section(self.up, _SOUND), _VALIDATOR, number=stage)()
        found = held(index, subject.name)
        assert (run.outcome, run.counts.rejected, found.ids) == (Outcome.COMPLETE, 0, sorted(subject.truth(self.up)))
        return found


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Upstreams() as up:
        yield Bench(up, tmp_path_factory.mktemp("bench"))


@dataclass
class Trial:
    """One cell: the source with the fault, then without it."""

    bench: Bench
    setting: Setting
    fault: Fault
    subject: Subject
    index: SqliteIndex

    def __post_init__(self) -> None:
        section = self.subject.section(self.bench.up, self.fault.http())
        rules = _ALL_MONTHS if self.setting != "full" or self.fault.key == "doubled" else Rules()
        self.harvester = Harvester(self.index, self.subject.name, self._listing(section), _VALIDATOR, rules, number=1)

    def with_fault(self) -> Run:
        self.subject.show(self.bench.up, 1)
        self.bench.up.faults.clear()
        self.bench.up.faults.add(*self.fault.rules(self.subject))
        return self.harvester()

    def without(self) -> Run:
        self.bench.up.faults.clear()
        self.subject.show(self.bench.up, 2)
        self.harvester.section = self._listing(self.subject.section(self.bench.up, _SOUND))
        return self.harvester()

    def _listing(self, section: SourceSettings) -> SourceSettings:
        return self.subject.listing(section) if self.setting == "listed" else section

    @property
    def now(self) -> Held:
        return held(self.index, self.subject.name)

    @property
    def before(self) -> Held:
        return Held() if self.setting == "first" else self.bench.stages[self.subject.key][0]

    def truth(self, stage: int) -> Held:
        return self.bench.stages[self.subject.key][stage]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("setting", "fault", "subject", "cell"),
    [pytest.param(setting, FAULTS[key], SUBJECTS[name], cell, id=f"{name}-{key}-{setting}") for setting, key, name, cell in cells()],
)
def test_a_fault_ends_as_the_matrix_says_and_mends(
    setting: Setting, fault: Fault, subject: Subject, cell: Cell, bench: Bench, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    full = bench.full(subject)
    with opened(tmp_path / "index.sqlite", None if setting == "first" else full) as index:
        trial = Trial(bench, setting, fault, subject, index)
        run = trial.with_fault()
        check_run(run, cell)
        if cell.defects:
            # The run ends as it must also where the index does not yet.
            request.applymarker(pytest.mark.xfail(strict=True, reason="; ".join(cell.defects)))
        check_tries(trial, run)
        check_index(trial.now, trial.before, trial.truth(1), cell)
        check_mending(trial, trial.truth(2), cell, trial.subject.name)


def check_tries(trial: Trial, run: Run) -> None:
    """What passes costs a try; a record that cannot be read is told, and nothing is waited for in vain."""
    if trial.fault.when in ("once", "two") and trial.fault.action != "malformed":
        assert any(trial.harvester.waits)
    if trial.fault.key == "busy":
        assert 7 in [round(wait, 3) for wait in trial.harvester.waits]
    if trial.fault.action == "malformed":
        (rejection,) = trial.index.rejections(trial.subject.name)
        assert run.counts.rejected == 1
        assert rejection.reason
        assert rejection.field
        assert rejection.raw


def test_every_fault_is_tried_on_every_source() -> None:
    tried = {(setting, key, name) for setting, key, name, _ in cells()}
    for name, subject in SUBJECTS.items():
        for key, fault in FAULTS.items():
            assert ("full", key, name) in tried
            assert (("first", key, name) in tried) == fault.everywhere
            assert (("listed", key, name) in tried) == (fault.everywhere and bool(subject.lists))
    assert all(set(table) <= set(FAULTS) for table in TABLES.values())
