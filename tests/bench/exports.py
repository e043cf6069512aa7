"""How fast exports are, and how much memory the server takes for one, over the Items of the shared benchmark (federation) that a folder
holds. Each kind is taken whole over HTTP by a client that drops what it reads."""

import os
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pyarrow.parquet as pq

from api.exports.formats import FORMATS
from tests.bench.federation import Side, side_of
from tests.bench.searches import wait_until_ready
from tests.demo import moisson

_PORT = 18_088
_CHUNK = 2**20
_LEAST = 10_000
_MOST = 500


def measure_exports(folder: Path, store: str = "sqlite", kinds: Iterable[str] = FORMATS) -> Iterator[str]:
    """Lines of the report."""
    side = side_of(store, folder)
    if not side.config.is_file():
        yield f"export: left out: {folder} holds no index: python -m tests.bench --only federation --store {store} --keep {folder}"
        return
    with side.running():
        for kind in kinds:
            yield _measure(side, kind)


def _measure(side: Side, kind: str) -> str:
    """Each kind by a server of its own, so that its memory is of that kind alone."""
    out = side.folder / f"export.{kind}"
    server = moisson("serve", "--port", str(_PORT), config=side.config)
    try:
        wait_until_ready(_PORT)
        with _watched(server.pid) as use:
            start = time.perf_counter()
            first, size = _take(f"/export?f={kind}", out if kind == "parquet" else None)
            seconds = time.perf_counter() - start
        count = _count(side, kind, out)
    finally:
        server.terminate()
        server.wait(timeout=20)
        out.unlink(missing_ok=True)
    bound = f" (bounds {_LEAST} Items/s, {_MOST} MB)" if kind == "parquet" else ""
    told = f"{count} Items, {size / 2**20:.0f} MiB in {seconds:.1f} s, the first byte after {first:.1f} s: {count / seconds:.0f} Items/s"
    return f"export, {side.name}, {kind}: {told}; the server took {use.told(count)}{bound}"


@dataclass
class _Use:
    """Of a process: its own memory in MB, before and at most, and seconds of processors."""

    before: int
    most: int
    seconds: float = 0.0

    def told(self, count: int) -> str:
        rate = f"{self.seconds:.1f} s of processors, {count / self.seconds:.0f} Items/s of them"
        return f"{rate}; memory {self.before} MB, then at most {self.most} MB"


@contextmanager
def _watched(process: int) -> Iterator[_Use]:
    """Looks at the process until the block ends."""
    use = _Use(_memory(process), _memory(process))
    ended, begun = threading.Event(), _processors(process)

    def look() -> None:
        while not ended.wait(0.05):
            use.most = max(use.most, _memory(process))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield use
    finally:
        ended.set()
        looking.join()
    use.seconds = _processors(process) - begun


def _memory(process: int) -> int:
    """A process's own memory in MB: pages of a mapped index file are the system's cache, and are not counted."""
    status = Path(f"/proc/{process}/status").read_text()
    return sum(int(kilobytes) for kilobytes in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", status)) // 1024


def _processors(process: int) -> float:
    """Seconds that it ran."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _take(path: str, out: Path | None) -> tuple[float, int]:
    """Seconds to the first byte, and how many bytes there are; they are kept in `out` where it is given."""
    start = time.perf_counter()
    first, size = 0.0, 0
    with closing(HTTPConnection("127.0.0.1", _PORT, timeout=3600)) as connection, (out or Path(os.devnull)).open("wb") as file:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {answer.read(1000)!r}")
        while part := answer.read(_CHUNK):
            first = first or time.perf_counter() - start
            size += len(part)
            file.write(part)
    return first, size


def _count(side: Side, kind: str, out: Path) -> int:
    """As the file says where it is kept, else as the benchmark has it."""
    held = int((side.folder / "items.count").read_text())
    if kind != "parquet":
        return held
    found = pq.read_metadata(out).num_rows
    if found != held:
        raise SystemExit(f"the file holds {found} Items of {held}")
    return found
