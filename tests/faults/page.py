"""docs/faults.md out of the fault matrix: `python -m tests.faults.page` writes it, a test compares it."""

from collections.abc import Mapping
from pathlib import Path

from tests.faults.cells import FOLDER, TABLES, Cell, Row, Setting, cell_of
from tests.faults.faults import FAULTS
from tests.faults.subjects import SUBJECTS

PATH = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_HOLDS = {
    "new": "all is as the archive has it",
    "old": "all is as before",
    "between": "what was read is new, the rest as before",
    "more": "what the archive says too much is there, too",
    "said": "what the archive says",
}
_MENDS = {
    "next": "",
    "confirmed": "; the brake keeps the surplus until an operator confirms",
    "listed": "; the next whole listing finds the surplus, the brake keeps it until an operator confirms",
    "stays": "; the surplus stays, for nothing tells that it is gone",
    "partly": "; what can be counted again is removed once an operator confirms, the rest of the surplus stays",
}
_TITLES: dict[Setting, tuple[str, str]] = {
    "full": ("Over a full index", "The index holds all that the archive had; since then half of that was revised, and some deleted."),
    "first": ("Into an empty index", "The same faults at a first harvest, where that makes a difference."),
    "listed": (
        "While all is listed",
        "What lists all only seldom (a sweep of catalogues, a recount of every month of GEODES) does so in the run with the fault.",
    ),
}
_HEAD = """\
# What each fault does

Each source is harvested from its stand-in (`tests/upstreams`, over real HTTP) while that does one thing wrong; then the fault goes, the
archive changes once more, and the source is harvested again. This page is the table of those tests (`tests/faults`), written by
`python -m tests.faults.page`.

Whatever the fault: the counts of the run add up; nothing waits without an end; no record that the archive has is removed; a run that is not
complete says why. When the fault has gone, **the next run ends with exactly what the archive has**: nothing is lost, nothing is there
twice, no watermark has moved past what was not read. Where more is needed, or that is not so yet (†), the table says it.
"""
_TAIL = """\
## What an operator does

Nothing, mostly: the next run mends it. When the brake holds (`moisson status`), look at the archive: if it has mended, the next run is as
usual; if what it does not show is really gone, `moisson confirm SOURCE`. Of feeds (Airbus, OAI-PMH with deletions) nothing is judged
absent: records that they announced by mistake stay until they announce their deletion.
"""


def page() -> str:
    """The whole page."""
    defects = _defects()
    parts = [_HEAD]
    for setting, (title, words) in _TITLES.items():
        rows = {FAULTS[key].title: _row(row, defects) for key, row in TABLES[setting].items()}
        parts.append(f"## {title}\n\n{words}\n\n{_table(rows)}")
    folder = {title: _words(cell, defects) for title, cell in FOLDER.values()}
    parts.append(f"## A drop folder\n\nOne of five files is wrong, or all are.\n\n{_table(folder)}")
    if defects:
        because = "These cells fail at present, each for its reason (†); the tests expect that, and tell when it ends."
        listed = "\n".join(f"{number}. `{words.partition(':')[0]}`:{words.partition(':')[2]}." for words, number in defects.items())
        parts.append(f"## Not so yet\n\n{because}\n\n{listed}\n")
    return "\n".join([*parts, _TAIL])


def _table(rows: Mapping[str, str]) -> str:
    return (
        "\n".join(
            ["| fault | how the run ends, and what the index holds then |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows.items())]
        )
        + "\n"
    )


def _row(row: Row, defects: Mapping[str, int]) -> str:
    """Sources that end alike together, the most of them last."""
    groups: dict[str, list[str]] = {}
    for name in SUBJECTS:
        cell = cell_of(row, name)
        if cell is not None:
            groups.setdefault(_words(cell, defects), []).append(SUBJECTS[name].title)
    if len(groups) == 1:
        return next(iter(groups))
    *fewer, (most, names) = sorted(groups.items(), key=lambda group: len(group[1]))
    rest = "all others" if len(names) > 3 else ", ".join(names)
    return "<br>".join([*(f"{', '.join(few)}: {words}" for words, few in fewer), f"{rest}: {most}"])


def _words(cell: Cell, defects: Mapping[str, int]) -> str:
    marks = ", ".join(str(defects[one]) for one in cell.defects)
    brake = ", for the brake holds" if cell.reason == "the brake" else ""
    return f"**{cell.outcome}**, {_HOLDS[cell.holds]}{brake}{_MENDS[cell.mends]}{f' (†{marks})' if marks else ''}"


def _defects() -> dict[str, int]:
    """The reasons why cells fail, numbered as they come."""
    found: dict[str, int] = {}
    for table in TABLES.values():
        for row in table.values():
            for cell in row.values():
                for one in cell.defects:
                    found.setdefault(one, len(found) + 1)
    return found


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
