"""Reading: portions of Items become Arrow tables, each with the kinds that were known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import shapely

from api.exports.parquet.kinds import JSON, KNOWN, NOTHING, TOP, json_places, kind_of, merged, readable, with_texts, writable
from api.exports.portions import Portion
from index.document import placed
from mappings.record import Unmappable
from mappings.times import parse_time

TIMES = frozenset(("datetime", "start_datetime", "end_datetime", "created", "updated", "published", "expires", "unpublished"))
"""Properties that are times in the file."""
TIME = pa.timestamp("us", "UTC")
GEOMETRIES = ("geometry", "proj:geometry")
"""Columns of WKB."""
MOST_COLUMNS = 1000
_BOX = ("xmin", "ymin", "xmax", "ymax"), ("xmin", "ymin", "zmin", "xmax", "ymax", "zmax")
_ALWAYS = frozenset(("type", "stac_version", "stac_extensions", "id", "collection", "bbox", "links", "datetime", "geometry"))
_ATTEMPTS = 5


@dataclass(frozen=True)
class Prepared:
    """A portion as lines of JSON, with JSON text at these places, and its footprints."""

    portion: Portion
    lines: bytes
    geometries: Mapping[str, Sequence[bytes | None]]
    places: Any


class Reader:
    """Reads portions one after the other, and knows then what columns all of them need."""

    def __init__(self) -> None:
        self._known: dict[str, pa.DataType] = dict(KNOWN)
        self._places: Any = json_places(pa.struct(list(KNOWN.items())))
        self._columns = set(KNOWN).difference(TOP)
        # Times of which some are none.
        self._doubted: set[str] = set()
        self._seen: set[str] = set(_ALWAYS)

    def prepared(self, portion: Portion) -> Prepared:
        """What Arrow is to read of a portion of at least one Item; may go on beside the reading of the one before."""
        places = self._places
        geometries: dict[str, list[bytes | None]] = {name: [] for name in GEOMETRIES}
        # One Item after the other: a thousand parsed ones at once cost four times the time.
        lines = b"\n".join([self._line(body, places, geometries) for body in portion])
        return Prepared(portion, lines, geometries, places)

    def read(self, prepared: Prepared) -> pa.Table:
        """The table of a portion. Arrow reads JSON by kinds that it is told; what does not fit them, or is not among them, is looked at
        value by value, and read again."""
        for _ in range(_ATTEMPTS):
            table = self._parsed(prepared.lines) if prepared.places is self._places else None
            table = table and self._timed(table)
            if table is not None:
                return self._finished(table, prepared.geometries)
            if prepared.places is self._places:
                self._learn(prepared.portion)
            prepared = self.prepared(prepared.portion)
        raise ValueError("Items of this export have no common kinds")

    def schema(self) -> pa.Schema:
        """Of all tables that were read: one kind for each column, whatever the portion."""
        kinds = {**self._known, **dict.fromkeys(TIMES, TIME), **dict.fromkeys(GEOMETRIES, pa.binary())}
        shown = {name: kind for name, kind in kinds.items() if name in self._seen or (name not in KNOWN and name not in GEOMETRIES)}
        # Items without assets have no column of them: Parquet knows no empty object, and readers put one there.
        return pa.schema([(name, writable(kind)) for name, kind in shown.items() if name != "assets" or kind != KNOWN["assets"]])

    def _parsed(self, lines: bytes) -> pa.Table | None:
        """None where something is not as it is known."""
        sure = pa.schema([(name, readable(kind)) for name, kind in self._known.items()])
        options = pj.ReadOptions(use_threads=False, block_size=len(lines) + 1)
        try:
            table = pj.read_json(pa.BufferReader(lines), options, pj.ParseOptions(explicit_schema=sure))
        except pa.ArrowInvalid:
            return None
        return table if table.schema.equals(sure) else None

    def _line(self, body: bytes, places: Any, geometries: dict[str, list[bytes | None]]) -> bytes:
        item = self._flat(orjson.loads(body))
        for name, found in geometries.items():
            found.append(item.pop(name, None))
        return orjson.dumps(with_texts(item, places))

    def _learn(self, portion: Portion) -> None:
        for body in portion:
            item = self._flat(orjson.loads(body))
            for name, value in item.items():
                if name in TIMES and not isinstance(value, str | None):
                    self._doubted.add(name)
                elif name not in GEOMETRIES:
                    self._known[name] = merged(self._known.get(name, NOTHING), JSON if name == "properties" else kind_of(value))
        self._places = json_places(pa.struct(list(self._known.items())))

    def _flat(self, item: dict[str, Any]) -> dict[str, Any]:
        """The Item with its properties beside its other members, as the specification wants them, and footprints as WKB."""
        properties = item.pop("properties")
        if self._doubted or "proj:geometry" in properties or not properties.keys() <= self._columns:
            properties = self._fitting(properties)
        item["geometry"] = placed(item["geometry"])[0]
        bbox = item.get("bbox")
        if bbox:
            item["bbox"] = dict(zip(_BOX[len(bbox) == 6], bbox, strict=True))
        item.update(properties)
        return item

    def _fitting(self, properties: dict[str, Any]) -> dict[str, Any]:
        """Properties that can be columns; under `properties` those that cannot: named as a member of the Item, or one too many."""
        fit: dict[str, Any] = {}
        rest: dict[str, Any] = {}
        for name, value in properties.items():
            if name not in self._columns and name not in TOP and name not in GEOMETRIES and len(self._columns) < MOST_COLUMNS:
                self._columns.add(name)
            if name == "proj:geometry" and (wkb := _wkb(value)):
                fit[name] = wkb
            elif name not in self._columns or (name in self._doubted and not _is_time(value)):
                rest[name] = value
            else:
                fit[name] = value
        return {**fit, "properties": rest} if rest else fit

    def _timed(self, table: pa.Table) -> pa.Table | None:
        """The table with times in place of texts; None where one of them is none."""
        for name in TIMES:
            times = _times(table.column(name))
            if times is None:
                self._doubted.add(name)
                return None
            table = table.set_column(table.schema.get_field_index(name), name, times)
        return table

    def _finished(self, table: pa.Table, geometries: Mapping[str, Sequence[bytes | None]]) -> pa.Table:
        for name, values in geometries.items():
            table = table.append_column(name, pa.array(values, pa.binary()))
        self._seen.update(name for name in table.column_names if table.column(name).null_count < table.num_rows)
        return table


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    try:
        return pc.cast(column, TIME)
    except pa.ArrowInvalid:
        # RFC 3339 allows what Arrow does not read, such as leap seconds.
        texts = column.to_pylist()
    if not all(text is None or _is_time(text) for text in texts):
        return None
    return pa.chunked_array([pa.array([parse_time(text, "time") if text else None for text in texts], TIME)])


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and parse_time(value, "time") is not None
    except Unmappable:
        return False


def _wkb(geometry: Any) -> bytes | None:
    """Of a GeoJSON geometry in any projection; None for what is none."""
    shape = shapely.from_geojson(orjson.dumps(geometry), on_invalid="ignore")
    wkb: bytes | None = shapely.to_wkb(shape, flavor="iso")
    return wkb
