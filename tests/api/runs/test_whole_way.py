"""The whole way: what an operator asks on a page is obeyed by a scheduler's process, and what came of it is on the page."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from moisson.build import open_index
from moisson.build_access import open_offer
from moisson.settings import load_settings
from tests.api.runs.reading import Page, read, send
from tests.support.replicas import wait_for
from tests.support.serving import running
from tests.upstreams import Rule, Upstreams, World

_CONFIG = """\
index = "{folder}/index.sqlite"

[schedule]
jitter_minutes = 0
poll_seconds = 0.1

[sources.peps]
url = "{up.geodes}"
collections = ["PEPS_S2_L1C"]
since = 2014-01-01
http = {{ requests_per_second = 1000, attempts = 2 }}
"""


class Command:
    """`moisson` with this configuration, in processes of its own."""

    def __init__(self, config: Path) -> None:
        self._environment = {**os.environ, "MOISSON_CONFIG": str(config)}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(self._line(arguments), capture_output=True, text=True, check=True, timeout=60, env=self._environment)
        return done.stdout.strip()

    @contextmanager
    def going_on(self, *arguments: str) -> Iterator[None]:
        process = subprocess.Popen(self._line(arguments), stderr=subprocess.DEVNULL, env=self._environment)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-c", "from moisson.cli import main; main()", *arguments]


@contextmanager
def _pages(config: Path) -> Iterator[str]:
    """A server as `moisson serve` makes it of the settings."""
    settings = load_settings(config)
    with ExitStack() as opened:
        index = opened.enter_context(open_index(settings))
        offer = opened.enter_context(open_offer(settings, index, lambda: datetime.now(UTC)))
        yield opened.enter_context(running(create_app(index, offer, **settings.api.shown())))


@pytest.mark.timeout(120)
def test_a_scheduler_obeys_what_an_operator_asks_on_the_pages(tmp_path: Path) -> None:
    config = tmp_path / "moisson.toml"
    with Upstreams(World(300)) as up:
        config.write_text(_CONFIG.format(folder=tmp_path, up=up))
        moisson = Command(config)
        moisson("orgs", "add", "exploitant", "--name", "Exploitant", "--class", "operator")
        key = moisson("keys", "create", "exploitant", "--person", "maud")
        # A record that is none, and a page that comes at the second try.
        up.faults.add(Rule("/geodes/api/stac/search", "malformed", nth=(2,)))
        up.faults.add(Rule("/geodes/api/stac/search", "status", nth=(1,), value=503, retry_after=0))
        with _pages(config) as base, httpx.Client(base_url=base, headers={"Accept": "text/html"}, timeout=20) as client:
            assert client.post("/runs/sign-in", data={"key": key}).status_code == 303
            _ask(client, "pause", reason="Travaux")
            with moisson.going_on("schedule"):
                _ask(client, "run")
                told = wait_for(lambda: _result(client, "Moissonner maintenant"), "the run", 60)
                assert told.startswith("complete: received")
                shown = read(client.get("/runs/sources/peps"))
                assert "Travaux" in shown.words
                _check_run(client, shown)
                _ask(client, "replay")
                assert "rejected 1" in wait_for(lambda: _result(client, "Rejouer la quarantaine"), "the replay", 60)


def _ask(client: httpx.Client, deed: str, **filled: str) -> None:
    asked = read(client.get(f"/runs/sources/peps/ask/{deed}"))
    assert send(client, asked, f"/ask/{deed}", **filled).status_code == 303


def _result(client: httpx.Client, action: str) -> str | None:
    """What came of the newest command, once it is done."""
    rows = read(client.get("/runs/sources/peps")).rows
    row = next(row for row in rows if len(row) == 5 and row[1] == action)
    return row[4] if row[2] == "faite" else None


def _check_run(client: httpx.Client, shown: Page) -> None:
    """The run's page tells its counts, what it put into quarantine, and what it said."""
    [address] = [href for href in shown.links.values() if "/runs/sources/peps/runs/" in href]
    run = read(client.get(address))
    assert "en quarantaine" in run.words
    assert run.row("broken-")
    said = [row[2] for row in run.rows if len(row) == 3]
    assert "run begins" in said
    assert any(line.startswith("waiting ") for line in said)
