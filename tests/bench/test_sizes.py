"""What the sizes' report adds up and multiplies."""

from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.names import Names
from tests.bench.sizes import COUNTS, PREFIX, Size, by_kind, projected, sizes, total
from tests.index.elastic.helpers import batch, document, record
from tests.support import elasticsearch


def test_the_indices_of_items_are_one_kind() -> None:
    names = Names(PREFIX)
    found = by_kind(
        {
            names.data("airbus-spot", 1, None): Size(2, 10, 6, 3),
            names.data("Airbus", 2, 2020): Size(1, 5, 3, 1),
            names.records: Size(4, 8, 8, 0),
        }
    )
    assert found == {"items": Size(3, 15, 9, 4), "records": Size(4, 8, 8, 0)}
    assert total(found) == Size(7, 23, 17, 4)


def test_what_is_measured_of_a_real_store_is_all_of_it(elasticsearch_url: str) -> None:
    with ElasticIndex.open(elasticsearch_url, PREFIX) as index, Elasticsearch(elasticsearch_url) as client:
        try:
            index.apply(batch(document(), records=(record(),)))
            found = by_kind(sizes(client, settling=0))
        finally:
            elasticsearch.remove(elasticsearch_url, PREFIX)
    assert {kind: size.documents for kind, size in found.items() if kind in ("items", "records", "changes")} == dict.fromkeys(
        ("items", "records", "changes"), 1
    )
    assert 0 < found["items"].text < found["items"].bytes


def test_a_projection_is_bytes_times_count() -> None:
    lines = list(projected(5000.0, 1000.0))[1:]
    assert [line.split() for line in lines] == [
        [str(COUNTS[0]), "5.0", "10.0", "1.0"],
        [str(COUNTS[1]), "50.0", "100.0", "10.0"],
        [str(COUNTS[2]), "500.0", "1000.0", "100.0"],
    ]
