"""A GeoParquet file read back into Items, with pyarrow and shapely alone, as any reader of the specification would."""

import io
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

TOP = ("type", "stac_version", "stac_extensions", "id", "collection", "bbox", "links", "assets", "geometry")
TIMES = ("datetime", "start_datetime", "end_datetime", "created", "updated")
TEXT = pa.large_string()


def items_of(body: bytes) -> list[dict[str, Any]]:
    """The Items of a file: times as RFC 3339 to the microsecond, members that are null left out, as are objects of nothing else."""
    table = pq.read_table(io.BytesIO(body))
    return [_item(row, table.schema) for row in table.to_pylist()]


def as_read(item: dict[str, Any]) -> dict[str, Any]:
    """An Item as `items_of` gives it back: what a table cannot tell apart is the same."""
    told = bare({**item, "geometry": shapely.from_geojson(orjson.dumps(item["geometry"])) if item["geometry"] else None})
    told["properties"] = {name: _instant(value) if name in TIMES else value for name, value in told["properties"].items()}
    return {"assets": {}, **told}


def bare(value: Any) -> Any:
    """Without null members, and without objects that then are empty."""
    if isinstance(value, dict):
        kept = {name: bare(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None and (one != {} or name in ("assets", "properties"))}
    return [bare(one) for one in value] if isinstance(value, list) else value


def _item(row: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    values = {name: _read(value, schema.field(name).type) for name, value in row.items()}
    rest = values.pop("properties", None) or {}
    item = {name: values.pop(name, None) for name in TOP}
    item["geometry"] = shapely.from_wkb(item["geometry"])
    box = item["bbox"]
    item["bbox"] = [box[name] for name in ("xmin", "ymin", "xmax", "ymax")] if box else None
    return {"assets": {}, **bare({**item, "properties": {**values, **rest}})}


def _read(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if kind == TEXT:
        return orjson.loads(value)
    if pa.types.is_struct(kind):
        return {field.name: _read(value[field.name], field.type) for field in kind}
    if pa.types.is_list(kind):
        return [_read(one, kind.value_type) for one in value]
    return value


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
