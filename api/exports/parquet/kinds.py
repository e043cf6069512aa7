"""Kinds: the Arrow type of what Items hold under a name, found out while they pass, and one for all of them.

A kind that is JSON (a large string, which nothing else is) holds as JSON text what has no type of its own: where archives contradict each
other, and where names or levels have no end.
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import orjson
import pyarrow as pa

from mappings.queryables import FIELDS, Kind

JSON = pa.large_string()
NOTHING = pa.null()
MOST_NAMES = 500
"""Members of an object that are told apart; one with more is JSON text."""
_DEEPEST = 8
_LARGEST = 2**63

_OF_FIELDS = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.NUMBER: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.TIME: pa.string(),
    Kind.FLAG: pa.bool_(),
}
_BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
_LINK = pa.struct([(name, pa.string()) for name in ("href", "rel", "type", "title")])
TOP: Mapping[str, pa.DataType] = {
    "type": pa.string(),
    "stac_version": pa.string(),
    "stac_extensions": pa.list_(pa.string()),
    "id": pa.string(),
    "collection": pa.string(),
    "bbox": _BOX,
    "links": pa.list_(_LINK),
    "assets": pa.struct([]),
    "properties": JSON,
}
"""Members of an Item itself, but the geometry. `properties` are those that cannot be columns."""
KNOWN: Mapping[str, pa.DataType] = {
    **TOP,
    **{name: _OF_FIELDS[field.kind] for name, field in FIELDS.items() if field.kind in _OF_FIELDS and name not in TOP},
    **{"expires": pa.string(), "unpublished": pa.string()},
    **{"proj:epsg": pa.int64(), "proj:bbox": pa.list_(pa.float64()), "proj:shape": pa.list_(pa.int64())},
    **{"proj:transform": pa.list_(pa.float64()), "proj:centroid": pa.struct([("lat", pa.float64()), ("lon", pa.float64())])},
}
"""Kinds that do not depend on which Items come: of what can be filtered, and of what the specifications fix."""


def kind_of(value: Any, level: int = 0) -> pa.DataType:
    """The kind of a JSON value."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return pa.string()
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64() if -_LARGEST <= value < _LARGEST else JSON
    if isinstance(value, float):
        return pa.float64()
    if level == _DEEPEST:
        return JSON
    if isinstance(value, list):
        return pa.list_(reduce(merged, (kind_of(one, level + 1) for one in value), NOTHING))
    return _struct({name: kind_of(one, level + 1) for name, one in value.items()})


def merged(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """The kind that holds values of both; `one`'s names come first."""
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        fields = {field.name: field.type for field in one}
        for field in other:
            fields[field.name] = merged(fields.get(field.name, NOTHING), field.type)
        return _struct(fields)
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(merged(one.value_type, other.value_type))
    return JSON


def readable(kind: pa.DataType) -> pa.DataType:
    """The kind as Arrow can be told to read it: text where nothing is known yet."""
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(readable(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, readable(field.type)) for field in kind])
    return kind


def writable(kind: pa.DataType) -> pa.DataType:
    """The kind as a file holds it: also an object that is always empty, which Parquet does not know, is JSON text."""
    if pa.types.is_list(kind):
        return pa.list_(writable(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, writable(field.type)) for field in kind]) if kind.num_fields else JSON
    return readable(kind)


Places = bool | dict[str | None, Any]
"""Where values are to be JSON text: True here; else by the members' names, None for those of a list. False: nowhere."""


def json_places(kind: pa.DataType) -> Places:
    if kind.equals(JSON):
        return True
    if pa.types.is_list(kind):
        inner = json_places(kind.value_type)
        return {None: inner} if inner else False
    if pa.types.is_struct(kind):
        return dict(_inner(kind)) or False
    return False


def _inner(kind: pa.DataType) -> Iterator[tuple[str, Places]]:
    for field in kind:
        if inner := json_places(field.type):
            yield field.name, inner


def with_texts(value: Any, places: Places) -> Any:
    """The value, with JSON text at these places. Changes objects in place."""
    if value is None or not places:
        return value
    if places is True:
        return orjson.dumps(value).decode()
    if isinstance(value, list):
        inner = places.get(None, False)
        return [with_texts(one, inner) for one in value]
    if isinstance(value, dict):
        for name, inner in places.items():
            if name in value:
                value[name] = with_texts(value[name], inner)
    return value


def _struct(fields: Mapping[str, pa.DataType]) -> pa.DataType:
    return pa.struct(list(fields.items())) if len(fields) <= MOST_NAMES else JSON
