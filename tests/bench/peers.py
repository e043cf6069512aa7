"""What the other servers reached in the shared benchmark, read from its table: only ratios to the floor carry over."""

import re
from collections.abc import Mapping

Peers = Mapping[str, float]
"""pgstac's requests/s over those of SQLite's floor in pass 2, by query and concurrency, as `Q1/8`."""

_KEY = re.compile(r"Q\d/\d+", re.ASCII)


def read_peers(text: str, server: str = "pgstac", floor: str = "SQLite floor") -> Peers:
    """Of the first table that has columns for both. Raises ValueError when there is none."""
    names: list[str] = []
    found: dict[str, float] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if server in cells and floor in cells:
            names = cells
        elif names and cells and _KEY.fullmatch(cells[0]):
            row = dict(zip(names, cells, strict=True))
            found[cells[0]] = _second(row[server]) / _second(row[floor])
        elif found and not cells:
            break
    if not found:
        raise ValueError(f"no table with {server!r} and {floor!r}")
    return found


def _second(cell: str) -> float:
    """Requests/s of pass 2, of `27.8, 34.7 · 26.4/41.2/70.4`."""
    return float(cell.partition("·")[0].split(",")[1])
