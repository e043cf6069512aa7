"""The report of the shared benchmark: each query beside its floor, and beside what another server had to its own."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.peers import Peers

QUERIES = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8")
SELECTIVE = ("Q1", "Q4", "Q7")
"""Those whose p95 at concurrency 1 is to stay below 20 ms; below 100 ms the others."""


@dataclass(frozen=True)
class Cell:
    """One query at one concurrency: requests a second, milliseconds."""

    rate: float
    p50: float
    p95: float
    errors: int


Cells = dict[str, Cell]
"""By query and concurrency, as `Q1/8`."""


@dataclass(frozen=True)
class Bounds:
    """The server and the floor that a store is compared with; at most `slower` times the floor's latency, at least `share` of its
    requests/s. Without these, p95 has bounds in milliseconds (SELECTIVE)."""

    peer: str
    floor: str
    slower: float | None = None
    share: float = 0.0


def report(ours: Cells, floor: Cells, peers: Peers, bounds: Bounds) -> Iterator[str]:
    """Each query beside the floor and beside the other server; the mean of what we gain on it; which bounds hold."""
    for concurrency in (1, 8):
        gains: dict[str, float] = {}
        later = []
        for name in QUERIES:
            key = f"{name}/{concurrency}"
            cell, least, peer = ours[key], floor[key], peers[key]
            if cell.errors:
                yield f"federation, {key}: not answered ({cell.errors} errors)"
                continue
            ratio = cell.rate / least.rate
            gains[name] = ratio / peer.rate
            if cell.p95 / least.p95 >= peer.p95:
                later.append(name)
            yield (
                f"federation, {key}: p50 {cell.p50:.1f} ms, p95 {cell.p95:.1f} ms{_bound(name, concurrency, cell, least, bounds)},"
                f" {cell.rate:.1f} requests/s, floor {least.rate:.1f}, ratio {ratio:.3f}; {bounds.peer}'s ratio {peer.rate:.4f}:"
                f" {gains[name]:.1f} times"
            )
        yield _mean(concurrency, gains, later, bounds.peer)


def _bound(name: str, concurrency: int, cell: Cell, floor: Cell, bounds: Bounds) -> str:
    if bounds.slower is not None:
        slower, share = cell.p50 / floor.p50, cell.rate / floor.rate
        held = "within" if slower <= bounds.slower and share >= bounds.share else "NOT within"
        return f" (p50 {slower:.2f} times the floor's {floor.p50:.1f} ms, {held} {bounds.slower} and {bounds.share} of its requests)"
    if concurrency > 1:
        return ""
    most = 20 if name in SELECTIVE else 100
    return f" ({'below' if cell.p95 < most else 'NOT below'} {most} ms)"


def _mean(concurrency: int, gains: dict[str, float], later: list[str], peer: str) -> str:
    if not gains:
        return f"federation, concurrency {concurrency}: nothing was answered"
    mean = math.exp(sum(map(math.log, gains.values())) / len(gains))
    slower = [name for name, gain in gains.items() if gain < 1]
    return (
        f"federation, concurrency {concurrency}: {mean:.1f} times {peer} (geometric mean of {len(gains)} queries),"
        f" slower on {', '.join(slower) or 'none'}, with a higher p95 on {', '.join(later) or 'none'} (both as ratios to the floors)"
    )
