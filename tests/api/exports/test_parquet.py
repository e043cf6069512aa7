"""GeoParquet as the specification has it: footprints, times, types that do not depend on what happens to be exported, and every member."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.exports.parquet import kinds, reading
from api.exports.parquet.spool import Spool
from api.exports.parquet.writing import geoparquet
from api.exports.told import Told
from api.terms import MetadataLicence
from tests.api.exports.tables import as_read, items_of

TOLD = Told(
    "https://example.org", datetime(2024, 6, 1, tzinfo=UTC), MetadataLicence("etalab-2.0", "Licence Ouverte", "https://etalab.gouv.fr")
)
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1.5, 0], [1.5, 1], [0, 0]]]}


def item(name: str = "a", **properties: Any) -> dict[str, Any]:
    own = {"datetime": "2024-01-01T10:00:00.123456Z", **properties}
    links = [{"rel": "self", "href": "https://example.org/a"}]
    told = {"type": "Feature", "stac_version": "1.1.0", "id": name, "collection": "c", "geometry": SQUARE, "bbox": [0, 0, 1.5, 1]}
    return {**told, "properties": own, "assets": {}, "links": links, "stac_extensions": []}


def written(*portions: Sequence[Any]) -> bytes:
    return b"".join(geoparquet(iter([[orjson.dumps(one) for one in portion] for portion in portions]), TOLD))


def schema(*items: Any) -> pa.Schema:
    return pq.read_schema(io.BytesIO(written(items)))


def test_footprints_boxes_and_times_have_their_types() -> None:
    nowhere = {**item("b", datetime=None, start_datetime="1986-02-22T00:00:00+01:00"), "geometry": None}
    del nowhere["bbox"]
    table = pq.read_table(io.BytesIO(written([item(), nowhere])))
    geo = orjson.loads(table.schema.metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["geometry_types"] == []
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert orjson.loads(table.schema.metadata[b"stac-geoparquet"]) == {"version": "1.0.0"}
    assert orjson.loads(table.schema.metadata[b"moisson"])["metadata_licence_href"] == "https://etalab.gouv.fr"
    here, none = shapely.from_wkb(table["geometry"].to_pylist())
    assert (here, none) == (shapely.Polygon(SQUARE["coordinates"][0]), None)
    assert table["bbox"].to_pylist() == [{"xmin": 0, "ymin": 0, "xmax": 1.5, "ymax": 1}, None]
    assert table["datetime"].to_pylist() == [datetime(2024, 1, 1, 10, 0, 0, 123456, UTC), None]
    assert table["start_datetime"].to_pylist() == [None, datetime(1986, 2, 21, 23, tzinfo=UTC)]
    assert {str(table.schema.field(name).type) for name in ("datetime", "start_datetime")} == {"timestamp[us, tz=UTC]"}


def test_types_do_not_depend_on_the_items() -> None:
    """Whole numbers, fractions and nothing, in every order."""
    for whole, fraction, rest in ((5, 0.5, None), (0.5, None, 5), (None, 5, 5)):
        found = schema(*(item(gsd=value, **{"sat:relative_orbit": 7, "keywords": None}) for value in (whole, fraction, rest)))
        assert found.field("gsd").type == pa.float64()
        assert found.field("sat:relative_orbit").type == pa.int64()
    assert schema(item(keywords=[])).field("keywords").type == pa.list_(pa.field("element", pa.string()))
    assert schema(item(own=None)).field("own").type == pa.string()
    assert "gsd" not in schema(item()).names


def test_a_time_that_only_some_readers_know_is_read() -> None:
    table = pq.read_table(io.BytesIO(written([item(datetime="2016-12-31T23:59:60Z"), item(datetime="2017-01-01t00:00:00.1234567z")])))
    first, second = table["datetime"].to_pylist()
    assert first <= second
    assert second.microsecond == 123456


def test_a_time_that_is_none_and_a_footprint_that_is_none_are_kept_beside_the_columns() -> None:
    plain = {"type": "Point", "coordinates": [700_000.5, 4_800_000]}
    odd = [
        item(expires="soon", published="2024-01-01T00:00:00Z"),
        item(published=5),
        item(published="2024-01-02", unpublished={"a": 1}),
        item(**{"proj:geometry": plain}),
        *(item(**{"proj:geometry": value}) for value in ("x", {"type": "Point"}, {"type": "Polygon", "coordinates": ["a"]}, 5, [])),
    ]
    for body in (written(odd), written(*[[one] for one in odd])):
        table = pq.read_table(io.BytesIO(body))
        rest = [None if one is None else orjson.loads(one) for one in table["properties"].to_pylist()]
        assert rest[:4] == [{"expires": "soon"}, {"published": 5}, {"unpublished": {"a": 1}}, None]
        assert [one["proj:geometry"] for one in rest[4:]] == [one["properties"]["proj:geometry"] for one in odd[4:]]
        assert table.schema.field("published").type == pa.timestamp("us", "UTC")
        assert table["published"].to_pylist()[:3:2] == [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]
        assert shapely.from_wkb(table["proj:geometry"].to_pylist()[3]) == shapely.Point(700_000.5, 4_800_000)
        assert orjson.loads(table.schema.metadata[b"geo"])["columns"]["proj:geometry"]["crs"] is None


VALUES = [None, 1, 1.5, "text", True, [], [1], ["a", None], {}, {"a": 1}, {"a": "b"}, [{"a": [1]}]]


@pytest.mark.parametrize("apart", [False, True], ids=["in one portion", "in two"])
def test_what_archives_contradict_each_other_about_is_kept(apart: bool) -> None:
    for one, other in product(VALUES, repeat=2):
        both = [item(own=one), item(own=other)]
        body = written(*[[told] for told in both]) if apart else written(both)
        assert items_of(body) == [as_read(told) for told in both], (one, other)


def test_whole_numbers_too_large_for_a_table_are_kept() -> None:
    told = [item(own=2**63 - 1), item(own=2**64 - 1)]
    assert items_of(written(told)) == [as_read(one) for one in told]


def test_names_without_end_are_json_text_and_not_columns_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "MOST_NAMES", 20)
    monkeypatch.setattr(reading, "MOST_COLUMNS", 100)
    told = [item(**{f"own{n}-{m}": m for m in range(20)}) for n in range(10)]
    for n, one in enumerate(told):
        one["assets"] = {f"file{n}-{m}": {"href": "x"} for m in range(9)}
    for body in (written(told), written(*[[one] for one in told])):
        found = pq.read_schema(io.BytesIO(body))
        assert len(found.names) < 130
        assert found.field("assets").type == pa.large_string()
        assert items_of(body) == [as_read(one) for one in told]


def test_a_property_named_as_a_member_of_the_item_stays_apart() -> None:
    told = item(id="other", geometry="none", links=[1], bbox=3, properties={"a": 1})
    assert items_of(written([told])) == [as_read(told)]


def test_rows_come_in_groups_that_can_be_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.exports.parquet.writing._ROWS", 4)
    body = written(*[[item(f"{n}-{m}") for m in range(3)] for n in range(5)])
    found = pq.ParquetFile(io.BytesIO(body)).metadata
    assert (found.num_rows, found.num_row_groups) == (15, 3)


def test_the_spool_goes_with_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    going = geoparquet(iter([[orjson.dumps(item())]] * 3), TOLD)
    assert next(going) == b""
    assert list(tmp_path.iterdir()) == []
    going.close()


def test_tables_come_out_of_a_spool_as_they_went_in() -> None:
    tables = [pa.table({"a": [n, None], "b": [{"c": ["x"] * n}, None]}) for n in range(3)]
    with Spool() as spool:
        for table in tables:
            spool.put(table)
        assert list(spool.taken()) == tables


_KNOWN = ("a", "b", "gsd", "id", "links", "proj:shape", "", "x.y", "type", "properties", "geometry", "é\x00")
_NAMES = st.sampled_from(_KNOWN) | st.text(max_size=5)
_NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_LEAVES = st.none() | st.booleans() | _NUMBERS | st.text(max_size=8)
_TIMES = st.sampled_from(["2020-01-01T00:00:00Z", "2020-01-01", "12:00", "1"])
_VALUES = st.recursive(
    _LEAVES | _TIMES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)
_OWN = _NAMES.filter(lambda name: name not in reading.TIMES and name != "proj:geometry")


@st.composite
def _items(draw: Any) -> Iterator[Any]:
    told = item(draw(st.text(min_size=1, max_size=5)))
    told["properties"] |= draw(st.dictionaries(_OWN, _VALUES, max_size=5))
    told["assets"] = draw(st.dictionaries(st.text(max_size=4), st.dictionaries(_NAMES, _VALUES, max_size=3), max_size=3))
    told["links"] += draw(st.lists(st.dictionaries(_NAMES, _VALUES, max_size=3), max_size=2))
    return told


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(_items(), min_size=1, max_size=4), max_size=4))
def test_whatever_items_hold_is_in_the_file(portions: list[list[Any]]) -> None:
    # As JSON has numbers.
    expected = [as_read(orjson.loads(orjson.dumps(one))) for portion in portions for one in portion]
    assert items_of(written(*portions)) == expected
