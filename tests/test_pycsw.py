"""A real pycsw, harvested over HTTP through the whole pipeline, while its records come, change and go; and its other faces."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harvesters.csw import CswSettings, CswSource
from harvesters.http import Fetcher
from harvesters.oaipmh import OaiPmhSettings, OaiPmhSource
from harvesters.opensearch import OpenSearchSettings, OpenSearchSource
from harvesters.source import Page, Source
from index.sqlite import SqliteIndex
from index.state import Counts, Outcome, Run
from mappings.partners import VIGISAT
from mappings.validation import Validator
from schedules.run import harvest
from tests.harvesters.support import Clock
from tests.support.harvesting import all_items
from tests.support.pycsw import Pycsw, PycswError, served_pycsw
from tests.support.shared import shared
from tests.upstreams import World
from tests.upstreams.ogc_records import iso
from tests.upstreams.ogc_scenes import partner

__all__ = ["served_pycsw"]

SCENES = partner(World(1000), "vigisat")
Clocked = Callable[[], datetime]


@pytest.fixture
def catalogue(served_pycsw: Pycsw) -> Pycsw:
    """Thirty made-up scenes, MI and MD records alike."""
    served_pycsw.clear()
    served_pycsw.insert_all(scene(number) for number in range(30))
    return served_pycsw


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    with clock.fetcher() as opened:
        yield opened


def scene(number: int) -> bytes:
    entry = SCENES.entry(number % SCENES.total)
    assert entry is not None
    return iso(SCENES, entry).replace(SCENES.identifier(entry.number), SCENES.identifier(number)).encode()


def insert(catalogue: Pycsw, number: int) -> str:
    return catalogue.insert(scene(number))


def csw(catalogue: Pycsw, fetcher: Fetcher, now: Clocked, **settings: object) -> CswSource:
    return CswSource("vigisat", fetcher, CswSettings(catalogue.csw, page_size=7, **settings), VIGISAT, now=now)  # type: ignore[arg-type]


def run(source: Source, index: SqliteIndex, now: Clocked, between: Callable[[int], None] = lambda number: None) -> Run:
    """One run; `between` acts after each page, told how many there were."""
    pages: list[Page] = []

    def progress(page: Page, counts: Counts) -> None:
        pages.append(page)
        between(len(pages))

    return harvest(source, index, Validator(), now=now, owner="test", progress=progress)


def kept(index: SqliteIndex) -> set[str]:
    index.refresh()
    return set(index.record_names("vigisat", "records", None, None))


def held(index: SqliteIndex) -> set[str]:
    """Every record that the index knows: kept, or in quarantine."""
    return kept(index) | {rejection.native_id for rejection in index.rejections("vigisat")}


def assert_true(catalogue: Pycsw, index: SqliteIndex) -> None:
    """What is in quarantine stays there when its archive deletes it: only what is kept must be there still."""
    there = set(catalogue.identifiers())
    assert kept(index) <= there <= held(index)


def assert_sound(ended: Run) -> None:
    assert (ended.outcome, ended.reason) == (Outcome.COMPLETE, None)


def test_recorded_iso_records_are_all_harvested_or_refused_with_a_reason(
    served_pycsw: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock
) -> None:
    served_pycsw.clear()
    twice = []
    for path in sorted(shared("samples/ogc/iso").glob("*.xml")):
        if path.name.startswith("iso19115-3"):
            # pycsw 2.6 does not read them.
            continue
        try:
            served_pycsw.insert(path.read_bytes())
        except PycswError as error:
            twice.append(str(error))
    assert len(served_pycsw.identifiers()) >= 20
    assert twice
    assert all("UNIQUE" in said for said in twice)
    assert_sound(run(csw(served_pycsw, fetcher, clock.now), index, clock.now))
    assert_true(served_pycsw, index)
    items = {item["properties"]["moisson:source_id"] for item in all_items(index).values()}
    # Hostile identifiers, and a scene as MI.
    assert any(name.startswith("../../..") for name in held(index))
    assert any(name.startswith("S2B_MSIL2A_20200902") for name in items)
    assert all(rejection.reason and rejection.raw for rejection in index.rejections("vigisat"))


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_records_of_both_kinds_are_harvested_whole_and_unchanged_the_next_time(
    catalogue: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock, method: str
) -> None:
    ended = run(csw(catalogue, fetcher, clock.now, method=method), index, clock.now)
    assert_sound(ended)
    assert (ended.counts.new, ended.counts.received) == (30, 30)
    roots = {record.raw.split(b" ")[0] for record in index.records("vigisat")}
    assert roots == {b"<gmd:MD_Metadata", b"<gmi:MI_Metadata"}
    # Incrementally: but the last days, unchanged.
    again = run(csw(catalogue, fetcher, clock.now, method=method), index, clock.now)
    assert_sound(again)
    assert again.counts.received == again.counts.unchanged < 10
    # A sweep.
    clock.time += timedelta(days=8).total_seconds()
    swept = run(csw(catalogue, fetcher, clock.now, method=method), index, clock.now)
    assert (swept.counts.received, swept.counts.unchanged, swept.items_put) == (30, 30, 0)


def test_what_is_inserted_and_touched_comes_with_the_next_run(catalogue: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock) -> None:
    run(csw(catalogue, fetcher, clock.now), index, clock.now)
    catalogue.touch(SCENES.identifier(3), "2026-02-01")
    insert(catalogue, 1000)
    catalogue.touch("vigisat-00001000", "2026-02-01T05:00:00Z")
    ended = run(csw(catalogue, fetcher, clock.now), index, clock.now)
    assert_sound(ended)
    assert (ended.counts.changed, ended.counts.new) == (1, 1)
    assert_true(catalogue, index)


def test_what_appears_late_with_an_old_stamp_and_what_is_deleted_is_found_by_the_next_sweep(
    catalogue: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock
) -> None:
    run(csw(catalogue, fetcher, clock.now), index, clock.now)
    insert(catalogue, 1000)
    catalogue.touch("vigisat-00001000", "2011-01-01")
    for number in (0, 14, 29):
        catalogue.delete(SCENES.identifier(number))
    run(csw(catalogue, fetcher, clock.now), index, clock.now)
    assert held(index) - set(catalogue.identifiers()) == {SCENES.identifier(number) for number in (0, 14, 29)}
    clock.time += timedelta(days=8).total_seconds()
    ended = run(csw(catalogue, fetcher, clock.now), index, clock.now)
    assert_sound(ended)
    assert ended.counts.deleted == 3
    assert_true(catalogue, index)


def deletes(catalogue: Pycsw) -> Callable[[int], None]:
    def between(number: int) -> None:
        if number <= 3:
            catalogue.delete(catalogue.identifiers()[0])

    return between


def inserts(catalogue: Pycsw) -> Callable[[int], None]:
    def between(number: int) -> None:
        if number <= 3:
            insert(catalogue, 1000 + number)
            first = f"vigisat-{1000 + number:08d}"
            catalogue.touch(first, "2026-01-31")

    return between


def touches(catalogue: Pycsw) -> Callable[[int], None]:
    def between(number: int) -> None:
        if number <= 3:
            catalogue.touch(catalogue.identifiers()[0 if number % 2 else -1], f"2026-01-{20 + number}T10:00:00Z")

    return between


def swaps(catalogue: Pycsw) -> Callable[[int], None]:
    """As many come as go, so that no number tells."""

    def between(number: int) -> None:
        if number <= 2:
            catalogue.delete(catalogue.identifiers()[0])
            insert(catalogue, 1000 + number)

    return between


@pytest.mark.parametrize("change", [deletes, inserts, touches, swaps])
@pytest.mark.parametrize("face", ["csw", "oaipmh", "opensearch"])
def test_a_catalogue_that_changes_between_pages_is_known_truly_after_one_more_run_at_most(
    catalogue: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock, face: str, change: Callable[[Pycsw], Callable[[int], None]]
) -> None:
    def source() -> Source:
        if face == "csw":
            return csw(catalogue, fetcher, clock.now)
        if face == "oaipmh":
            return OaiPmhSource("vigisat", fetcher, OaiPmhSettings(catalogue.oai), VIGISAT, now=clock.now)
        return OpenSearchSource("vigisat", fetcher, OpenSearchSettings(catalogue.opensearch, page_size=7), VIGISAT, now=clock.now)

    before = set(catalogue.identifiers())
    first = run(source(), index, clock.now, change(catalogue))
    assert first.counts.received >= 27
    # No record that was there before and is there still was lost or removed, whatever moved.
    assert (before & set(catalogue.identifiers())) <= held(index) or first.outcome is not Outcome.COMPLETE or face == "oaipmh"
    clock.time += timedelta(days=8).total_seconds()
    assert_sound(run(source(), index, clock.now))
    assert_true(catalogue, index)


@pytest.mark.parametrize("face", ["oaipmh", "opensearch"])
def test_its_other_faces_give_the_same_records(catalogue: Pycsw, index: SqliteIndex, fetcher: Fetcher, clock: Clock, face: str) -> None:
    source: Source
    if face == "oaipmh":
        source = OaiPmhSource("vigisat", fetcher, OaiPmhSettings(catalogue.oai), VIGISAT, now=clock.now)
    else:
        source = OpenSearchSource("vigisat", fetcher, OpenSearchSettings(catalogue.opensearch, page_size=7), VIGISAT, now=clock.now)
    ended = run(source, index, clock.now)
    assert_sound(ended)
    assert ended.counts.received == 30
    assert_true(catalogue, index)
    for number in (0, 14, 29):
        catalogue.delete(SCENES.identifier(number))
    clock.time += timedelta(days=8).total_seconds()
    assert_sound(run(source, index, clock.now))
    assert_true(catalogue, index)


def test_a_sweep_by_identifiers_needs_no_record_twice(catalogue: Pycsw, fetcher: Fetcher, clock: Clock) -> None:
    from tests.harvesters.ogc_support import closed, recalling
    from tests.harvesters.support import run as pages_of

    late = {SCENES.identifier(4)}
    span = recalling(datetime(2026, 1, 30, tzinfo=UTC), {"csw:swept": ""}, kept=lambda names: set(names) - late)
    found = pages_of(csw(catalogue, fetcher, clock.now, sweep="brief"), span)
    assert found.error is None
    assert len(closed(found)) == 1
    assert {name for page in found.pages for name in page.present} == set(catalogue.identifiers()) - late
    assert late <= set(found.ids())


def test_an_exception_that_comes_with_status_200_is_one(catalogue: Pycsw, fetcher: Fetcher, clock: Clock) -> None:
    from tests.harvesters.support import run as pages_of

    found = pages_of(csw(catalogue, fetcher, clock.now, where={"apiso:nothing": "x"}))
    assert "InvalidParameterValue" in str(found.error)
