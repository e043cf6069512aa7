"""What an operator does: look, pause, confirm, replay, remap, restore; as processes over the stand-ins."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.upstreams import Rule, Upstreams, World

_CONFIG = """\
index = "{folder}/index.sqlite"

[schedule]
jitter_minutes = 0
poll_seconds = 0.1
{schedule}

[sources.peps]
url = "{up.geodes}"
collections = ["PEPS_S2_L1C"]
since = 2014-01-01
http = {{ requests_per_second = 1000, attempts = 1 }}

[sources.airbus]
search_url = "{up.oneatlas}"
auth_url = "{up.oneatlas}"
constellations = ["PHR", "SPOT"]
since = 2010-01-01
enabled = false
http = {{ requests_per_second = 1000, attempts = 1 }}
"""


class Site:
    """One installation: a configuration over stand-ins, and its command."""

    def __init__(self, folder: Path, up: Upstreams, schedule: str = "") -> None:
        self.up = up
        self.config = folder / "moisson.toml"
        self.config.write_text(_CONFIG.format(folder=folder, up=up, schedule=schedule))

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(self._command(arguments), capture_output=True, text=True, check=False, timeout=60, env=self._env())

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(self._command(arguments), stderr=subprocess.PIPE, text=True, env=self._env())

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        done = self(*arguments, "--json")
        assert not done.stderr, done.stderr
        return [orjson.loads(line) for line in done.stdout.splitlines()]

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-c", "from moisson.cli import main; main()", *arguments]

    def _env(self) -> dict[str, str]:
        return {**os.environ, "MOISSON_CONFIG": str(self.config)}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Upstreams(World(300)) as up:
        yield Site(tmp_path, up)


def test_quarantine_is_listed_shown_and_replayed(site: Site) -> None:
    site.up.faults.add(Rule("/geodes/api/stac/search", "malformed", nth=(1,)))
    # A page with a record that is not even one: the run is whole, the record is not lost.
    assert site("harvest", "peps").returncode == 0
    [entry] = site.json("quarantine", "list", "--source", "peps")
    assert (entry["source"], entry["record"].startswith("broken-")) == ("peps", True)
    assert site.json("quarantine", "list", "--reason", "no such words") == []
    assert "1 of 1" in site("quarantine", "list").stdout
    shown = site("quarantine", "show", "peps", entry["record"])
    assert orjson.loads(shown.stdout)["geometry"] == "POINT (0 0)"
    assert entry["reason"] in shown.stderr
    replayed = site("quarantine", "replay", "--source", "peps")
    assert (replayed.returncode, "rejected 1" in replayed.stdout) == (3, True)
    unknown = site("quarantine", "show", "peps", "nothing")
    assert (unknown.returncode, "not in quarantine" in unknown.stderr) == (2, True)


def test_a_removal_by_feed_waits_for_confirmation_and_can_be_undone(site: Site) -> None:
    assert site("harvest", "airbus").returncode == 0
    before = site.json("status")[0]["collections"]
    site.up.world = site.up.world.without(0.5)
    braked = site("harvest", "airbus")
    assert (braked.returncode, "moisson confirm airbus" in braked.stdout) == (3, True)
    assert site.json("status")[0]["collections"] == before
    assert site("confirm", "airbus").returncode == 0
    assert site("harvest", "airbus").returncode == 0
    after = site.json("status")[0]["collections"]
    assert sum(after.values()) < sum(before.values())
    assert "the brake stopped nothing" in site("confirm", "airbus").stderr
    removed = site.json("deleted", "list", "--source", "airbus", "--limit", "1000")
    assert {one["reason"] for one in removed} == {"feed"}
    assert site("deleted", "restore", "airbus", removed[0]["record"]).returncode == 0
    assert site("deleted", "restore", "airbus", "--run", removed[0]["run"]).returncode == 0
    assert site.json("status")[0]["collections"] == before
    # What was restored stays, although the feed tells its deletion again.
    assert site("harvest", "airbus").returncode == 0
    assert site.json("status")[0]["collections"] == before
    nothing = site("deleted", "restore", "airbus", "--run", "never")
    assert (nothing.returncode, "nothing to restore" in nothing.stderr) == (2, True)


def test_remap_says_what_changed(site: Site) -> None:
    site("harvest", "peps")
    [done] = site.json("remap", "peps")
    assert done["counts"]["unchanged"] == done["counts"]["received"] > 0
    [done] = site.json("remap", "peps", "--all")
    assert (done["counts"]["changed"], done["items_put"]) == (done["counts"]["received"], 0)


def test_status_tells_what_needs_somebody(site: Site) -> None:
    assert site("status", "--check").returncode == 0
    site.up.faults.add(Rule(".*", "status", value=500))
    assert site("harvest", "peps").returncode == 4
    checked = site("status", "--check")
    assert (checked.returncode, "failed" in checked.stdout) == (3, True)
    site.up.faults.clear()
    assert site("harvest", "peps").returncode == 0
    assert site("status", "--check").returncode == 0
    assert [run["outcome"] for run in site.json("runs", "peps")] == ["complete", "failed"]
    assert site("runs", "--limit", "1").stdout.count("\n") == 1
    [found] = site.json("status")
    peps = found["sources"]["peps"]
    assert (peps["alarms"], peps["paused"], peps["lease"], peps["records"]) == ([], False, None, found["collections"]["sentinel-2-l1c"])
    assert set(peps["watermarks"]) == {"PEPS_S2_L1C"}
    assert peps["next_run"] > peps["last_run"]["started"]
    assert peps["lag_seconds"] > 0


def test_pause_run_and_resume_reach_a_scheduler_and_its_metrics_tell_how_it_stands(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Upstreams(World(300)) as up:
        site = Site(tmp_path, up, f"metrics_port = {port}")
        assert site("pause", "peps").returncode == 0
        scheduler = site.start("schedule", "--log", "json")
        try:
            _until(lambda: "moisson_source_paused" in _metrics(port))
            assert 'moisson_source_paused{source="peps"} 1.0' in _metrics(port)
            assert up.log == []
            assert site("run", "peps").returncode == 0
            _until(lambda: 'moisson_source_last_run_outcome{outcome="complete",source="peps"} 1.0' in _metrics(port))
            assert site("resume", "peps").returncode == 0
            assert 'moisson_source_paused{source="peps"} 0.0' in _metrics(port)
            assert 'moisson_source_silent{source="peps"} 0.0' in _metrics(port)
        finally:
            scheduler.terminate()
            _, log = scheduler.communicate(timeout=30)
        assert scheduler.returncode == 0
        lines = [orjson.loads(line) for line in log.splitlines()]
        [run] = (site.json("status")[0]["sources"]["peps"]["last_run"]["id"],)
        assert {line["source"] for line in lines if line.get("run") == run} == {"peps"}


def test_a_metrics_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken, Upstreams(World(100)) as up:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = Site(tmp_path, up, f"metrics_port = {taken.getsockname()[1]}")("schedule")
    assert (done.returncode, "metrics_port" in done.stderr) == (2, True)


@pytest.mark.parametrize("line", ['schedule = "sometimes"', 'schedule = "every 0 h"'])
def test_a_wrong_schedule_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    config = tmp_path / "moisson.toml"
    config.write_text(f'[sources.peps]\ncollections = ["PEPS_S2_L1C"]\nsince = 2024-01-01\n{line}\n')
    command = [sys.executable, "-c", "from moisson.cli import main; main()", "config", "check", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "sources.peps.schedule" in done.stderr) == (2, True)


def _metrics(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics").text
    except httpx.TransportError:
        return ""


def _until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
