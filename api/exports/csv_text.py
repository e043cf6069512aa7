"""CSV (RFC 4180): a row for each Item, in UTF-8, under a header."""

import csv
import io
from collections.abc import Generator, Iterator

import shapely

from api.exports.portions import Portion
from api.exports.rows import COLUMNS, TEXTS, Row, row_of
from api.exports.told import Told

# What spreadsheets take for the beginning of a formula, with the blanks that they pass over.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    """The columns of `rows`, the footprint as WKT, and in each row the licence of the metadata, for a file has no other place for it.
    Texts that a spreadsheet would compute get an apostrophe before them."""
    yield _lines([[*COLUMNS, "footprint", "metadata_licence"]])
    licence = told.licence.href if told.licence else ""
    for portion in portions:
        rows = [row_of(body) for body in portion]
        shapes = shapely.to_wkt(shapely.from_wkb([row.wkb for row in rows]), rounding_precision=-1)
        yield _lines([[*_cells(row), shape or "", licence] for row, shape in zip(rows, shapes, strict=True)])


def _cells(row: Row) -> list[str | float | None]:
    return [harmless(row.values[name]) if name in _TEXTS else row.values[name] for name in COLUMNS]


_TEXTS = frozenset(TEXTS)


def harmless(text: str | float | None) -> str | float | None:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if isinstance(text, str) and text.lstrip(" ").startswith(_FORMULAS) else text


def _lines(rows: list[list[str | float | None]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
