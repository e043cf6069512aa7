"""How fast records become searchable."""

import contextlib
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import httpx
import orjson

from harvesters.area import Area
from harvesters.source import Page, Source, Span
from index.sqlite import SqliteIndex
from mappings.record import Answer, Mapping
from mappings.registry import MAPPINGS
from mappings.validation import Validator
from moisson.memory import spare_the_collector
from schedules.lease import this_owner
from schedules.run import harvest as run_once
from tests.demo import ROOT, moisson, write_config
from tests.upstreams import API_KEY, Upstreams, World, write_deliveries

_PAGE = 200


class _Memory:
    """A source whose records are in memory already: what is timed is fingerprint, mapping, validation and index."""

    def __init__(self, name: str, pages: list[Page]) -> None:
        self.name = name
        self.mapping: Mapping = MAPPINGS[name]
        self.area: Area | None = None
        self._pages = pages

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        return frozenset()

    def harvest(self, span: Span) -> Iterator[Page]:
        # New records each time: one that was harvested keeps its parsed JSON, which a real source lets go with the page.
        for page in self._pages:
            yield replace(page, records=tuple(replace(record) for record in page.records))


def harvest_from_memory(records: int, folder: Path) -> Iterator[str]:
    """Sentinel and Airbus records, half and half: one source after the other, again, and both at once as two harvests do."""
    each = {name: _pages(name, records // 2) for name in ("peps", "airbus")}
    for name, pages in each.items():
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(pages))
    received, seconds = _timed(folder, "one after the other.sqlite", ["peps", "airbus"])
    again, seconds_again = _timed(folder, "one after the other.sqlite", ["peps", "airbus"])
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_warm) as pool:
        list(pool.map(_wait_a_second, range(2)))
        start = time.perf_counter()
        both = sum(count for count, _ in pool.map(_timed, repeat(folder), repeat("both.sqlite"), (["peps"], ["airbus"])))
        seconds_both = time.perf_counter() - start
    what = "harvest from memory (mapping, validation, SQLite)"
    yield f"{what}: {received} records, one process {received / seconds:.0f} records/s, unchanged {again / seconds_again:.0f} records/s"
    yield f"{what}: {both} records, two sources at once in two processes {both / seconds_both:.0f} records/s"


def _warm() -> None:
    """What a process does once: imports, schemas."""
    Validator()
    spare_the_collector()


def _wait_a_second(_: int) -> None:
    """Long enough that the pool starts both its processes."""
    time.sleep(1)


def _timed(folder: Path, index: str, names: list[str]) -> tuple[int, float]:
    """Records received and seconds, the reading of the prepared records left out."""
    sources = [_Memory(name, pickle.loads((folder / f"{name}.pickle").read_bytes())) for name in names]
    validator = Validator()
    spare_the_collector()
    with SqliteIndex.open(str(folder / index)) as opened:
        start = time.perf_counter()
        received = sum(_received(source, opened, validator) for source in sources)
        return received, time.perf_counter() - start


def _received(source: Source, index: SqliteIndex, validator: Validator) -> int:
    run = run_once(source, index, validator, now=lambda: datetime.now(UTC), owner=this_owner())
    assert run.outcome == "complete", run
    return run.counts.received


def _pages(name: str, records: int) -> list[Page]:
    """Pages of records as the stand-ins serve them, asked over HTTP before the clock starts."""
    world = World(records * 3)
    pages: list[Page] = []
    with Upstreams(world) as up, httpx.Client(timeout=120) as client:
        number, left = 1, records
        while left > 0:
            answer = _ask(client, up, name, number)
            if not answer.records:
                break
            pages.append(Page(name, answer.records[:left], ordered=True))
            number, left = number + 1, left - len(answer.records)
    return pages


def _ask(client: httpx.Client, up: Upstreams, name: str, number: int) -> Answer:
    if name == "airbus":
        body = {"itemsPerPage": _PAGE, "startPage": number, "sortBy": "lastUpdateDate", "constellation": "PHR,SPOT"}
        return MAPPINGS[name].read(client.post(f"{up.oneatlas}/api/v2/opensearch", json=body).content)
    body = {"collections": ["PEPS_S2_L1C"], "limit": 80, "page": number}
    return MAPPINGS[name].read(client.post(f"{up.geodes}/search", json=body).content)


def harvest_whole_path(size: int, folder: Path) -> Iterator[str]:
    """Over HTTP from the stand-ins (a process of their own) into SQLite, by the command; peak memory is the harvest's."""
    deliveries = folder / "deliveries"
    write_deliveries(World(size), deliveries)
    port = 18_090
    standing = subprocess.Popen(
        [sys.executable, "-m", "tests.upstreams", "--size", str(size), "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(base)
        config = write_config(_Addresses(base), folder, deliveries, str(folder / "moisson.sqlite"))
        for attempt in ("first", "second, nothing changed"):
            yield _timed_harvest(config, attempt)
    finally:
        standing.terminate()
        standing.wait(timeout=20)


def harvest_xml(size: int, folder: Path) -> Iterator[str]:
    """The partners' protocols: CSW with ISO 19115-2, OpenSearch and OAI-PMH with EOP, over HTTP into SQLite."""
    port = 18_091
    standing = subprocess.Popen(
        [sys.executable, "-m", "tests.upstreams", "--size", str(size), "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(base)
        config = folder / "partners.toml"
        config.write_text(_PARTNERS.format(base=base, index=folder / "partners.sqlite"), encoding="utf-8")
        for source in ("vigisat", "seas", "seas-oai"):
            yield _timed_harvest(config, f"{source}, first", source)
            yield _timed_harvest(config, f"{source}, nothing changed", source)
    finally:
        standing.terminate()
        standing.wait(timeout=20)


_PARTNERS = """\
index = "{index}"

[sources.vigisat]
protocol = "csw"
url = "{base}/vigisat/csw"
page_size = 100
http = {{ requests_per_second = 1000 }}

[sources.seas]
protocol = "opensearch"
url = "{base}/seas/opensearch/description.xml"
page_size = 100
http = {{ requests_per_second = 1000 }}

[sources.seas-oai]
protocol = "oai-pmh"
url = "{base}/seas/oai"
metadata_prefix = "eop"
http = {{ requests_per_second = 1000 }}
"""


def peak_memory(process: "subprocess.Popen[bytes]") -> int:
    """Waits for the process; its highest resident memory in MB, read from /proc while it lives (0 where there is none)."""
    peak, status = 0, Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        # What a parent reads afterwards counts its own memory at the time of the fork too.
        with contextlib.suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            peak = max(peak, int(found[1]) // 1024 if found else 0)
        time.sleep(0.05)
    return peak


class _Addresses:
    """Where the stand-ins of another process listen."""

    def __init__(self, base: str) -> None:
        self.geodes = f"{base}/geodes/api/stac"
        self.oneatlas = f"{base}/oneatlas"
        self.dinamis = f"{base}/dinamis/stac"


def _timed_harvest(config: Path, attempt: str, *sources: str) -> str:
    start = time.perf_counter()
    out = config.parent / "report.json"
    with out.open("wb") as report:
        process = moisson("harvest", "--json", *sources, config=config, stdout=report, MOISSON_SOURCES__AIRBUS__API_KEY=API_KEY)
        peak = peak_memory(process)
    seconds = time.perf_counter() - start
    runs = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert all(run["outcome"] == "complete" for run in runs), runs
    received = sum(run["counts"]["received"] for run in runs)
    written = sum(run["items_put"] for run in runs)
    return (
        f"harvest over HTTP, {attempt}: {received} records, {written} Items written, {received / seconds:.0f} records/s,"
        f" peak memory {peak} MB"
    )


def _wait(base: str) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{base}/_control/truth", timeout=60).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the stand-ins did not start")
