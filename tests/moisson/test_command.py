"""The command as an operator and a script see it: output, one-line errors, exit codes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from moisson.build import open_index
from moisson.settings import load_settings
from tests.demo import ROOT, write_config
from tests.upstreams import Rule, Upstreams, World, write_deliveries

Done = subprocess.CompletedProcess[str]


def run(*arguments: str, config: Path | None = None, **environment: str) -> Done:
    return subprocess.run(
        [sys.executable, "-c", "from moisson.cli import main; main()", *arguments],
        cwd=ROOT,
        env=_environment(config, environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _environment(config: Path | None, more: dict[str, str]) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOISSON_")}
    return {**environment, **({"MOISSON_CONFIG": str(config)} if config else {}), **more}


def one_line(done: Done) -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def up() -> Iterator[Upstreams]:
    with Upstreams(World(200)) as opened:
        yield opened


@pytest.fixture
def config(up: Upstreams, tmp_path: Path) -> Path:
    write_deliveries(up.world, tmp_path / "deliveries")
    return write_config(up, tmp_path, tmp_path / "deliveries", str(tmp_path / "index.sqlite"))


@pytest.fixture
def key(up: Upstreams) -> dict[str, str]:
    return {"MOISSON_SOURCES__AIRBUS__API_KEY": up.api_key}


def test_harvest_status_and_search_from_the_command_line(config: Path, key: dict[str, str]) -> None:
    done = run("harvest", "--json", config=config, **key)
    reports = {report["source"]: report for report in map(orjson.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stderr
    assert {name: report["items_put"] > 0 for name, report in reports.items()} == {"peps": True, "airbus": True, "dinamis": True}
    for report in reports.values():
        counts = report["counts"]
        parts = ("new", "changed", "unchanged", "merged", "rejected", "repeated", "filtered")
        assert counts["received"] == sum(counts[part] for part in parts)
        assert counts["announced"] == counts["received"] + counts["missing"]
    found = orjson.loads(run("status", "--json", config=config, **key).stdout)
    assert found["sources"]["peps"]["last_run"]["outcome"] == "complete"
    assert sum(found["collections"].values()) == 200
    everything = orjson.loads(run("search", "--geojson", "--limit", "500", config=config, **key).stdout)
    rest = orjson.loads(run("search", "--geojson", "--limit", "500", "--exclude-airbus", config=config, **key).stdout)
    assert (len(everything["features"]), everything["numberMatched"], rest["numberMatched"]) == (200, 200, 120)
    filtered = run(
        "search", "--geojson", "--filter", "platform LIKE 'spot%'", "--q", "spot", "--sortby", "datetime", config=config, **key
    ).stdout
    times = [item["properties"]["datetime"] for item in orjson.loads(filtered)["features"]]
    assert times
    assert times == sorted(times)
    table = run("search", "--limit", "3", config=config, **key).stdout
    assert "3 of 200" in table
    assert "peps: complete" in run("harvest", "peps", config=config, **key).stdout


def test_a_limited_harvest_is_not_whole(config: Path, key: dict[str, str]) -> None:
    done = run("harvest", "peps", "--limit", "5", config=config, **key)
    assert (done.returncode, "as asked" in done.stdout) == (3, True)


def test_a_dry_run_writes_nothing(config: Path, key: dict[str, str]) -> None:
    assert run("harvest", "--dry-run", config=config, **key).returncode == 0
    assert orjson.loads(run("status", "--json", config=config, **key).stdout)["collections"] == {}


def test_an_archive_that_is_down_is_code_4_and_the_others_are_harvested(config: Path, up: Upstreams, key: dict[str, str]) -> None:
    up.faults.add(Rule("^/geodes", "status", value=404))
    done = run("harvest", "--json", config=config, **key)
    outcomes = {report["source"]: report["outcome"] for report in map(orjson.loads, done.stdout.splitlines())}
    assert (done.returncode, outcomes) == (4, {"peps": "failed", "airbus": "complete", "dinamis": "complete"})


def test_a_busy_source_is_code_4_and_the_others_are_harvested(config: Path, key: dict[str, str]) -> None:
    with open_index(load_settings(config)) as index:
        index.acquire("harvest:airbus", "elsewhere:1:x", datetime.now(UTC), timedelta(minutes=5))
    done = run("harvest", "--json", config=config, **key)
    assert (done.returncode, len(done.stdout.splitlines())) == (4, 2)
    assert "airbus is being harvested by elsewhere" in one_line(done)


def test_a_refused_key_is_code_2(config: Path) -> None:
    done = run("harvest", "airbus", config=config, MOISSON_SOURCES__AIRBUS__API_KEY="wr0ng-key")
    assert (done.returncode, done.stdout) == (2, "")
    assert "sources.airbus" in one_line(done)
    assert "wr0ng-key" not in done.stderr


def test_an_interrupted_harvest_is_code_130_and_its_run_is_closed(config: Path, up: Upstreams, key: dict[str, str]) -> None:
    up.faults.add(Rule("^/geodes/api/stac/search", "slow", value=20))
    process = subprocess.Popen(
        [sys.executable, "-c", "from moisson.cli import main; main()", "harvest", "peps"],
        cwd=ROOT,
        env=_environment(config, key),
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while not up.log and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    last = orjson.loads(run("status", "--json", config=config, **key).stdout)["sources"]["peps"]["last_run"]
    assert (last["outcome"], last["reason"]) == ("aborted", "interrupted")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("map", "nobody", "x"), "no such source"),
        (("map", "peps", "/nowhere/x.json"), "No such file"),
        (("harvest", "nobody"), "no such source; configured: peps, airbus, dinamis"),
        (("harvest", "--since", "yesterday"), "give a day"),
        (("search", "--bbox", "1,2,3"), "bbox"),
        (("search", "--datetime", "2024"), "datetime"),
        (("search", "--filter", "eo:clouds < 1"), "filter"),
        (("search", "--sortby", "keywords"), "sortby"),
    ],
)
def test_a_wrong_argument_is_one_line_and_code_2(config: Path, key: dict[str, str], arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments, config=config, **key)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in one_line(done)


@pytest.mark.parametrize(
    "arguments", [("harvest", "--bogus"), ("harvest", "--limit", "0"), ("map",), ("serve", "--port", "0"), ("nothing",)]
)
def test_a_wrong_option_is_code_2_and_names_the_command(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Usage: moisson" in done.stderr


def test_an_index_that_does_not_answer_is_one_line_and_code_4(tmp_path: Path) -> None:
    (tmp_path / "other.sqlite").write_text("not a database, but a text that is long enough to be looked at" * 20)
    for index in ("http://127.0.0.1:9/x", str(tmp_path / "none" / "index.sqlite"), str(tmp_path / "other.sqlite")):
        done = run("status", MOISSON_INDEX=index)
        assert done.returncode == 4, (index, done.stderr)
        one_line(done)


def test_config_check_says_what_the_settings_mean_without_secrets(config: Path) -> None:
    done = run("config", "check", config=config, MOISSON_SOURCES__AIRBUS__API_KEY="s3cret", MOISSON_INDEX="https://u:s3cret@es/p")
    assert (done.returncode, "key given" in done.stdout, "ok" in done.stdout) == (0, True, True)
    as_json = run(
        "config", "check", "--json", config=config, MOISSON_SOURCES__AIRBUS__API_KEY="s3cret", MOISSON_INDEX="https://u:s3cret@es/p"
    )
    assert set(orjson.loads(as_json.stdout)["sources"]) == {"peps", "airbus", "dinamis"}
    assert "s3cret" not in done.stdout + as_json.stdout


def test_a_key_that_is_missing_is_found_by_config_check_and_not_asked_by_what_does_not_harvest(config: Path) -> None:
    done = run("config", "check", config=config)
    assert (done.returncode, "PNEO needs a key" in one_line(done)) == (2, True)
    assert run("status", config=config).returncode == 0
    assert run("harvest", "airbus", config=config).returncode == 2


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, MOISSON_INDEX=str(tmp_path / "index.sqlite"))
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in one_line(done)


def test_serve_answers_and_ends_at_a_signal(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process: subprocess.Popen[Any] = subprocess.Popen(
        [sys.executable, "-c", "from moisson.cli import main; main()", "serve", "--port", str(port)],
        cwd=ROOT,
        env=_environment(None, {"MOISSON_INDEX": str(tmp_path / "index.sqlite")}),
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _ready(f"http://127.0.0.1:{port}/readyz") == {"status": "ready"}
    finally:
        process.terminate()
        process.wait(20)


def _ready(url: str) -> Any:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return httpx.get(url).json()
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the API did not start")
