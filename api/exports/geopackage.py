"""GeoPackage: the layer `items`, written with GDAL into a file of its own, which is then sent."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from pyogrio.raw import write_arrow

from api.exports.portions import Portion
from api.exports.rows import COLUMNS, NUMBERS, TIMES, Row, row_of
from api.exports.told import Told
from mappings.times import parse_time

LAYER = "items"
# Rows that are held before they are written: each writing opens the file anew.
_ROWS = 20_000
_CHUNK = 2**20

_KINDS = {**dict.fromkeys(NUMBERS, pa.float64()), **dict.fromkeys(TIMES, pa.timestamp("us", "UTC"))}
_SCHEMA = pa.schema([*((name, _KINDS.get(name, pa.string())) for name in COLUMNS), ("geometry", pa.binary())])


def geopackage(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    """A SQLite file can be sent only when it is whole: until then the bytes are empty. GeoPackage keeps times to the millisecond."""
    with TemporaryDirectory(prefix="moisson-export-") as folder:
        path = Path(folder) / "items.gpkg"
        held: list[pa.RecordBatch] = []
        for portion in portions:
            held.append(_batch([row_of(body) for body in portion]))
            if sum(batch.num_rows for batch in held) >= _ROWS:
                _write(path, held, told)
                held = []
            yield b""
        if held or not path.exists():
            _write(path, held, told)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {name: [row.values[name] for row in rows] for name in COLUMNS}
    for name in TIMES:
        columns[name] = [parse_time(one, name) if one else None for one in columns[name]]
    return pa.RecordBatch.from_pydict({**columns, "geometry": [row.wkb for row in rows]}, schema=_SCHEMA)


def _write(path: Path, batches: Sequence[pa.RecordBatch], told: Told) -> None:
    new = not path.exists()
    write_arrow(
        pa.Table.from_batches(batches, schema=_SCHEMA),
        path,
        layer=LAYER,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Unknown",
        crs="EPSG:4326",
        append=not new,
        dataset_metadata=told.texts() if new else None,
        # What GDAL has read without a warning for years.
        dataset_options={"VERSION": "1.2"} if new else None,
    )
