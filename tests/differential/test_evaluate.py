"""The brute-force evaluator itself, by a table of what OGC 21-065r2 says of one Item."""

from typing import Any

import pytest

from tests.differential.answers import geohash, middle
from tests.differential.evaluate import truths
from tests.differential.printing import to_text
from tests.differential.rows import read, words
from tests.support.items import make_item

ROW = read(
    make_item(
        "a%b",
        box=(0, 0, 2, 2),
        datetime=None,
        start="2024-03-01T00:00:00Z",
        end="2024-03-02T12:00:00.000001Z",
        platform="Été_6",
        keywords=["eau", "forêt", "eau"],
        gsd=10,
        **{"eo:cloud_cover": 50.5, "sat:relative_orbit": -7},
    )
)
GSD, CLOUD, ORBIT, MISSING, NAME, WORDS = (
    {"property": name} for name in ("gsd", "eo:cloud_cover", "sat:relative_orbit", "view:azimuth", "platform", "keywords")
)
OWN = {"interval": [{"property": "start_datetime"}, {"property": "end_datetime"}]}
INNER = {"type": "Polygon", "coordinates": [[[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1], [0.5, 0.5]]]}


def of(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": list(args)}


TRUE, FALSE, NEITHER = True, False, of("=", MISSING, 1)


@pytest.mark.parametrize(
    ("node", "truth"),
    [
        (of("and", TRUE, NEITHER), None),
        (of("and", FALSE, NEITHER), False),
        (of("or", TRUE, NEITHER), True),
        (of("or", FALSE, NEITHER), None),
        (of("not", NEITHER), None),
        (of("not", of("isNull", MISSING)), False),
        (of("=", GSD, 10), True),
        (of("<>", GSD, MISSING), None),
        (of("between", GSD, 10, 10), True),
        (of("not", of("between", GSD, 20, MISSING)), None),
        (of("in", MISSING, [1, 2]), None),
        (of("like", NAME, "É%\\_6"), True),
        (of("like", NAME, "É_é_6"), True),
        (of("like", NAME, "É_é\\%6"), False),
        (of("like", {"property": "id"}, "a\\%_"), True),
        (of("like", NAME, "é%"), False),
        (of("like", of("casei", NAME), of("casei", "éTÉ%")), True),
        (of("=", of("accenti", of("casei", NAME)), of("casei", of("accenti", "ETE_6"))), True),
        (of("=", of("accenti", NAME), of("accenti", "ete_6")), False),
        (of(">", {"property": "end_datetime"}, {"timestamp": "2024-03-02T12:00:00Z"}), True),
        (of("=", {"property": "start_datetime"}, {"date": "2024-03-01"}), True),
        (of("=", {"property": "start_datetime"}, "2024-03-01T01:00:00+01:00"), True),
        (of("<", {"property": "datetime"}, {"date": "2025-01-01"}), None),
        (of("t_equals", {"property": "start_datetime"}, {"date": "2024-03-01"}), False),
        (of("t_intersects", OWN, {"date": "2024-03-02"}), True),
        (of("t_during", OWN, {"interval": ["2024-02-29", "2024-03-02"]}), True),
        (of("t_during", OWN, {"interval": ["2024-03-01", ".."]}), False),
        (of("t_finishedby", OWN, {"interval": ["2024-03-02", "2024-03-02T12:00:00.000001Z"]}), True),
        (of("t_startedby", OWN, {"interval": ["2024-03-01", "2024-03-01"]}), True),
        (of("t_meets", OWN, {"interval": ["2024-03-02T12:00:00.000001Z", ".."]}), True),
        (of("t_metby", OWN, {"interval": ["..", "2024-03-01T00:00:00Z"]}), True),
        (of("t_overlaps", OWN, {"interval": ["2024-03-02", ".."]}), True),
        (of("t_overlappedby", OWN, {"interval": ["..", "2024-03-01"]}), True),
        (of("t_contains", OWN, {"interval": ["2024-03-02", "2024-03-02T01:00:00Z"]}), True),
        (of("t_before", OWN, {"date": "2024-03-03"}), True),
        (of("not", of("t_after", {"property": "datetime"}, {"date": "2024-03-03"})), None),
        (of("a_equals", WORDS, ["forêt", "eau"]), True),
        (of("a_contains", WORDS, ["forêt"]), True),
        (of("a_contains", WORDS, []), True),
        (of("a_containedby", WORDS, ["forêt", "x"]), False),
        (of("a_overlaps", WORDS, []), False),
        (of("not", of("a_overlaps", {"property": "instruments"}, ["x"])), None),
        (of("=", of("/", GSD, 4), 2.5), True),
        (of("=", of("div", ORBIT, 2), -3), True),
        (of("=", of("%", ORBIT, 2), -1), True),
        (of("=", of("^", GSD, -1), 0.1), True),
        (of("=", of("^", ORBIT, 0.5), 1), None),
        (of("not", of("=", of("/", GSD, 0), 1)), None),
        (of("s_contains", {"property": "geometry"}, INNER), True),
        (of("s_within", {"property": "geometry"}, {"bbox": [-1, -1, 0, 3, 3, 9]}), True),
        (of("s_intersects", {"property": "geometry"}, {"bbox": [170, -1, -170, 1]}), False),
        (of("s_disjoint", {"property": "geometry"}, {"bbox": [1, 1, -170, 5]}), False),
        (of("s_touches", {"property": "geometry"}, {"type": "Point", "coordinates": [2, 1]}), True),
    ],
)
def test_the_standard_by_hand(node: Any, truth: bool | None) -> None:
    assert truths(node, [ROW]) == [truth], to_text(node)


def test_what_is_asked_for_by_words_and_cells() -> None:
    assert words("Forêt d’Été, n°7") == "foret d ete n 7"
    assert geohash(10.40744, 57.64911, 11) == "u4pruydqqvj"
    assert middle((179, 0, -177, 2)) == (-179, 1)
    assert middle((177, 0, -179, 2)) == (179, 1)
