"""A harvest that is killed at any moment and run again ends with the same index as one that was never killed."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from moisson.build import open_index
from moisson.settings import load_settings
from tests.demo import moisson, write_config
from tests.support.harvesting import contents
from tests.upstreams import Upstreams, World, write_deliveries

SOURCES = ["peps", "airbus", "dinamis"]
WORLD = World(1000)
# Requests that the archives have seen when the harvest is killed; a little later for each, so that it also dies between requests.
KILL_POINTS = [1, 2, 4, 6, 8, 11]


def start(config: Path, up: Upstreams) -> "subprocess.Popen[bytes]":
    environment = {"MOISSON_SOURCES__AIRBUS__API_KEY": up.api_key}
    return moisson("harvest", "--json", *SOURCES, config=config, stdout=subprocess.DEVNULL, **environment)


def what_is_kept(config: Path) -> dict[str, Any]:
    with open_index(load_settings(config)) as index:
        return contents(index, SOURCES)


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deliveries")
    write_deliveries(WORLD, folder)
    return folder


def config_in(folder: Path, up: Upstreams, deliveries: Path, index: str) -> Path:
    folder.mkdir()
    return write_config(up, folder, deliveries, index)


@pytest.mark.parametrize("kind", ["sqlite", "elastic"])
def test_a_killed_harvest_run_again_ends_as_one_that_was_never_killed(
    kind: str, tmp_path: Path, deliveries: Path, request: pytest.FixtureRequest
) -> None:
    def index(name: str) -> str:
        if kind == "sqlite":
            return str(tmp_path / f"{name}.sqlite")
        return f"{request.getfixturevalue('elasticsearch_url')}/{tmp_path.name.lower()}-{name}"

    with Upstreams(WORLD) as up:
        config = config_in(tmp_path / "whole", up, deliveries, index("whole"))
        assert start(config, up).wait(120) == 0
        requests = len(up.log)
        whole = what_is_kept(config)
        assert len(whole["items"]) == 1000
        config = config_in(tmp_path / "killed", up, deliveries, index("killed"))
        killed = 0
        for point in KILL_POINTS:
            assert point < requests
            killed += kill_after(start(config, up), up, point, delay=0.004 * point)
        assert killed >= len(KILL_POINTS) - 1, "the harvest ended before it could be killed"
        assert start(config, up).wait(120) == 0
        assert what_is_kept(config) == whole
        assert start(config, up).wait(120) == 0
        assert what_is_kept(config) == whole


def kill_after(process: "subprocess.Popen[bytes]", up: Upstreams, requests: int, delay: float) -> bool:
    """SIGKILL when the archives have seen so many further requests; whether it was in time."""
    seen = len(up.log)
    while len(up.log) - seen < requests and process.poll() is None:
        time.sleep(0.001)
    time.sleep(delay)
    in_time = process.poll() is None
    if in_time:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    return in_time
