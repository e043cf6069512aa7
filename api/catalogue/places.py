"""Places in a list of Collections, as signed page tokens."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from api.errors import bad

_MAC = 12
_UNCHANGED = "take it unchanged from a next link, and ask the same query with it; or begin again without it"


@dataclass(frozen=True)
class Place:
    """After this Collection, whose values of the sorts these were."""

    collection: str
    values: tuple[Any, ...]


def make_place(place: Place, secret: bytes, bound: str) -> str:
    """A token that holds for one query only, which `bound` says."""
    payload = orjson.dumps([place.collection, *place.values])
    return urlsafe_b64encode(_mac(payload, secret, bound) + payload).rstrip(b"=").decode()


def read_place(token: str, secret: bytes, bound: str) -> Place:
    """Raises Problem for a token that was changed or made for another query."""
    try:
        data = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise bad("token", _UNCHANGED) from None
    # Decoders pass over what is no letter of theirs, and over the last bits.
    if urlsafe_b64encode(data).rstrip(b"=") != token.encode("ascii"):
        raise bad("token", _UNCHANGED)
    mac, payload = data[:_MAC], data[_MAC:]
    if not hmac.compare_digest(mac, _mac(payload, secret, bound)):
        raise bad("token", _UNCHANGED)
    collection, *values = orjson.loads(payload)
    return Place(collection, tuple(values))


def _mac(payload: bytes, secret: bytes, bound: str) -> bytes:
    return blake2b(bound.encode() + b"\0" + payload, key=secret, digest_size=_MAC, person=b"collections").digest()
