"""Conforming: tables that were read with fewer kinds, as all of them are written."""

from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from api.exports.parquet.kinds import JSON


def conformed_table(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of the schema."""
    found = set(table.column_names)
    return pa.Table.from_arrays(
        [
            conformed(table.column(field.name).combine_chunks(), field.type)
            if field.name in found
            else pa.nulls(table.num_rows, field.type)
            for field in schema
        ],
        schema=schema,
    )


def conformed(array: Any, kind: pa.DataType) -> Any:
    """The array as one of this kind, which holds all that its own does."""
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.nulls(0, array.type)
    if array.type.equals(kind):
        return array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), kind)
    if kind.equals(JSON):
        return pa.array([None if value is None else orjson.dumps(_bare(value)).decode() for value in array.to_pylist()], JSON)
    if pa.types.is_struct(kind) and pa.types.is_struct(array.type):
        own = {field.name: array.field(number) for number, field in enumerate(array.type)}
        parts = [conformed(own[field.name], field.type) if field.name in own else pa.nulls(len(array), field.type) for field in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind) and pa.types.is_list(array.type):
        values = conformed(array.values, kind.value_type)
        return pa.ListArray.from_arrays(array.offsets, values, type=kind, mask=array.is_null())
    return pc.cast(array, kind)


def _bare(value: Any) -> Any:
    """Without members that are null: in a table they are those that were not there."""
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if one is not None}
    return [_bare(one) for one in value] if isinstance(value, list) else value
