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
    if array.null_count == len(array):
        return pa.nulls(len(array), kind)
    if kind.equals(JSON):
        return pa.array([None if value is None else orjson.dumps(_value(value, array.type)).decode() for value in array.to_pylist()], JSON)
    if pa.types.is_struct(kind) and pa.types.is_struct(array.type):
        own = {field.name: array.field(number) for number, field in enumerate(array.type)}
        parts = [conformed(own[field.name], field.type) if field.name in own else pa.nulls(len(array), field.type) for field in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind) and pa.types.is_list(array.type):
        values = conformed(array.values, kind.value_type)
        return pa.ListArray.from_arrays(array.offsets, values, type=kind, mask=array.is_null())
    return pc.cast(array, kind)


def _value(value: Any, kind: pa.DataType) -> Any:
    """A value of a table as the JSON value that it was; members that are null are those that were not there."""
    if value is None:
        return None
    if kind.equals(JSON):
        return orjson.loads(value)
    if pa.types.is_struct(kind):
        return {field.name: _value(value[field.name], field.type) for field in kind if value[field.name] is not None}
    if pa.types.is_list(kind):
        return [_value(one, kind.value_type) for one in value]
    return value
