"""The shared benchmark: its items by the drop folder of STAC files, its eight queries over HTTP, and SQLite's floor on the same items.

The benchmark itself is not part of this project: it lies in ../shared/bench beside it, and is run from there."""

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from tests.bench.harvests import peak_memory
from tests.bench.pages import python_per_page
from tests.bench.peers import Peers, read_peers
from tests.bench.searches import wait_until_ready
from tests.demo import ROOT, moisson

BENCH = ROOT.parent / "shared/bench"
_SCRIPTS = ("make_items.py", "bench_search.py", "floors.py", "RESULTS.md")
_PORT = 18_085
# A file of lines is read whole, and none may be larger than 64 MiB.
_FILE = 32 * 2**20
QUERIES = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8")
SELECTIVE = ("Q1", "Q4", "Q7")
"""Those whose p95 at concurrency 1 is to stay below 20 ms; below 100 ms the others."""

_CONFIG = """\
index = "{folder}/moisson.sqlite"

[access.sources]
federation = "everyone"

[sources.federation]
protocol = "stac-files"
path = "{folder}/items"
settle_seconds = 0

[sources.federation.collections]
airbus-spot-pleiades = {{ archive = "airbus", availability = "orderable", licence = "airbus-optical" }}
dinamis-archive = {{ archive = "dinamis", availability = "held", licence = "dinamis-spot67" }}
peps-sentinel = {{ archive = "peps", availability = "open", licence = "copernicus" }}
spot-world-heritage = {{ archive = "swh", availability = "open", licence = "etalab-2.0" }}
vigisat-radar = {{ archive = "vigisat" }}
seas-guyane = {{ archive = "seas" }}
"""


@dataclass(frozen=True)
class Cell:
    """One query at one concurrency: requests a second, milliseconds."""

    rate: float
    p50: float
    p95: float
    errors: int


Cells = dict[str, Cell]
"""By query and concurrency, as `Q1/8`."""


def measure_federation(items: int, folder: Path, workers: int = 1, seconds: float = 6.0) -> Iterator[str]:
    """Lines of the report. What the folder holds already (items, loaded index, floor) is used again."""
    missing = [name for name in _SCRIPTS if not (BENCH / name).is_file()]
    if missing:
        yield f"federation: left out: {', '.join(missing)} not found in ../shared/bench beside the project"
        return
    yield from _prepare(items, folder)
    ours, floor = folder / "ours.json", folder / "floor.json"
    for found in (ours, floor):
        found.unlink(missing_ok=True)
    yield from _serve_and_ask(folder, ours, floor, workers, seconds)
    yield from report(_cells(ours), _cells(floor), read_peers((BENCH / "RESULTS.md").read_text(encoding="utf-8")))
    yield from python_per_page(folder / "moisson.toml")


# --- items, index, floor ---------------------------------------------------------------------------------------------------


def _prepare(items: int, folder: Path) -> Iterator[str]:
    config = folder / "moisson.toml"
    made = folder / "items.count"
    if made.is_file() and made.read_text() != str(items):
        raise SystemExit(f"{folder} holds {made.read_text()} items, not {items}: choose another folder")
    if not made.is_file():
        _run(sys.executable, str(BENCH / "make_items.py"), str(items), str(folder / "made"))
        files = split(folder / "made/items.ndjson", folder / "items")
        config.write_text(_CONFIG.format(folder=folder), encoding="utf-8")
        made.write_text(str(items))
        yield f"federation: {items} items in {files} files"
    if not (folder / "loaded.json").is_file():
        yield _load(config, folder, items)
    if not (folder / "floor.count").is_file():
        told = _run(
            sys.executable, str(BENCH / "floors.py"), "sqlite-load", str(folder / "floor.sqlite"), str(folder / "made/items.ndjson")
        )
        (folder / "floor.count").write_text(str(items))
        yield f"federation, floor: {told.strip()}"


def split(path: Path, home: Path, size: int = _FILE) -> int:
    """Cuts a file of lines into files of at most `size` bytes; how many."""
    home.mkdir(parents=True, exist_ok=True)
    count, out, left = 0, None, 0
    with path.open("rb") as lines:
        for line in lines:
            if out is None or len(line) > left:
                if out is not None:
                    out.close()
                out, left = (home / f"items-{count:04}.ndjson").open("wb"), size
                count += 1
            out.write(line)
            left -= len(line)
    if out is not None:
        out.close()
    return count


def _load(config: Path, folder: Path, items: int) -> str:
    out = folder / "harvest.json"
    with out.open("wb") as report_file:
        process = moisson("harvest", "--json", config=config, stdout=report_file)
        peak = peak_memory(process)
    run: dict[str, Any] = orjson.loads(out.read_bytes())
    if run["outcome"] != "complete" or run["counts"]["received"] != items:
        raise SystemExit(f"the harvest did not load {items} items: {run}")
    out.rename(folder / "loaded.json")
    return f"federation, harvest: {run['items_put']} Items of {items}, {_rate(run, items):.0f} items/s, peak memory {peak} MB"


def _rate(run: dict[str, Any], items: int) -> float:
    """Of the harvest itself, without the matching that follows it."""
    seconds = (datetime.fromisoformat(run["ended"]) - datetime.fromisoformat(run["started"])).total_seconds()
    return items / max(seconds, 1e-3)


# --- queries ---------------------------------------------------------------------------------------------------------------


def _serve_and_ask(folder: Path, ours: Path, floor: Path, workers: int, seconds: float) -> Iterator[str]:
    """Each query of both in turn, so that a slow minute of the machine strikes both; what a server refuses is told."""
    more = ("--workers", str(workers)) if workers > 1 else ()
    server = moisson("serve", "--port", str(_PORT), *more, config=folder / "moisson.toml")
    try:
        wait_until_ready(_PORT)
        for name in QUERIES:
            refused = _ask(name, f"http://127.0.0.1:{_PORT}", folder, ours, seconds)
            if refused:
                yield f"federation, {name}: not answered: {refused}"
            _ask(name, f"sqlite:{folder / 'floor.sqlite'}", folder, floor, seconds)
    finally:
        server.terminate()
        server.wait(timeout=20)


def _ask(name: str, url: str, folder: Path, out: Path, seconds: float) -> str | None:
    """Runs one query at both concurrencies into the file; the first error that was answered."""
    command = [sys.executable, str(BENCH / "bench_search.py"), "run", url, "--ids", str(folder / "made/ids.tsv"), "--out", str(out)]
    done = subprocess.run([*command, "--only", name, "--secs", str(seconds)], check=True, capture_output=True, text=True)
    return next((line[:300] for line in done.stderr.splitlines() if line.startswith("ERROR")), None)


def _cells(path: Path) -> Cells:
    load: dict[str, dict[str, float]] = orjson.loads(path.read_bytes())["load"]
    return {key: Cell(row["rps"], row["p50"], row["p95"], int(row["errors"])) for key, row in load.items()}


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


# --- report ----------------------------------------------------------------------------------------------------------------


def report(ours: Cells, floor: Cells, peers: Peers) -> Iterator[str]:
    """Each query beside the floor and beside pgstac; the mean of what we gain on it; which bounds hold."""
    for concurrency in (1, 8):
        gains: dict[str, float] = {}
        for name in QUERIES:
            key = f"{name}/{concurrency}"
            cell = ours[key]
            if cell.errors:
                yield f"federation, {key}: not answered ({cell.errors} errors)"
                continue
            ratio, theirs = cell.rate / floor[key].rate, peers[key]
            gains[name] = ratio / theirs
            yield (
                f"federation, {key}: p50 {cell.p50:.1f} ms, p95 {cell.p95:.1f} ms{_bound(name, cell) if concurrency == 1 else ''},"
                f" {cell.rate:.1f} requests/s, floor {floor[key].rate:.1f}, ratio {ratio:.3f}; pgstac's ratio {theirs:.4f}:"
                f" {gains[name]:.1f} times"
            )
        yield _mean(concurrency, gains)


def _bound(name: str, cell: Cell) -> str:
    most = 20 if name in SELECTIVE else 100
    return f" ({'below' if cell.p95 < most else 'NOT below'} {most} ms)"


def _mean(concurrency: int, gains: dict[str, float]) -> str:
    if not gains:
        return f"federation, concurrency {concurrency}: nothing was answered"
    mean = math.exp(sum(map(math.log, gains.values())) / len(gains))
    slower = [name for name, gain in gains.items() if gain < 1]
    return (
        f"federation, concurrency {concurrency}: {mean:.1f} times pgstac (geometric mean of {len(gains)} queries),"
        f" slower on {', '.join(slower) or 'none'}"
    )
