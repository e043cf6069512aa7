"""Notes on Elasticsearch: small JSON values, each a document that is changed by compare-and-set."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

from index.elastic.names import Names, doc_id
from index.elastic.operation import Found
from index.elastic.store import Store
from index.state import Note

# A version is the write's place in its index: the term of the shard, then the number within it, which are never used twice together.
_BITS = 48


class Notes:
    """The notes of one store. Their values are kept as text: any name of a member will do."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._index = names.notes

    def note(self, kind: str, name: str) -> Note | None:
        """As Index.note."""
        found = self._store.get(self._index, doc_id(kind, name))
        return _to_note(found) if found else None

    def notes(self, kind: str) -> dict[str, Note]:
        """As Index.notes."""
        self._store.refresh(self._index)
        query = {"bool": {"filter": [{"term": {"kind": kind}}]}}
        # By a hash of a fixed length, for a name may be too long to be sorted by.
        hits = self._store.hits(self._index, query, [{"place": "asc"}], 2**62, seq_no_primary_term=True)
        found = {hit["_source"]["name"]: _to_note(Found(hit["_source"], hit["_seq_no"], hit["_primary_term"])) for hit in hits}
        return dict(sorted(found.items()))

    def write_note(self, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
        """As Index.write_note."""
        place = doc_id(kind, name)
        before = Found({}, seen.version & (1 << _BITS) - 1, seen.version >> _BITS) if seen else None
        if value is not None:
            source = {"kind": kind, "name": name, "place": _hash(place), "value": orjson.dumps(dict(value)).decode()}
            return self._store.put_if_unchanged(self._index, place, source, before)
        if before is not None:
            return self._store.delete_if_unchanged(self._index, place, before)
        return self._store.get(self._index, place) is None


def _to_note(found: Found) -> Note:
    return Note(orjson.loads(found.source["value"]), (found.primary_term << _BITS) + found.seq_no)


def _hash(place: str) -> str:
    return blake2b(place.encode(), digest_size=16).hexdigest()
