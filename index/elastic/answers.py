"""What the cluster answers, decoded: whole, or of Items only what a page of them takes. The client hands answers on as bytes:
to make a dictionary of each Item, with members that no answer shows, takes a good part of the time of a page (docs/decisions/0039)."""

import re
from typing import Any, TypeVar

import msgspec
import orjson
from elastic_transport import Serializer

from index.protocol import IndexUnavailable

T = TypeVar("T")


class Verbatim(Serializer):
    """JSON as it came, and as orjson writes it."""

    mimetype = "application/json"

    def loads(self, data: bytes) -> Any:
        return data

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else orjson.dumps(data)


class ItemSource(msgspec.Struct, frozen=True, gc=False):
    """An Item as stored (mapping.py), as far as an answer needs it."""

    collection: str
    id: str
    head: str
    middle: str
    rest: str
    source: str
    availability: str
    licence: str
    change: int
    time: int | None = None
    unmatched: bool = False


class ItemHit(msgspec.Struct, frozen=True):
    """One Item of a search, and its place in the order."""

    item: ItemSource = msgspec.field(name="_source")
    sort: list[Any]


class _Total(msgspec.Struct, frozen=True):
    value: int


class _Hits(msgspec.Struct, frozen=True):
    hits: list[ItemHit]
    total: _Total | None = None


class ItemPage(msgspec.Struct, frozen=True):
    """What a search for Items answers."""

    found: _Hits = msgspec.field(name="hits")
    timed_out: bool
    shards: dict[str, Any] = msgspec.field(name="_shards")
    pit_id: str = ""

    @property
    def hits(self) -> list[ItemHit]:
        return self.found.hits

    @property
    def total(self) -> int:
        """How many match; 0 where it was not asked."""
        return self.found.total.value if self.found.total else 0


_BAD_HIT = re.compile(r"hits\[(\d+)\]\._source")
_PAGES = msgspec.json.Decoder(ItemPage)


def decode_page(body: bytes) -> ItemPage:
    """Raises ValueError for what is no page of hits, and IndexUnavailable for a hit that is no Item."""
    try:
        return _PAGES.decode(body)
    except msgspec.DecodeError as error:
        bad = _BAD_HIT.search(str(error))
        if bad is None:
            raise ValueError(str(error)) from None
        hit = orjson.loads(body)["hits"]["hits"][int(bad[1])]
        raise _foreign(f"{hit['_index']}/{hit['_id']}", error) from None


def decode_json(body: bytes) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object."""
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def item_source(source: dict[str, Any], place: str) -> ItemSource:
    """Of a document that was decoded whole. Raises IndexUnavailable, which names `place`, for what is no Item."""
    try:
        return msgspec.convert(source, ItemSource)
    except msgspec.ValidationError as error:
        raise _foreign(place, error) from None


def _foreign(place: str, error: Exception) -> IndexUnavailable:
    return IndexUnavailable(f"{place} in Elasticsearch was not written by Moisson ({error}): see who writes there, and delete it")
