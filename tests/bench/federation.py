"""The shared benchmark: its items by the drop folder of STAC files, its eight queries over HTTP, and on the same items the store's floor:
SQLite or Elasticsearch asked for the same page with nothing around it.

The benchmark itself is not part of this project: it lies in ../shared/bench beside it, and is run from there."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from tests.bench.harvests import peak_memory
from tests.bench.pages import python_per_page
from tests.bench.peers import read_peers
from tests.bench.report import QUERIES, Bounds, Cell, Cells, report
from tests.bench.searches import wait_until_ready
from tests.demo import ROOT, moisson
from tests.support.elasticsearch import run_node

BENCH = ROOT.parent / "shared/bench"
_SCRIPTS = ("make_items.py", "bench_search.py", "floors.py", "RESULTS.md")
_PORT = 18_085
_NODE_PORT = 18_092
# A file of lines is read whole, and none may be larger than 64 MiB.
_FILE = 32 * 2**20
_CONFIG = """\
index = "{index}"

[access.sources]
federation = "everyone"

[sources.federation]
protocol = "stac-files"
path = "{items}"
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
class Side:
    """One of the two stores in a folder: what the settings and the benchmark call it, and whom it is compared with."""

    name: str
    index: str
    floor: str
    load: tuple[str, ...]
    bounds: Bounds
    folder: Path

    @property
    def config(self) -> Path:
        """Its settings."""
        return self.folder / f"{self.name}.toml"

    def running(self) -> AbstractContextManager[object]:
        """Its server, where there is one."""
        if self.name == "sqlite":
            return nullcontext()
        return run_node(_NODE_PORT, self.folder / "elasticsearch", heap="2g")


def side_of(name: str, folder: Path) -> Side:
    """`sqlite` or `elasticsearch`, in this folder."""
    if name == "sqlite":
        floor = str(folder / "floor.sqlite")
        bounds = Bounds("pgstac", "SQLite floor")
        return Side(name, str(folder / "moisson.sqlite"), f"sqlite:{floor}", ("sqlite-load", floor), bounds, folder)
    node = f"http://127.0.0.1:{_NODE_PORT}"
    return Side(name, node, f"es:{node}/floor", ("es-load", f"{node}/floor"), Bounds("SFEOS", "raw ES floor", 1.5, 0.6), folder)


def measure_federation(items: int, folder: Path, store: str = "sqlite", workers: int = 1, seconds: float = 6.0) -> Iterator[str]:
    """Lines of the report. What the folder holds already (items, loaded index, floor) is used again."""
    missing = [name for name in _SCRIPTS if not (BENCH / name).is_file()]
    if missing:
        yield f"federation: left out: {', '.join(missing)} not found in ../shared/bench beside the project"
        return
    side = side_of(store, folder)
    with side.running():
        yield from _prepare(items, side)
        ours, floor = (folder / f"{store}-{which}.json" for which in ("ours", "floor"))
        for found in (ours, floor):
            found.unlink(missing_ok=True)
        yield from _serve_and_ask(side, ours, floor, workers, seconds)
        peers = read_peers((BENCH / "RESULTS.md").read_text(encoding="utf-8"), side.bounds.peer, side.bounds.floor)
        yield from report(_cells(ours), _cells(floor), peers, side.bounds)
        yield from python_per_page(side.config)


# --- items, index, floor ---------------------------------------------------------------------------------------------------


def _prepare(items: int, side: Side) -> Iterator[str]:
    folder = side.folder
    made = folder / "items.count"
    if made.is_file() and made.read_text() != str(items):
        raise SystemExit(f"{folder} holds {made.read_text()} items, not {items}: choose another folder")
    if not made.is_file():
        _run(sys.executable, str(BENCH / "make_items.py"), str(items), str(folder / "made"))
        files = split(folder / "made/items.ndjson", folder / "items")
        made.write_text(str(items))
        yield f"federation: {items} items in {files} files"
    side.config.write_text(_CONFIG.format(index=side.index, items=folder / "items"), encoding="utf-8")
    if not (folder / f"{side.name}-loaded.json").is_file():
        yield _load(side, items)
    if not (folder / f"{side.name}-floor.count").is_file():
        told = _run(sys.executable, str(BENCH / "floors.py"), *side.load, str(folder / "made/items.ndjson"))
        (folder / f"{side.name}-floor.count").write_text(str(items))
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


def _load(side: Side, items: int) -> str:
    out = side.folder / "harvest.json"
    with out.open("wb") as report_file:
        process = moisson("harvest", "--json", config=side.config, stdout=report_file)
        peak = peak_memory(process)
    run: dict[str, Any] = orjson.loads(out.read_bytes())
    if run["outcome"] != "complete" or run["counts"]["received"] != items:
        raise SystemExit(f"the harvest did not load {items} items: {run}")
    rebuilt = ""
    if side.name == "sqlite":
        # As operators do after the first harvest of very many records.
        _rebuild(side)
        rebuilt = "; then rebuilt"
    out.rename(side.folder / f"{side.name}-loaded.json")
    return f"federation, harvest: {run['items_put']} Items of {items}, {_rate(run, items):.0f} items/s, peak memory {peak} MB{rebuilt}"


def _rebuild(side: Side) -> None:
    with moisson("index", "rebuild", config=side.config) as running:
        if running.wait():
            raise SystemExit(f"{side.index} was not rebuilt")


def _rate(run: dict[str, Any], items: int) -> float:
    """Of the harvest itself, without the matching that follows it."""
    seconds = (datetime.fromisoformat(run["ended"]) - datetime.fromisoformat(run["started"])).total_seconds()
    return items / max(seconds, 1e-3)


# --- queries ---------------------------------------------------------------------------------------------------------------


def _serve_and_ask(side: Side, ours: Path, floor: Path, workers: int, seconds: float) -> Iterator[str]:
    """Each query of both in turn, so that a slow minute of the machine strikes both; what a server refuses is told."""
    more = ("--workers", str(workers)) if workers > 1 else ()
    server = moisson("serve", "--port", str(_PORT), *more, config=side.config)
    try:
        wait_until_ready(_PORT)
        served = f"http://127.0.0.1:{_PORT}"
        for name in QUERIES:
            # A JVM that has just started compiles what is asked first: whoever came second would gain by it.
            for url in (served, side.floor):
                _ask(name, url, side.folder, side.folder / "warming.json", seconds / 4)
        for name in QUERIES:
            refused = _ask(name, served, side.folder, ours, seconds)
            if refused:
                yield f"federation, {name}: not answered: {refused}"
            _ask(name, side.floor, side.folder, floor, seconds)
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
