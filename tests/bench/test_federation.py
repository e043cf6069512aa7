"""The shared benchmark's report: figures of others are read, never typed in, and what is not answered is told."""

from pathlib import Path

import pytest

from tests.bench.federation import split
from tests.bench.peers import Peer, read_peers
from tests.bench.report import QUERIES, Bounds, Cell, report

_TABLE = """\
# Results
| query/conc | SFEOS | pgstac | raw ES floor | SQLite floor | KB |
|---|---|---|---|---|---|
| Q1/1 | 29.5, 47.0 · 20.0/35.1/38.6 | 27.8, 30.0 · 26.4/41.2/70.4 | 107, 125 · 7.6/12.7/19.7 | 103, 120 · 8.7/15.3/19.8 | 46 |
| Q2/8 | 8.4, 13.1 · 580/733/799* | 5.3, 7.5 · 1028/1322/1594* | 90.3, 125 · 58/103/115 | 696, 75 · 10.0/26.2/35.5 | 477 |

## Other
| query/conc | pgstac/SFEOS | raw ES/SFEOS |
|---|---|---|
| Q1/1 | 0.95, 0.74 | 3.62, 2.66 |
"""


def test_what_a_peer_had_to_its_floor_is_read_from_the_second_pass() -> None:
    assert read_peers(_TABLE, "pgstac", "SQLite floor") == {"Q1/1": Peer(0.25, 41.2 / 15.3), "Q2/8": Peer(0.1, 1322 / 26.2)}


def test_a_table_without_the_floor_is_an_error() -> None:
    with pytest.raises(ValueError, match="no table"):
        read_peers("| query/conc | pgstac |\n|---|---|\n| Q1/1 | 1, 2 · 3 |\n", "pgstac", "SQLite floor")


KEYS = [f"{name}/{concurrency}" for name in QUERIES for concurrency in (1, 8)]


def test_a_refused_query_is_told_and_does_not_count() -> None:
    ours = {key: Cell(20.0, 5.0, 25.0, 3 if key.startswith("Q2") else 0) for key in KEYS}
    floor = {key: Cell(40.0, 1.0, 1.0, 0) for key in KEYS}
    lines = list(report(ours, floor, dict.fromkeys(KEYS, Peer(0.125, 25.0)), Bounds("pgstac", "SQLite floor")))
    assert "federation, Q2/1: not answered (3 errors)" in lines
    assert "p95 25.0 ms (NOT below 20 ms), 20.0 requests/s, floor 40.0, ratio 0.500; pgstac's ratio 0.1250: 4.0 times" in lines[0]
    assert "(below 100 ms)" in lines[2]
    told = "4.0 times pgstac (geometric mean of 7 queries), slower on none, with a higher p95 on Q1, Q3, Q4, Q5, Q6, Q7, Q8"
    assert any(told in line for line in lines)


def test_a_query_is_within_the_bounds_of_its_floor_or_not() -> None:
    bounds = Bounds("SFEOS", "raw ES floor", slower=1.5, share=0.6)
    ours = {key: Cell(60.0 if key.endswith("/1") else 59.0, 15.0, 20.0, 0) for key in KEYS}
    floor = {key: Cell(100.0, 10.0, 12.0, 0) for key in KEYS}
    lines = list(report(ours, floor, dict.fromkeys(KEYS, Peer(0.1, 3.0)), bounds))
    assert "(p50 1.50 times the floor's 10.0 ms, within 1.5 and 0.6 of its requests)" in lines[0]
    assert "NOT within" in lines[9]


def test_a_file_of_lines_is_cut_between_lines(tmp_path: Path) -> None:
    (tmp_path / "all").write_bytes(b"aaaa\nbbbb\ncc\nd")
    assert split(tmp_path / "all", tmp_path / "parts", 8) == 3
    assert [path.read_bytes() for path in sorted((tmp_path / "parts").iterdir())] == [b"aaaa\n", b"bbbb\ncc\n", b"d"]
