"""Page tokens: the place in a result, signed, and bound to the query and the audience that they were made for."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from hashlib import blake2b

import shapely

from api.errors import bad
from index.query import Cursor, Query

_MAC = 12
_BOUND = 8


def make_token(query: Query, cursor: Cursor, secret: bytes) -> str:
    """At most 512 characters: an Item's id has at most 200 bytes and a Collection's far fewer."""
    place = "\x1f".join((str(cursor.sort_key), cursor.item_id, cursor.collection)).encode()
    payload = _binding(query) + place
    return urlsafe_b64encode(_mac(payload, secret) + payload).rstrip(b"=").decode()


def read_token(query: Query, token: object, secret: bytes) -> Query:
    """The query continued at the token's place. Raises Problem for a token that was changed or made for another query."""
    if not isinstance(token, str) or not token:
        raise bad("token", "take it unchanged from the previous page's next link")
    try:
        data = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise bad("token", "take it unchanged from the previous page's next link") from None
    mac, payload = data[:_MAC], data[_MAC:]
    if not hmac.compare_digest(mac, _mac(payload, secret)):
        raise bad("token", "take it unchanged from the previous page's next link")
    if payload[:_BOUND] != _binding(query):
        raise bad("token", "it was made for another query: begin again without it")
    sort_key, item_id, collection = payload[_BOUND:].decode().split("\x1f")
    return replace(query, after=Cursor(int(sort_key), item_id, collection))


def _mac(payload: bytes, secret: bytes) -> bytes:
    return blake2b(payload, key=secret, digest_size=_MAC).digest()


def _binding(query: Query) -> bytes:
    """8 bytes of all that decides which Items match; not the limit, which may change between pages."""
    area = shapely.to_wkb(query.area) if query.area is not None else None
    found = [None if pairs is None else sorted(pairs) for pairs in (query.audience.discover, *(own for _, own in query.audience.sources))]
    ruled = [name for name, _ in query.audience.sources]
    said = repr((found, ruled, query.collections, query.ids, area, query.start, query.end, query.exclude_airbus, query.collapse))
    return blake2b(said.encode(), digest_size=_BOUND).digest()
