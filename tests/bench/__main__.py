"""Harvest and search speed on stand-in scenes: python -m tests.bench [--size N] [--memory-records N] [--only PART]."""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.coverages import measure_coverage
from tests.bench.exports import measure_exports
from tests.bench.federation import measure_federation
from tests.bench.harvests import harvest_from_memory, harvest_whole_path, harvest_xml
from tests.bench.matching import measure_matching
from tests.bench.page import measure_page
from tests.bench.searches import measure_searches
from tests.bench.strips import UNNAMED


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="scenes that the stand-ins hold")
    parser.add_argument("--memory-records", type=int, default=20_000, help="records harvested from memory")
    parser.add_argument("--match-size", type=int, default=200_000, help="scenes of the catalogue that are matched; products: a tenth")
    parser.add_argument("--unnamed", type=int, default=UNNAMED, help="of a thousand Pléiades products, those that name no strip")
    parser.add_argument(
        "--only",
        choices=("memory", "whole", "xml", "search", "coverage", "matching", "federation", "map", "export"),
        help="one part; search harvests first; federation, which takes long, map and export, over its Items, only when asked for",
    )
    parser.add_argument("--items", type=int, default=1_000_000, help="Items of the shared benchmark (federation)")
    parser.add_argument("--store", choices=("sqlite", "elasticsearch"), default="sqlite", help="the index that holds them (federation)")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve them")
    parser.add_argument("--keep", type=Path, help="folder that keeps the index")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="moisson-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"repeat:  python -m tests.bench {' '.join(sys.argv[1:])}".rstrip(), flush=True)
    try:
        for line in _lines(options, folder):
            print(line, flush=True)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    return 0


def _lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Of the parts that were asked for, in this order."""
    if options.only in (None, "memory"):
        yield from harvest_from_memory(options.memory_records, folder)
    if options.only in (None, "whole", "search"):
        yield from harvest_whole_path(options.size, folder)
    if options.only in (None, "xml"):
        yield from harvest_xml(options.size, folder)
    if options.only in (None, "search"):
        yield from measure_searches(folder / "moisson.toml")
    if options.only in (None, "coverage"):
        yield from measure_coverage(folder)
    if options.only in (None, "matching"):
        yield from measure_matching(options.match_size, options.unnamed, folder)
    if options.only == "federation":
        yield from measure_federation(options.items, folder, options.store, options.workers)
    if options.only == "map":
        yield from measure_page(folder)
    if options.only == "export":
        yield from measure_exports(folder, options.store)


if __name__ == "__main__":
    sys.exit(main())
