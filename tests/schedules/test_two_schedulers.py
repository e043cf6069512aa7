"""Two schedulers on one store, as processes: each run is done once, also when one of them is killed in the middle of it."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.state import Outcome
from moisson.build import open_index
from moisson.settings import load_settings
from tests.demo import moisson
from tests.support.harvesting import contents
from tests.upstreams import Rule, Upstreams, World

WORLD = World(600)
SOURCES = ["peps", "airbus", "dinamis"]
_CONFIG = """\
index = "{index}"

[schedule]
jitter_minutes = 0
poll_seconds = 0.1

[sources.peps]
url = "{up.geodes}"
collections = ["PEPS_S1_L1", "PEPS_S2_L1C", "PEPS_S3_L1"]
since = 2014-01-01
http = {{ requests_per_second = 1000 }}

[sources.airbus]
search_url = "{up.oneatlas}"
auth_url = "{up.oneatlas}"
constellations = ["PHR", "SPOT"]
since = 2010-01-01
http = {{ requests_per_second = 1000 }}
{airbus}

[sources.dinamis]
stac_url = "{up.dinamis}"
page_size = 20
http = {{ requests_per_second = 1000 }}
"""


def config_in(folder: Path, up: Upstreams, index: str, airbus: str = "") -> Path:
    folder.mkdir()
    path = folder / "moisson.toml"
    path.write_text(_CONFIG.format(up=up, index=index, airbus=airbus))
    return path


@pytest.fixture(params=["sqlite", "elastic"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    def of(name: str) -> str:
        if request.param == "sqlite":
            return str(tmp_path / f"{name}.sqlite")
        return f"{request.getfixturevalue('elasticsearch_url')}/{tmp_path.name.lower()}-{name}"

    return of


def schedule(config: Path) -> "subprocess.Popen[bytes]":
    return moisson("schedule", config=config)


def runs(config: Path) -> dict[str, list[Outcome]]:
    with open_index(load_settings(config)) as index:
        return {name: [run.outcome for run in index.runs(name)] for name in SOURCES}


def kept(config: Path) -> dict[str, Any]:
    with open_index(load_settings(config)) as index:
        return contents(index, SOURCES)


def until(condition: Callable[[], bool], what: str, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def all_done(config: Path) -> bool:
    return all(Outcome.COMPLETE in outcomes for outcomes in runs(config).values())


def end(process: "subprocess.Popen[bytes]") -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def test_two_schedulers_do_each_run_once_and_end_gracefully(place: Callable[[str], str], tmp_path: Path) -> None:
    with Upstreams(WORLD) as up:
        config = config_in(tmp_path / "two", up, place("two"))
        both = [schedule(config), schedule(config)]
        try:
            until(lambda: all_done(config), "every source harvested")
            time.sleep(2)
        finally:
            codes = [end(process) for process in both]
        assert codes == [0, 0]
        assert runs(config) == {name: [Outcome.COMPLETE] for name in SOURCES}


@pytest.mark.parametrize("killed_after", [2, 5, 9])
def test_one_killed_in_the_middle_is_taken_over_by_the_other(killed_after: int, place: Callable[[str], str], tmp_path: Path) -> None:
    with Upstreams(WORLD, faults=[Rule("/search", "slow", value=0.05)]) as up:
        alone = config_in(tmp_path / "alone", up, place("alone"))
        single = schedule(alone)
        try:
            until(lambda: all_done(alone), "every source harvested by one scheduler")
        finally:
            end(single)
        up.log.clear()
        config = config_in(tmp_path / "two", up, place("two"))
        first = schedule(config)
        second = None
        try:
            until(lambda: len(up.log) >= killed_after, "the first requests")
            second = schedule(config)
            first.kill()
            first.wait(10)
            until(lambda: all_done(config), "every source harvested by the other")
        finally:
            first.kill()
            if second is not None:
                end(second)
        for outcomes in runs(config).values():
            assert outcomes.count(Outcome.COMPLETE) == 1
            assert set(outcomes) <= {Outcome.COMPLETE, Outcome.ABORTED}
        assert kept(config) == kept(alone)
