"""Ways in which the harvester's own side loses records: time without end, a full disk, a history that is gone, times that are not there."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from index.protocol import IndexUnavailable
from index.sqlite import SqliteIndex
from index.state import Outcome
from moisson.sections import CswSection, GeodesSettings, HttpSettings
from tests.losses.support import ARCHIVES, HTTP, kept, run
from tests.support.harvesting import all_items
from tests.upstreams import Rule, Upstreams, World, ogc_filters
from tests.upstreams.feeds import Entry
from tests.upstreams.ogc_scenes import Partner

WORLD = World(2000)
_FIRST = date(2014, 1, 1)


@pytest.mark.parametrize("fault", [Rule("^/vigisat/csw", "slow", value=2), Rule("^/vigisat/csw", "drip", value=0.05)], ids=["slow", "drip"])
def test_a_catalogue_that_does_not_answer_a_post_does_not_hold_the_run(tmp_path: Path, fault: Rule) -> None:
    http = HttpSettings(timeout=0.4, attempts=2, requests_per_second=100_000)
    with SqliteIndex.open(tmp_path / "index.sqlite") as index, Upstreams(WORLD, faults=[fault]) as up:
        began = time.monotonic()
        ended = run(index, "csw", CswSection(url=up.vigisat, http=http))
        assert time.monotonic() - began < 4
        assert index.lease("harvest:csw") is None
    assert ended.outcome is Outcome.FAILED
    assert "POST" in {seen.method for seen in up.log}


@pytest.mark.parametrize("name", ["csw", "peps", "oaipmh"])
def test_a_disk_that_is_full_in_the_middle_loses_nothing_once_there_is_room(tmp_path: Path, name: str) -> None:
    path = tmp_path / "index.sqlite"
    with Upstreams(WORLD) as up:
        settings = ARCHIVES[name].settings(up)
        with SqliteIndex.open(path) as index:
            with index._pool.connection() as db:
                pages = db.execute("PRAGMA page_count").fetchone()[0]
                db.execute(f"PRAGMA max_page_count = {pages + 20}")
            with pytest.raises(IndexUnavailable, match="disk is full"):
                run(index, name, settings)
        with SqliteIndex.open(path) as index:
            some = len(kept(index, name))
            ended = run(index, name, settings)
            assert some < len(kept(index, name)) == (90 if name == "peps" else 60)
            assert ended.outcome is Outcome.COMPLETE
            assert [one.outcome for one in index.runs(name)] == [Outcome.COMPLETE, Outcome.ABORTED]


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_a_history_that_is_gone_makes_no_second_copy_and_hides_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "index.sqlite"
    with Upstreams(WORLD) as up:
        settings = ARCHIVES[name].settings(up)
        with SqliteIndex.open(path) as index:
            assert run(index, name, settings).counts.new > 0
            before = all_items(index)
        with sqlite3.connect(path) as db:
            for table in ("runs", "watermarks", "notes", "leases"):
                db.execute(f"DELETE FROM {table}")
        db.close()
        with SqliteIndex.open(path) as index:
            again = run(index, name, settings)
            assert (again.outcome, again.counts.new, again.items_put) == (Outcome.COMPLETE, 0, 0)
            assert all_items(index) == before


def _lies(time: str | None, window: dict[str, str]) -> bool:
    return time is not None and window["gte"] <= time <= window["lte"]


@contextmanager
def _geodes(features: list[dict[str, Any]]) -> Iterator[str]:
    """Features of one collection, searched by their time of publication: those without one are in no window of times."""

    async def search(request: Request) -> JSONResponse:
        asked = await request.json()
        times = {name: window for name, window in asked["query"].items() if name != "dataset"}
        found = [one for one in features if all(_lies(one["properties"][name], window) for name, window in times.items())]
        for order in asked.get("sortBy", ()):
            found.sort(key=lambda one: one["properties"][order["field"]] or "")
        page = found[(asked["page"] - 1) * asked["limit"] : asked["page"] * asked["limit"]]
        return JSONResponse({"type": "FeatureCollection", "features": page, "context": {"matched": len(found)}})

    app = Starlette(routes=[Route("/search", search, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def test_a_record_without_a_time_of_publication_is_read_or_missed(tmp_path: Path) -> None:
    with Upstreams(WORLD) as up:
        body = {"query": {"dataset": {"eq": "PEPS_S3_L1"}}, "limit": 10, "page": 1}
        features = httpx.post(f"{up.geodes}/search", json=body).json()["features"]
    features[4]["properties"]["datetime"] = None
    with SqliteIndex.open(tmp_path / "index.sqlite") as index, _geodes(features) as url:
        settings = GeodesSettings(url=url, collections=("PEPS_S3_L1",), since=_FIRST, http=HTTP)
        ended = run(index, "peps", settings)
        assert (len(kept(index, "peps")), ended.outcome) == (10, Outcome.COMPLETE)
        # One that has no time at all can be counted, not found.
        features[5]["properties"].update({"datetime": None, "start_datetime": None})
    with SqliteIndex.open(tmp_path / "other.sqlite") as index, _geodes(features) as url:
        ended = run(index, "peps", settings.model_copy(update={"url": url}))
        assert (len(kept(index, "peps")), ended.outcome, ended.counts.missing) == (9, Outcome.PARTIAL, 1)


def test_a_catalogue_that_is_cut_by_time_gives_its_records_without_a_stamp_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_stamps(monkeypatch)
    # A world of its own: the stand-in keeps what it has selected.
    with SqliteIndex.open(tmp_path / "index.sqlite") as index, Upstreams(World(4000, seed=11)) as up:
        up.habits.capped = 50
        ended = run(index, "csw", ARCHIVES["csw"].settings(up).model_copy(update={"window_limit": 49}))
        found = kept(index, "csw")
    assert found == {known.id for known in up.partner("vigisat").truth()}
    assert ended.outcome is Outcome.COMPLETE


def _take_stamps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every seventh record of the stand-in has no dateStamp, and is in no comparison with one."""
    real_stamp, real_holds = Partner.stamp, ogc_filters._holds

    def undated(entry: Entry) -> bool:
        return entry.number % 7 == 3

    def holds(element: Any, test: ogc_filters.Test) -> Callable[[Entry], bool]:
        name, found = element.tag.rpartition("}")[2], real_holds(element, test)
        if name == "PropertyIsNull":
            return undated
        if element.findtext("{*}PropertyName") not in test.dated:
            return found
        return lambda entry: not undated(entry) and found(entry)

    monkeypatch.setattr(Partner, "stamp", lambda self, entry: "" if undated(entry) else real_stamp(self, entry))
    monkeypatch.setattr(ogc_filters, "_holds", holds)
