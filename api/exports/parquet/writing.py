"""Writing: GeoParquet 1.1 with what stac-geoparquet asks for, sent while it is written."""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from api.exports.parquet.conforming import conformed_table
from api.exports.parquet.reading import Prepared, Reader
from api.exports.parquet.spool import Spool
from api.exports.portions import Portion
from api.exports.told import Told

_ROWS = 10_000
_BYTES = 16 * 2**20


def geoparquet(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    """A file has one schema, which only the last Item completes: until then the bytes are empty and the Items wait in a spool. Arrow works
    in a thread beside."""
    reader = Reader()
    with Spool() as spool, ThreadPoolExecutor(1, "geoparquet") as beside:
        waiting: Future[None] | None = None
        for portion in portions:
            prepared = reader.prepared(portion)
            if waiting is not None:
                waiting.result()
            waiting = beside.submit(_spooled, spool, reader, prepared)
            yield b""
        if waiting is not None:
            waiting.result()
        # What reading left behind is not kept beside what writing needs.
        pa.default_memory_pool().release_unused()
        schema = reader.schema()
        schema = schema.with_metadata(_metadata(schema.names, told))
        sink, tables = _Sink(), _groups(spool, schema)
        with pq.ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd") as writer:
            following = beside.submit(next, tables, None)
            while (table := following.result()) is not None:
                following = beside.submit(next, tables, None)
                writer.write_table(table, row_group_size=table.num_rows)
                yield sink.taken()
        yield sink.taken()


def _spooled(spool: Spool, reader: Reader, prepared: Prepared) -> None:
    spool.put(reader.read(prepared))


class _Sink:
    """What a writer writes to; its bytes are taken from time to time."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        """What was written since it was taken."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _groups(spool: Spool, schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables as large as a group of rows should be."""
    held: list[pa.Table] = []
    for table in spool.taken():
        held.append(conformed_table(table, schema))
        if sum(one.num_rows for one in held) >= _ROWS or sum(one.nbytes for one in held) >= _BYTES:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _metadata(names: Sequence[str], told: Told) -> dict[bytes, bytes]:
    """Source: GeoParquet 1.1.0, and the stac-geoparquet specification 1.0.0, sections on metadata."""
    box = {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}
    # Types that are not named: rustac 0.9 stops at a null among polygons that are.
    geometry = {"encoding": "WKB", "geometry_types": [], "crs": CRS("OGC:CRS84").to_json_dict(), "covering": {"bbox": box}}
    columns: dict[str, Any] = {"geometry": geometry}
    if "proj:geometry" in names:
        # In each Item's own projection.
        columns["proj:geometry"] = {"encoding": "WKB", "geometry_types": [], "crs": None}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": columns}
    held: dict[str, Any] = {"geo": geo, "stac-geoparquet": {"version": "1.0.0"}, "moisson": told.texts()}
    return {name.encode(): orjson.dumps(value) for name, value in held.items()}
