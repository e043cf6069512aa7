"""Page tokens: the place in a result, signed, and bound to the query and the audience that they were made for. They carry how many
Items matched when the first page was asked for: to count again for each page takes a store as long as to find it."""

import struct
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from api.digits import Reader, Writer
from api.signed import read_signed, sign
from index.query import MAX_SORTS, Cursor, Matched, Query
from mappings.audience import Audience
from mappings.queryables import Field

_FORM = b"3"
_MAC = 8
# Bytes of 512 characters, less the code.
_LONGEST = 512 // 4 * 3 - _MAC
_ID, _COLLECTION, _VALUE = 200, 100, 32
_NONE, _WHOLE, _FLOAT, _TEXT, _THE_ID, _THE_COLLECTION = range(6)
_UNKNOWN, _ABOUT, _EXACT = range(3)
_MOST = 2**40


def make_token(query: Query, cursor: Cursor, secret: bytes, matched: Matched | None = None) -> str:
    """At most 512 characters, for ids of at most 200 bytes, Collections of 100, and sorts as index/query.py has them: the number stays
    away from where it has no room."""
    written = _written(cursor, matched)
    return sign(written if len(written) <= _LONGEST else _written(cursor, None), partial(_mac, query, secret))


def read_token(query: Query, token: object, secret: bytes) -> tuple[Query, Matched | None]:
    """The query continued at the token's place, and what the token was given of how many match. Raises Problem for a token that was
    changed or made for another query."""
    cursor, matched = _read(read_signed(token, partial(_mac, query, secret), _MAC))
    return replace(query, after=cursor), matched


def _written(cursor: Cursor, matched: Matched | None) -> bytes:
    """As short as the worst one needs it; see api/digits.py."""
    writer = Writer()
    writer.put(_UNKNOWN if matched is None else _EXACT if matched.exact else _ABOUT, 3)
    if matched is not None:
        writer.put(min(matched.number, _MOST - 1), _MOST)
    writer.put(int(cursor.backwards), 2)
    writer.put_text(cursor.item_id, _ID)
    writer.put_text(cursor.collection, _COLLECTION)
    writer.put(len(cursor.values), MAX_SORTS + 1)
    for value in cursor.values:
        kind = _kind(value, cursor)
        writer.put(kind, 6)
        if kind == _WHOLE:
            writer.put(int(value or 0) + 2**63, 2**64)
        elif kind == _FLOAT:
            writer.put(int.from_bytes(struct.pack(">d", value)), 2**64)
        elif kind == _TEXT:
            writer.put_text(str(value), _VALUE)
    return writer.bytes()


def _kind(value: object, cursor: Cursor) -> int:
    if value is None:
        return _NONE
    if isinstance(value, str):
        return _THE_ID if value == cursor.item_id else _THE_COLLECTION if value == cursor.collection else _TEXT
    return _FLOAT if isinstance(value, float) else _WHOLE


def _read(payload: bytes) -> tuple[Cursor, Matched | None]:
    reader = Reader(payload)
    known = reader.take(3)
    matched = Matched(reader.take(_MOST), exact=known == _EXACT) if known != _UNKNOWN else None
    backwards = bool(reader.take(2))
    item_id, collection = reader.take_text(_ID), reader.take_text(_COLLECTION)
    return Cursor(tuple(_values(reader, item_id, collection)), item_id, collection, backwards), matched


def _values(reader: Reader, item_id: str, collection: str) -> Iterator[str | int | float | None]:
    for _ in range(reader.take(MAX_SORTS + 1)):
        kind = reader.take(6)
        if kind == _WHOLE:
            yield reader.take(2**64) - 2**63
        elif kind == _FLOAT:
            yield struct.unpack(">d", reader.take(2**64).to_bytes(8))[0]
        elif kind == _TEXT:
            yield reader.take_text(_VALUE)
        else:
            yield {_NONE: None, _THE_ID: item_id, _THE_COLLECTION: collection}[kind]


def _mac(query: Query, secret: bytes, payload: bytes) -> bytes:
    """Of the place, and of all that decides which Items match and in what order: a token holds nothing of the query itself."""
    return blake2b(payload, key=secret, digest_size=_MAC, person=_binding(query)).digest()


def _binding(query: Query) -> bytes:
    """Of the query without limit and place, which may change between pages."""
    flags = (query.exclude_airbus, query.collapse)
    asked = (query.collections, query.ids, query.area, query.start, query.end, query.filter, query.words, query.sort)
    said = repr((_FORM, _found(query.audience), flags, canonical(asked)))
    return blake2b(said.encode(errors="surrogatepass"), digest_size=blake2b.PERSON_SIZE).digest()


@lru_cache(maxsize=1024)
def _found(audience: Audience) -> str:
    """What an audience finds: two of the same rights may continue each other's searches."""
    found = [None if pairs is None else sorted(pairs) for pairs in (audience.discover, *(own for _, own in audience.sources))]
    return repr((found, [name for name, _ in audience.sources]))


def canonical(value: Any) -> Any:
    """A value of a query as tuples whose `repr` says all of it: that of a geometry is cut short, a field is its name."""
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(value)
    if isinstance(value, Field):
        return value.name
    if isinstance(value, tuple):
        return tuple(canonical(part) for part in value)
    if is_dataclass(value):
        return (type(value).__name__, *(canonical(getattr(value, field.name)) for field in fields(value)))
    return value
