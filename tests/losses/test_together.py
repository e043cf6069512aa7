"""Ways in which archives, runs and writers spoil each other's records."""

import threading

from index.protocol import Index
from index.state import Outcome, Run
from moisson.sections import CswSection
from schedules.lease import Busy
from tests.losses.support import ARCHIVES, HTTP, adds_up, kept, run
from tests.support.harvesting import all_items
from tests.upstreams import Upstreams, World

WORLD = World(2000)


def test_archives_that_are_harvested_at_once_lose_no_item_without_a_word(index: Index) -> None:
    names, ended = ["airbus", "csw", "oaipmh", "opensearch", "dinamis"], dict[str, Run]()
    with Upstreams(WORLD) as up:

        def one(name: str) -> None:
            ended[name] = run(index, name, ARCHIVES[name].settings(up))

        threads = [threading.Thread(target=one, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert {name: report.outcome for name, report in ended.items()} == dict.fromkeys(names, Outcome.COMPLETE)
    assert all(map(adds_up, ended.values()))
    for name, report in ended.items():
        counted = report.counts.new + report.counts.merged
        assert (len(kept(index, name)), index.count_records(name)) == (counted, counted)
    # What the reports say was put is what a search finds.
    assert len(all_items(index)) == sum(report.items_put for report in ended.values())


def test_two_runs_at_once_of_one_archive_are_one(index: Index) -> None:
    ended, refused = list[Run](), list[Busy]()
    with Upstreams(WORLD) as up:
        settings, start = ARCHIVES["csw"].settings(up), threading.Barrier(3)

        def one() -> None:
            start.wait(30)
            try:
                ended.append(run(index, "csw", settings))
            except Busy as busy:
                refused.append(busy)

        threads = [threading.Thread(target=one) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(ended) + len(refused) == 3
    assert {report.outcome for report in ended} == {Outcome.COMPLETE}
    assert sum(report.counts.new for report in ended) == 60
    assert len(kept(index, "csw")) == 60


def test_one_catalogue_announced_by_two_sources_is_two_and_neither_takes_the_others_records(index: Index) -> None:
    with Upstreams(WORLD) as up:
        settings = CswSection(url=up.vigisat, page_size=20, sweep_days=1e-9, http=HTTP)
        for name in ("one", "other"):
            assert run(index, name, settings).counts.new == 60
        assert kept(index, "one") == kept(index, "other")
        assert len(all_items(index)) == 120
        again = run(index, "one", settings)
        assert (again.counts.unchanged, again.items_put) == (60, 0)
        up.world = WORLD.without(0.05)
        run(index, "one", settings)
    assert (len(kept(index, "one")), len(kept(index, "other"))) == (57, 60)
    assert len(all_items(index)) == 117
