"""Bytes per Item on a real Elasticsearch node: python -m tests.bench.sizes [--items N] [--heap 1g].

Harvests the archives' stand-ins into a node of its own, as `make run` does, matching included, and merges each index to one segment.
What is printed for 1, 10 and 100 million Items is that number times the count: docs/elasticsearch.md says what has to be added."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.exceptions import GeneralAvailabilityWarning

from index.elastic import ElasticIndex
from index.elastic.names import Names
from index.query import Query
from mappings.audience import EVERYTHING
from tests.demo import moisson, write_whole_config
from tests.support.elasticsearch import run_node
from tests.upstreams import Upstreams, World, signing, write_deliveries

PREFIX = "sizes"
_SETTLING = 65.0
COUNTS = (1_000_000, 10_000_000, 100_000_000)
_STORED, _SEARCHED = ("stored_fields",), ("inverted_index", "points", "doc_values", "norms")


@dataclass(frozen=True)
class Size:
    """Of the indices of one kind, after the merge: how many documents, bytes on disk, and of these the documents' own text and what
    they are searched, sorted and counted by."""

    documents: int
    bytes: int
    text: int
    columns: int

    def __add__(self, other: "Size") -> "Size":
        return Size(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


_NOTHING = Size(0, 0, 0, 0)


def measure_sizes(items: int, heap: str) -> Iterator[str]:
    """Lines of the report; `heap` as Java writes it."""
    with tempfile.TemporaryDirectory(prefix="moisson-sizes-") as home, run_node(heap=heap) as url:
        _harvest(World(items), Path(home), f"{url}/{PREFIX}")
        with Elasticsearch(url, request_timeout=600) as client:
            version = client.nodes.info(filter_path="nodes.*.version").body["nodes"].popitem()[1]["version"]
            by_index = sizes(client)
        kinds = by_kind(by_index)
        yield f"Elasticsearch {version}: {kinds['items'].documents} Items of {kinds['records'].documents} records, one segment an index"
        yield from _table(kinds)
        yield from _collections(by_index, url)
    yield from projected(total(kinds).bytes / kinds["items"].documents, total(kinds).columns / kinds["items"].documents)


def _harvest(world: World, home: Path, index: str) -> None:
    write_deliveries(world, home)
    with Upstreams(world) as up:
        config = write_whole_config(up, home, home, index)
        keys = {
            "MOISSON_SOURCES__AIRBUS__API_KEY": up.api_key,
            "MOISSON_ACCESS__SIGNERS__MTD__ACCESS_KEY": signing.ACCESS_KEY,
            "MOISSON_ACCESS__SIGNERS__MTD__SECRET_KEY": signing.SECRET_KEY,
        }
        with moisson("harvest", config=config, stdout=subprocess.DEVNULL, **keys) as harvest:
            code = harvest.wait()
    if code:
        raise SystemExit(f"the harvest ended with {code}: nothing is measured of a part")


def sizes(client: Elasticsearch, settling: float = _SETTLING) -> dict[str, Size]:
    """By index, after its segments were merged to one; `settling` in seconds."""
    # Of the disk usage of an index, whose form may change.
    warnings.simplefilter("ignore", GeneralAvailabilityWarning)
    # By name: a wildcard leaves out hidden indices, and there may be aliases beside them.
    names = sorted(client.indices.get(index=f"{PREFIX}-*", expand_wildcards="all").body)
    found = {}
    for name in names:
        client.indices.flush(index=name)
    # What a recovery may still need stays in a merge; the cluster looks every 30 s for what that is (retention_lease.sync_interval).
    time.sleep(settling)
    for name in names:
        client.indices.forcemerge(index=name, max_num_segments=1)
        client.indices.flush(index=name, force=True)
        client.indices.refresh(index=name)
        stats = client.indices.stats(index=name, metric=["store", "docs"]).body["_all"]["primaries"]
        parts = client.indices.disk_usage(index=name, run_expensive_tasks=True).body[name]["all_fields"]
        found[name] = Size(stats["docs"]["count"], stats["store"]["size_in_bytes"], _sum(parts, _STORED), _sum(parts, _SEARCHED))
    return found


def _sum(parts: Mapping[str, Any], names: tuple[str, ...]) -> int:
    return sum(parts[f"{name}_in_bytes"] if f"{name}_in_bytes" in parts else parts[name]["total_in_bytes"] for name in names)


def by_kind(by_index: Mapping[str, Size]) -> dict[str, Size]:
    """All indices of Items are one kind, `items`."""
    found: dict[str, Size] = defaultdict(lambda: _NOTHING)
    for name, size in by_index.items():
        kind, of_items, _ = name.removeprefix(f"{PREFIX}-").partition("-")
        found["items" if of_items else kind] += size
    return dict(found)


def total(kinds: Mapping[str, Size]) -> Size:
    return sum(kinds.values(), _NOTHING)


def _table(kinds: Mapping[str, Size]) -> Iterator[str]:
    items = kinds["items"].documents
    yield f"{'':12}{'documents':>12}{'bytes/document':>16}{'bytes/Item':>12}{'text':>8}{'columns':>9}"
    rows = sorted(kinds.items(), key=lambda row: -row[1].bytes)
    for kind, size in [*rows, ("all", total(kinds))]:
        each = f"{size.bytes / size.documents:16.0f}" if size.documents and kind != "all" else f"{'':16}"
        documents = f"{size.documents:12}" if kind != "all" else f"{'':12}"
        yield f"{kind:12}{documents}{each}{size.bytes / items:12.0f}{size.text / items:8.0f}{size.columns / items:9.0f}"


def _collections(by_index: Mapping[str, Size], url: str) -> Iterator[str]:
    with ElasticIndex.open(url, PREFIX) as index:
        for collection in sorted(index.summaries(Query(EVERYTHING))):
            page = index.search(Query(EVERYTHING, collections=(collection,), limit=100)).items
            json = sum(len(item.head) + len(item.middle) + len(item.rest) for item in page) / len(page)
            size = by_index[Names(PREFIX).data(collection, 1, None)]
            yield f"{collection:22}{size.documents:8} Items, {size.bytes / size.documents:6.0f} bytes each on disk, JSON {json:6.0f} bytes"


def projected(each: float, columns: float) -> Iterator[str]:
    """Lines for each count: bytes of one copy and of two, and what is searched of one copy."""
    yield f"{'Items':>12}{'one copy':>12}{'two copies':>12}{'searched of one copy':>22}   (GB of 10^9 bytes)"
    for count in COUNTS:
        one = each * count / 1e9
        yield f"{count:12}{one:12.1f}{2 * one:12.1f}{columns * count / 1e9:22.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sizes", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=10_000, help="scenes that the stand-ins hold: about as many Items")
    parser.add_argument("--heap", default="1g", help="the node's heap")
    options = parser.parse_args()
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"repeat:  python -m tests.bench.sizes {' '.join(sys.argv[1:])}".rstrip(), flush=True)
    for line in measure_sizes(options.items, options.heap):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
