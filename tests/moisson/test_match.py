"""moisson match: what is held already, as an operator and a script ask for it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from index.matches import Match
from index.sqlite import SqliteIndex
from index.state import ItemKey
from mappings.audience import EVERYTHING
from moisson.commands.options import utc_now
from moisson.runner import Runner
from moisson.settings import load_settings
from schedules.lease import this_owner
from schedules.matching import LEASE
from schedules.stop import Stop
from tests.demo import write_config
from tests.index.helpers import batch
from tests.mappings.test_matching import PAIRS
from tests.moisson.test_command import one_line, run
from tests.support.items import document
from tests.support.matching import catalogue_item, held_item
from tests.upstreams import Upstreams, World, write_deliveries

ACQUISITION, SOURCE = PAIRS[0]
ENTRY, HELD = ItemKey("airbus-phr", ACQUISITION), ItemKey("dinamis-pleiades", "PRODUCT-1")
ITEMS = (catalogue_item(ACQUISITION), held_item("PRODUCT-1", source_id=SOURCE))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An index with an image of the catalogue and its product."""
    path = tmp_path / "index.sqlite"
    with SqliteIndex.open(path) as index:
        index.apply(batch(items=[document(item) for item in ITEMS]))
    return path


@pytest.fixture
def config(path: Path) -> Path:
    config = path.with_name("moisson.toml")
    config.write_text(f'index = "{path}"\n')
    return config


def found(path: Path) -> list[Match]:
    with SqliteIndex.open(path) as index:
        return list(index.matches(EVERYTHING, [ENTRY]).get(ENTRY, ()))


def report(config: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    done = run("match", "--json", *arguments, config=config, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = orjson.loads(done.stdout)
    return told


def test_what_is_held_already_is_found_and_told_in_a_line(config: Path, path: Path) -> None:
    done = run("match", config=config)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "read 2 changes: scenes 2, judged 1, matches 1 (0 candidates), written 4; matched up to change 2\n"
    assert found(path) == [Match(ENTRY, HELD, "M3", 0.95, 1.0)]


def test_a_second_one_has_nothing_to_do_and_all_of_it_anew_writes_nothing(config: Path, path: Path) -> None:
    first = report(config)
    assert (first["changes"], first["matches"], first["written"]) == (2, 1, 4)
    nothing = {"changes": 0, "scenes": 0, "judged": 0, "matches": 0, "candidates": 0, "written": 0}
    assert report(config) == nothing | {"position": 2}
    assert report(config, "--all") == first | {"written": 0}
    assert len(found(path)) == 1


def test_an_empty_index_has_no_matches(tmp_path: Path) -> None:
    config = tmp_path / "moisson.toml"
    config.write_text(f'index = "{tmp_path / "new.sqlite"}"\n')
    assert set(report(config, "--all").values()) == {0}


def test_while_another_one_matches_it_says_so_in_a_line(config: Path, path: Path) -> None:
    with SqliteIndex.open(path) as index:
        lease = index.acquire(LEASE, this_owner(), utc_now(), timedelta(minutes=5))
        assert lease is not None
        done = run("match", config=config)
        index.release(lease)
    assert (done.returncode, done.stdout) == (4, "")
    assert "matching" in one_line(done)
    assert report(config)["matches"] == 1


def test_a_wrong_argument_or_setting_is_a_line_and_not_a_trace(config: Path) -> None:
    assert run("match", "everything", config=config).returncode == 2
    config.write_text("index = 3\n")
    done = run("match", config=config)
    assert done.returncode == 2
    assert one_line(done).startswith("moisson: ")


# --- at the end of a harvest -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def up() -> Iterator[Upstreams]:
    with Upstreams(World(200)) as opened:
        yield opened


@pytest.mark.parametrize("sources", [("airbus", "dinamis"), ("dinamis", "airbus")])
def test_harvests_of_either_side_match_at_their_end(up: Upstreams, tmp_path: Path, sources: tuple[str, str]) -> None:
    write_deliveries(up.world, tmp_path / "deliveries")
    config = write_config(up, tmp_path, tmp_path / "deliveries", str(tmp_path / "index.sqlite"))
    key = {"MOISSON_SOURCES__AIRBUS__API_KEY": up.api_key}
    for source in sources:
        assert run("harvest", source, config=config, **key).returncode == 0
    assert report(config, **key)["changes"] == 0
    whole = report(config, "--all", **key)
    assert whole["matches"] > 0
    assert whole["written"] == 0
    assert run("harvest", *sources, config=config, **key).returncode == 0
    assert report(config, "--all", **key) == whole


@pytest.mark.parametrize("stopped", [False, True])
def test_a_run_does_not_fail_because_matching_cannot(config: Path, path: Path, caplog: pytest.LogCaptureFixture, *, stopped: bool) -> None:
    """Another one matches, or the run was told to stop: what it wrote stays, and the next one's matching takes it up."""
    caplog.set_level(logging.INFO)
    stop = Stop()
    with SqliteIndex.open(path) as index:
        runner = Runner(load_settings(config), index, this_owner(), utc_now)
        other = None if stopped else index.acquire(LEASE, this_owner(), utc_now(), timedelta(minutes=5))
        if stopped:
            stop.set()
        runner._match(stop)
        assert "matching is left to the next run" in caplog.text
        assert index.match_position() == 0
        if other:
            index.release(other)
        runner._match(Stop())
        assert index.match_position() == 2
        assert "matched 2 changes: 1 matches" in caplog.text
