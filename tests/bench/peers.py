"""What the other servers reached in the shared benchmark, read from its table: only ratios to the floor carry over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """A server beside its floor in pass 2: requests/s over the floor's, p95 over the floor's."""

    rate: float
    p95: float


Peers = Mapping[str, Peer]
"""By query and concurrency, as `Q1/8`."""

_KEY = re.compile(r"Q\d/\d+", re.ASCII)


def read_peers(text: str, server: str, floor: str) -> Peers:
    """Of the first table that has columns for both. Raises ValueError when there is none."""
    names: list[str] = []
    found: dict[str, Peer] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if server in cells and floor in cells:
            names = cells
        elif names and cells and _KEY.fullmatch(cells[0]):
            row = dict(zip(names, cells, strict=True))
            (rate, p95), (most, least) = _second(row[server]), _second(row[floor])
            found[cells[0]] = Peer(rate / most, p95 / least)
        elif found and not cells:
            break
    if not found:
        raise ValueError(f"no table with {server!r} and {floor!r}")
    return found


def _second(cell: str) -> tuple[float, float]:
    """Requests/s of pass 2 and p95 in ms, of `27.8, 34.7 · 26.4/41.2/70.4*`."""
    rates, _, times = cell.partition("·")
    return float(rates.split(",")[1]), float(times.split("/")[1])
