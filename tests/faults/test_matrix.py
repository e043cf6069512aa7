"""Each source with each fault: the run ends as the matrix says, and when the fault has gone, with exactly what the archive has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.sqlite import SqliteIndex
from index.state import Outcome, Run
from mappings.validation import Validator
from moisson.sections import HttpSettings, SourceSettings
from schedules.brake import confirm
from schedules.rules import Rules
from tests.faults.cells import TABLES, Cell, Setting, cells
from tests.faults.faults import FAULTS, Fault
from tests.faults.subjects import SUBJECTS, Subject
from tests.support.faults import Harvester, Held, adds_up, held, opened
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


def _params() -> Iterator[object]:
    for setting, key, name, cell in cells():
        marks = [pytest.mark.xfail(strict=True, reason=cell.defect)] if cell.defect else []
        yield pytest.param(setting, FAULTS[key], SUBJECTS[name], cell, id=f"{name}-{key}-{setting}", marks=marks)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("setting", "fault", "subject", "cell"), list(_params()))
def test_a_fault_ends_as_the_matrix_says_and_mends(
    setting: Setting, fault: Fault, subject: Subject, cell: Cell, bench: Bench, tmp_path: Path
) -> None:
    full = bench.full(subject)
    with opened(tmp_path / "index.sqlite", None if setting == "first" else full) as index:
        trial = Trial(bench, setting, fault, subject, index)
        run = trial.with_fault()
        assert (run.outcome, bool(re.search(cell.reason, run.reason or ""))) == (cell.outcome, True), run
        assert adds_up(run.counts)
        check_tries(trial, run)
        check_index(trial, cell)
        check_mending(trial, cell)


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


def check_index(trial: Trial, cell: Cell) -> None:
    """What the index holds after the run with the fault."""
    now, before, truth = trial.now, trial.before, trial.truth(1)
    match cell.holds:
        case "new":
            assert now.items == truth.items
        case "old":
            assert now == before
        case "between":
            assert now.items.keys() >= before.items.keys() & truth.items.keys()
            for key, item in now.items.items():
                assert item in (before.items.get(key), truth.items.get(key))
        case "more":
            # Under a second name, or in the Items that are there; a run that is partial has not read all.
            assert len(now.records) > len(truth.records)
            assert now.items.keys() >= before.items.keys() & truth.items.keys()
        case "said":
            assert now.items.keys() >= before.items.keys() & truth.items.keys()
    if trial.subject.gone == 0:
        assert not now.removed or trial.subject.key == "coverages"


def check_mending(trial: Trial, cell: Cell) -> None:
    """The archive mends and changes once more: the next run, or those that the cell names, end with exactly what it has then."""
    run, truth = trial.without(), trial.truth(2)
    if cell.mends == "stays":
        assert run.outcome is Outcome.COMPLETE, run
        check_originals(trial)
        return
    if cell.mends == "listed":
        assert run.outcome is Outcome.COMPLETE, run
        check_originals(trial)
        run = trial.without()
    if cell.mends != "next":
        assert run.outcome is Outcome.PARTIAL, run
        assert "the brake" in (run.reason or ""), run
        check_originals(trial)
        assert confirm(trial.index, trial.subject.name, "test")
        run = trial.without()
    assert run.outcome is Outcome.COMPLETE, run
    assert trial.now.items == truth.items
    assert trial.now.records == truth.records
    if trial.setting != "first" and cell.mends == "next":
        assert trial.now.removed == truth.removed


def check_originals(trial: Trial) -> None:
    """What the archive said too much is still there; all that it has is there, too, and as it has it."""
    now, truth = trial.now, trial.truth(2)
    assert now.records > truth.records
    assert now.items.keys() >= truth.items.keys()


def test_every_fault_is_tried_on_every_source() -> None:
    tried = {(setting, key, name) for setting, key, name, _ in cells()}
    for name, subject in SUBJECTS.items():
        for key, fault in FAULTS.items():
            assert ("full", key, name) in tried
            assert (("first", key, name) in tried) == fault.everywhere
            assert (("listed", key, name) in tried) == (fault.everywhere and bool(subject.lists))
    assert all(set(table) <= set(FAULTS) for table in TABLES.values())
