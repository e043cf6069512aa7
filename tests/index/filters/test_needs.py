"""What a store must know for a filter."""

import pytest

from index.filters.operators import Operators
from index.filters.parse import operators_of, parse_text

_O = Operators


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("10 > gsd AND NOT platform LIKE 'a%' OR gsd BETWEEN 1 AND 1 + 1 OR gsd IS NULL OR gsd IN (1) OR moisson:online < TRUE", set()),
        ("TRUE", set()),
        ("platform = CASEI('A')", set()),
        ("CASEI(platform) = 'a'", {_O.CASE}),
        ("ACCENTI(platform) LIKE 'a'", {_O.ACCENTS}),
        ("CASEI(ACCENTI(platform)) IN ('a')", {_O.CASE, _O.ACCENTS}),
        ("S_INTERSECTS(geometry, POINT(1 1))", {_O.INTERSECTS}),
        ("NOT S_WITHIN(geometry, BBOX(1,1,2,2))", {_O.SPATIAL}),
        ("T_AFTER(INTERVAL(start_datetime, end_datetime), '2024-05-01')", {_O.TEMPORAL}),
        ("T_AFTER(datetime, start_datetime)", {_O.TEMPORAL, _O.PROPERTIES}),
        ("A_CONTAINS(keywords, ('a'))", {_O.ARRAY}),
        ("A_CONTAINS(keywords, instruments)", {_O.ARRAY, _O.PROPERTIES}),
        ("platform = constellation", {_O.PROPERTIES}),
        ("5 BETWEEN gsd AND 10", {_O.PROPERTIES}),
        ("gsd + 1 = 2", {_O.ARITHMETIC}),
        ("gsd = 1 + eo:cloud_cover", {_O.ARITHMETIC, _O.PROPERTIES}),
    ],
)
def test_needs(text: str, needs: set[Operators]) -> None:
    assert operators_of(parse_text(text)) == needs
