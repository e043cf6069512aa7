"""Places in a list of Collections, as signed page tokens."""

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson

from api.signed import read_signed, sign

_MAC = 12


@dataclass(frozen=True)
class Place:
    """After this Collection, whose values of the sorts these were."""

    collection: str
    values: tuple[Any, ...]


def make_place(place: Place, secret: bytes, bound: str) -> str:
    """A token that holds for one query only, which `bound` says."""
    return sign(orjson.dumps([place.collection, *place.values]), partial(_mac, secret, bound))


def read_place(token: str, secret: bytes, bound: str) -> Place:
    """Raises Problem for a token that was changed or made for another query."""
    collection, *values = orjson.loads(read_signed(token, partial(_mac, secret, bound), _MAC))
    return Place(collection, tuple(values))


def _mac(secret: bytes, bound: str, payload: bytes) -> bytes:
    return blake2b(bound.encode() + b"\0" + payload, key=secret, digest_size=_MAC, person=b"collections").digest()
