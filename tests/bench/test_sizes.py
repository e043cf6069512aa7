"""What the sizes' report adds up and multiplies."""

from tests.bench.sizes import COUNTS, PREFIX, Size, by_kind, projected, total


def test_the_indices_of_items_are_one_kind() -> None:
    found = by_kind(
        {
            f"{PREFIX}-items-airbus-spot": Size(2, 10, 6, 3),
            f"{PREFIX}-items-=41irbus": Size(1, 5, 3, 1),
            f"{PREFIX}-records": Size(4, 8, 8, 0),
        }
    )
    assert found == {"items": Size(3, 15, 9, 4), "records": Size(4, 8, 8, 0)}
    assert total(found) == Size(7, 23, 17, 4)


def test_a_projection_is_bytes_times_count() -> None:
    lines = list(projected(5000.0, 1000.0))[1:]
    assert [line.split() for line in lines] == [
        [str(COUNTS[0]), "5.0", "10.0", "1.0"],
        [str(COUNTS[1]), "50.0", "100.0", "10.0"],
        [str(COUNTS[2]), "500.0", "1000.0", "100.0"],
    ]
