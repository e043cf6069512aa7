"""The fault matrix: how each source ends each fault, what its index holds then, and how it mends. docs/faults.md shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from index.state import Outcome
from tests.faults.subjects import SUBJECTS

# full: a harvest over an index that is full; first: into an empty one; listed: over a full one, with a whole listing due.
Setting = Literal["full", "first", "listed"]
# new: exactly what the archive has; old: exactly what it was before; between: each Item as before or as the archive has it now, none
# gone; more: all that the archive has, and what it says too much; said: what the archive says, right or wrong.
Holds = Literal["new", "old", "between", "more", "said"]
# What follows when the fault has gone. next: the next run ends with the truth; confirmed: the brake holds it, and the run after an
# operator confirmed ends with the truth; listed: so do the next whole listing, and the run after it; stays: what the archive said too
# much stays, as nothing tells that it is gone; partly: confirmed as far as the archive can be counted again, the rest stays.
Mends = Literal["next", "confirmed", "listed", "stays", "partly"]


@dataclass(frozen=True)
class Cell:
    """`reason` is a regular expression that the run's reason holds; `defects`: why the index does not yet end as it must."""

    outcome: Outcome
    reason: str = ""
    holds: Holds = "new"
    mends: Mends = "next"
    defects: tuple[str, ...] = ()


def _but(cell: Cell, *defects: str) -> Cell:
    return replace(cell, defects=defects)


def _partial(reason: str, holds: Holds = "between", mends: Mends = "next") -> Cell:
    return Cell(Outcome.PARTIAL, reason, holds, mends)


def _failed(reason: str) -> Cell:
    return Cell(Outcome.FAILED, reason, "old")


Row = Mapping[str, Cell]
_ALL = "*"
_COMPLETE = Cell(Outcome.COMPLETE)
# Not new, but nothing says so; the next run finds it.
_UNAWARE = Cell(Outcome.COMPLETE, holds="between")
_UNTOUCHED = Cell(Outcome.COMPLETE, holds="old")
_DOUBLED = Cell(Outcome.COMPLETE, holds="more", mends="confirmed")


def _stopped(reason: str, **others: Cell) -> Row:
    """What came before stays; where there is one page only, nothing came."""
    return {_ALL: _partial(reason), "coverages": _failed(reason), **others}


_ONE_PAGE = {"coverages": _COMPLETE}
_BOMB = "nested more than|DOCTYPE"

FULL: dict[str, Row] = {
    **{key: {_ALL: _COMPLETE} for key in ("cut", "reset", "error", "twice", "html", "busy")},
    "stays": _stopped("HTTP 500"),
    "down": {_ALL: _failed("HTTP 503")},
    "silent": {_ALL: _failed("no complete answer within 0.5 s")},
    "resets": _stopped("ReadError|RemoteProtocolError"),
    "endless": _stopped("exceeds the limit of 4194304 bytes"),
    "drip": _stopped("no complete answer within 0.5 s"),
    # JSON is told from HTML by what it is.
    "type": {_ALL: _COMPLETE, **{key: _partial("not XML but text/html") for key in ("csw", "opensearch", "oai")}},
    "invalid": _stopped("not JSON|not XML"),
    "bomb": _stopped(_BOMB),
    "entity": _stopped("not JSON|DOCTYPE"),
    "malformed": {_ALL: _UNAWARE, "coverages": _UNAWARE},
    "repeat": {_ALL: _partial("repeats itself|did not give"), **_ONE_PAGE},
    # Most page by numbers, and look at no link.
    "token": {_ALL: _COMPLETE, **{key: _partial("repeats itself") for key in ("radar", "dinamis", "partner")}},
    "past": {_ALL: _partial("repeats itself|did not give"), **_ONE_PAGE},
    "more": {_ALL: _partial("did not give"), **_ONE_PAGE},
    "fewer": {
        _ALL: _COMPLETE, "peps": _UNAWARE, "swh": _partial("announces . records for . ids"), "csw": _UNAWARE, "opensearch": _UNAWARE,
    },
    "duplicate": {_ALL: _COMPLETE, **{key: _partial("did not give") for key in ("csw", "opensearch")}},
    "skew": {_ALL: _failed("its clock is")},
    "emptied": {
        # Asked by name about the months that it now says are empty, it finds nothing at all.
        **{key: _failed("GEODES") for key in ("peps", "swh")},
        # Deletions come from a feed of their own, which is right.
        **{key: replace(_failed("OneAtlas"), holds="between") for key in ("optical", "radar")},
        **dict.fromkeys(("csw", "opensearch", "oai"), _UNTOUCHED),
        **{key: _partial("the brake", "old") for key in ("regards", "dinamis", "partner")},
        "coverages": _failed("without any layer"),
    },
    "doubled": {
        "oai": Cell(Outcome.COMPLETE, holds="more", mends="stays"),
        "radar": replace(_DOUBLED, mends="partly"),
        **dict.fromkeys(("peps", "swh", "optical", "regards", "dinamis", "partner"), _DOUBLED),
        **{key: _partial("did not give", "more", "listed") for key in ("csw", "opensearch")},
        "coverages": _UNAWARE,
    },
}  # fmt: skip

FIRST: dict[str, Row] = {
    "fewer": {**FULL["fewer"], **dict.fromkeys(("peps", "swh"), _UNAWARE)},
    "skew": {**FULL["skew"], "coverages": _partial("its clock is", "said")},
    "emptied": {_ALL: _UNTOUCHED, "coverages": _partial("xyzservices lists were taken instead", "said")},
    "doubled": {
        **FULL["doubled"],
        **{key: _partial("did not give", "more", "confirmed") for key in ("csw", "opensearch")},
        "coverages": _COMPLETE,
    },
}

_LISTS = tuple(name for name, subject in SUBJECTS.items() if subject.lists)


def _listed(key: str, **others: Cell) -> Row:
    """As over a full index, for the sources that list all only seldom."""
    return {**{name: FULL[key].get(name, FULL[key].get(_ALL, _COMPLETE)) for name in _LISTS}, **others}


LISTED: dict[str, Row] = {
    "fewer": _listed("fewer", peps=_partial("announces . records for . ids")),
    "skew": _listed("skew"),
    "emptied": dict.fromkeys(_LISTS, _partial("the brake", "old")),
    "doubled": _listed("doubled", oai=_DOUBLED, **{key: _partial("did not give", "more", "confirmed") for key in ("csw", "opensearch")}),
}

TABLES: Mapping[Setting, Mapping[str, Row]] = {"full": FULL, "first": FIRST, "listed": LISTED}


FOLDER: dict[str, tuple[str, Cell]] = {
    "damaged": ("a file that ends in the middle", _UNAWARE),
    "bomb": ("a file with an XML bomb", _UNAWARE),
    "entity": ("a file with an external entity (file:///etc/passwd)", _UNAWARE),
    "huge": ("a file larger than max_mib", _UNAWARE),
    "copied": ("each file a second time under another name", _COMPLETE),
    "emptied": ("no file at all", _UNTOUCHED),
    "thinned": ("three of five files gone", _partial("the brake")),
    "doubled": ("each record also under a second name", _DOUBLED),
}


def cell_of(row: Row, name: str) -> Cell | None:
    """The cell of a source; None where it is not tried."""
    return row.get(name, row.get(_ALL))


def cells() -> Iterator[tuple[Setting, str, str, Cell]]:
    """(setting, fault, source, cell) of all, by source."""
    for name in SUBJECTS:
        for setting, table in TABLES.items():
            for key, row in table.items():
                cell = cell_of(row, name)
                if cell is not None:
                    yield setting, key, name, cell
