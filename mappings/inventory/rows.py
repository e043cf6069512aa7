"""Rows of a CSV file, of which no line may vanish: a quote that is never closed must not gather the rows after it."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# Comes after the last line: if a row holds it, a quote is still open there.
_END = "\ue000end\ue000"
# Footprints are full of commas and are written over several lines: those are no rows.
_WELL_KNOWN = re.compile(r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POLYGON|POINT|LINESTRING)[\s\dZMEe().,+-]*", re.I)
_NEVER_CLOSED = "a quote that is never closed, or in the wrong place"


@dataclass(frozen=True)
class Line:
    """A row that begins at `number`: its cells, or what is wrong with it."""

    number: int
    cells: Sequence[str]
    text: str
    fault: str | None = None


class Rows:
    """The rows of lines (with their ends), read as they are asked for; blank lines are no rows.

    A quoted cell may hold line breaks. One that is never closed, that is followed by other text, or that holds as many delimiters as a
    row of `width` cells has, swallowed rows: the line where it begins is at fault, and those after it are read again on their own.
    """

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._lines = iter(lines)
        self._delimiter = delimiter
        self._again: list[str] = []
        self._taken: list[str] = []
        self._ended = False
        self._number = 1
        self._reader = self._begin()

    def _begin(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter)

    def _feed(self) -> Iterator[str]:
        while True:
            if self._again:
                line = self._again.pop()
            elif self._ended:
                return
            else:
                line = next(self._lines, _END)
                self._ended = line is _END
            self._taken.append(line)
            yield line

    def next(self, width: int | None = None) -> Line | None:
        """The next row, None at the end."""
        while True:
            number, self._taken = self._number, []
            cells: list[str] = []
            fault: str | None = None
            try:
                cells = next(self._reader, [_END])
            except csv.Error as error:
                fault = str(error)
            if cells == [_END]:
                return None
            taken = self._taken
            fault = fault or self._fault(cells, width)
            if fault:
                # In reverse, since the last of the list is read first.
                self._again += reversed(taken[1:])
                taken = taken[:1]
                # The old one saw the end, or is inside a cell.
                self._reader = self._begin()
            self._number = number + len(taken)
            if cells or fault:
                return Line(number, cells, taken[0], fault)

    def _fault(self, cells: Sequence[str], width: int | None) -> str | None:
        """What is wrong with a row of several lines."""
        taken = self._taken
        if len(taken) < 2:
            return None
        if taken[-1] is _END or not _is_strict(taken, self._delimiter):
            return _NEVER_CLOSED
        if width is None:
            return None
        if len(cells) > width or any(self._swallowed(cell, width) for cell in cells):
            return "a quoted cell that holds other rows"
        return None

    def _swallowed(self, cell: str, width: int) -> bool:
        has_break = "\n" in cell or "\r" in cell
        return has_break and cell.count(self._delimiter) >= max(width - 1, 1) and not _WELL_KNOWN.fullmatch(cell)


def _is_strict(lines: Sequence[str], delimiter: str) -> bool:
    """Whether each quote stands at the edge of a cell: in a row that swallowed others, one stands in the middle."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False
