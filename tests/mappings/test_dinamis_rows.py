"""Rows of an inventory in CSV: no line may vanish behind a quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import dinamis
from mappings.record import NotAnAnswer

HEADER = "id;satellite;date;commentaire\n"


def row(number: int, comment: str = "") -> str:
    return f"SPOT-{number};SPOT6;2018-01-0{number};{comment}\n"


def read(body: str) -> tuple[list[str], list[str]]:
    """(products read, reasons of broken rows)."""
    answer = dinamis.read(body.encode())
    return [record.native_id.partition(":")[2] for record in answer.records], [broken.reason for broken in answer.broken]


def test_a_quote_that_is_never_closed_breaks_its_line_only() -> None:
    found, reasons = read(HEADER + "".join(row(n, '"oops' if n == 2 else "") for n in range(1, 9)))
    assert found == [f"SPOT-{n}" for n in range(1, 9) if n != 2]
    assert reasons == ["line 3: a quote that is never closed, or in the wrong place"]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quote_left_open_in_the_last_line_breaks_it(end: str) -> None:
    found, reasons = read(HEADER + row(1) + row(2, '"oops').rstrip("\n") + end)
    assert (found, [reason[:6] for reason in reasons]) == (["SPOT-1"], ["line 3"])


@pytest.mark.parametrize("closing", ['"quoted"', 'closed"', 'closed";', '5" lens'])
def test_a_quote_that_another_row_closes_by_chance_swallows_nothing(closing: str) -> None:
    found, reasons = read(HEADER + row(1) + row(2, '"oops') + row(3) + row(4, closing) + row(5))
    assert {"SPOT-1", "SPOT-3", "SPOT-5"} <= set(found)
    assert len(found) + len(reasons) == 5
    assert reasons[0].startswith("line 3: ")


def test_a_quote_in_the_wrong_place_of_a_cell_is_text() -> None:
    assert read(HEADER + row(1, '5" lens') + row(2, '"a" b') + row(3)) == (["SPOT-1", "SPOT-2", "SPOT-3"], [])


def test_line_breaks_inside_a_closed_quoted_cell_stay_legal() -> None:
    wkt = '"POLYGON((1 44,\n2 44,\n2 45,\n1 44))"'
    body = f'id,satellite,date,emprise,"com\nmentaire"\nSPOT-1,SPOT6,2018-01-01,{wkt},"one\n\ntwo, three"\nSPOT-2,SPOT6,2018-01-02,,\n'
    (first, second) = dinamis.read(body.encode()).records
    assert dinamis.to_item(first)["bbox"] == [1, 44, 2, 45]
    assert second.native_id == "inventory:SPOT-2"


def test_lines_are_numbered_as_in_the_file_after_a_row_of_several() -> None:
    _, reasons = read("\n" + HEADER + row(1, '"a\nb"') + "\n" + ";SPOT6;2018-01-01;\n" + row(2, '"oops') + ";SPOT6;2018-01-02;\n")
    assert [reason.partition(":")[0] for reason in reasons] == ["line 6", "line 7", "line 8"]


def test_a_header_with_an_open_quote_is_refused() -> None:
    with pytest.raises(NotAnAnswer, match="header"):
        dinamis.read(('id;satellite;"date\n' + row(1) + row(2)).encode())


CELLS = st.sampled_from(["", "x", '"x"', '"x;y"', '5" lens', '""'])


@given(
    comments=st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=8),
    bad=st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=3),
)
def test_wherever_quotes_are_left_open_the_other_rows_are_read(comments: list[tuple[str, str]], bad: list[tuple[int, bool]]) -> None:
    cells = [[f"SPOT-{n}", "SPOT6", first, "2018-01-01", second] for n, (first, second) in enumerate(comments)]
    hurt = {at for at, _ in bad if at < len(cells)}
    for at, early in bad:
        if at in hurt:
            cells[at][2 if early else 4] = '"oops'
    body = "id;satellite;niveau;date;commentaire\n" + "".join(";".join(line) + "\n" for line in cells)
    found, reasons = read(body)
    assert {f"SPOT-{n}" for n in range(len(cells))} - {f"SPOT-{n}" for n in hurt} <= set(found)
    assert len(found) + len(reasons) == len(cells)
