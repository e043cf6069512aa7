"""Records on Elasticsearch: those kept, those in quarantine, those removed. Reading; what a batch changes is in write.py.

A record that a batch announced before it died is known and named, so that whatever its archive says of it next finds its Item; kept it is
not. `known` and `members` read documents by their ids; whatever searches refreshes its index first, so that it finds what was written.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from index.bounds import Bounds, Version, quarantined
from index.elastic.mapping import WRITTEN
from index.elastic.names import Names, doc_id
from index.elastic.operation import Found, Operation, Source, portions
from index.elastic.places import Places
from index.elastic.state import is_kept, to_deleted, to_record, to_rejection
from index.elastic.store import Store
from index.state import Deleted, ItemKey, Known, Rejection, StoredRecord
from mappings.times import from_micros, to_micros

_ALL = 2**62
# Words of one query, and documents looked at together.
_PORTION = 10_000
_BY_NAME = [{"native_id": "asc"}]


class Records:
    """What the indices say of records."""

    def __init__(self, store: Store, names: Names, places: Places) -> None:
        self._store = store
        self._names = names
        self._places = places

    # --- kept ----------------------------------------------------------------------------------------------------------------
    def known(self, source: str, native_ids: Collection[str]) -> dict[str, Known]:
        """As Index.known."""
        ids = {native_id: doc_id(source, native_id) for native_id in native_ids}
        places = [(index, place) for place in ids.values() for index in (self._names.records, self._names.quarantine)]
        found = self._store.mget(places, ("fingerprint", "collection", "item", "updated", "joining", "stream"))
        answer: dict[str, Known] = {}
        for native_id, place in ids.items():
            kept, held = found.get((self._names.records, place)), found.get((self._names.quarantine, place))
            newest = held or kept
            if newest is not None:
                key = ItemKey(kept["collection"], kept["item"]) if kept else None
                updated = max((doc["updated"] for doc in (kept, held) if doc and doc["updated"] is not None), default=None)
                seen = from_micros(updated) if updated is not None else None
                joining = tuple(ItemKey(*pair) for pair in (kept or {}).get("joining", ()))
                stream = (kept or newest).get("stream") or ""
                answer[native_id] = Known(bytes.fromhex(newest["fingerprint"]), key, held is not None, seen, joining, stream)
        return answer

    def members(self, source: str, keys: Collection[ItemKey]) -> dict[ItemKey, Sequence[StoredRecord]]:
        """As Index.members, for every key. The Items name their records; what was not written yet, after a crash, is left out."""
        items = self._places.find(keys, ("records",))
        named = {key: sorted(item.source["records"]) for key, item in items.items()}
        ids = {native_id: (self._names.records, doc_id(source, native_id)) for names in named.values() for native_id in names}
        found = self._store.mget(ids.values())
        answer: dict[ItemKey, Sequence[StoredRecord]] = {}
        for key in keys:
            sources = [found[ids[native_id]] for native_id in named.get(key, ()) if ids[native_id] in found]
            records = [to_record(source) for source in sources if is_kept(source)]
            # A record that has left for another Item is no member, whatever the Item still says.
            answer[key] = [record for record in records if record.key == key]
        return answer

    def records(self, source: str, after: str | None, limit: int) -> list[StoredRecord]:
        """As Index.records."""
        self._store.refresh(self._names.records)
        hits = self._store.hits(self._names.records, _kept(_sortable(of_source(source))), _BY_NAME, limit, **_past(after))
        return [to_record(hit["_source"]) for hit in hits]

    def names(self, source: str, bounds: Bounds, after: str | None, limit: int) -> list[str]:
        """As Index.record_names."""
        self._store.refresh(self._names.records)
        # From the column alone: whatever else is stored, the id too, would be unpacked with the raw bytes beside it.
        query = _sortable(_within(source, bounds))
        hits = self._store.hits(self._names.records, query, _BY_NAME, limit, stored_fields="_none_", **_past(after))
        return [hit["sort"][0] for hit in hits]

    def count(self, source: str, bounds: Bounds) -> int:
        """As Index.count_records. What is announced only does not count: a part of the past of which all were announced would else be
        taken for whole, and not be listed again."""
        self._store.refresh(self._names.records, self._names.quarantine)
        kept = self._store.count(self._names.records, _kept(_within(source, bounds)))
        return kept + quarantined(bounds, self._rejected_and_kept(source))

    def _rejected_and_kept(self, source: str) -> Iterator[tuple[Version, Version | None]]:
        fields = ("stream", "updated", WRITTEN)
        hits = self._store.hits(self._names.quarantine, of_source(source), [{"_doc": "asc"}], _ALL, source_includes=fields)
        for portion in portions(hits, _PORTION):
            kept = self._kept(portion, fields)
            for hit in portion:
                yield _version(hit["_source"]), _version(kept[hit["_id"]]) if hit["_id"] in kept else None

    def _kept(self, hits: Sequence[Source], fields: Sequence[str]) -> dict[str, Source]:
        """The kept records of the same names, by their ids; `fields` has WRITTEN."""
        found = self._store.mget(((self._names.records, hit["_id"]) for hit in hits), fields)
        return {place: source for (_, place), source in found.items() if is_kept(source)}

    # --- in quarantine -------------------------------------------------------------------------------------------------------
    def rejections(self, source: str | None, reason: str | None, limit: int | None) -> list[Rejection]:
        """As Index.rejections."""
        self._store.refresh(self._names.quarantine)
        query = of_source(source)
        if reason:
            # The pattern is made small as the field's values are.
            query = {"bool": {"filter": [query, {"wildcard": {"reason": {"value": f"*{_literal(reason)}*"}}}]}}
        sort = [{"time": "asc"}, {"source": "asc"}, {"native_id": "asc"}]
        hits = self._store.hits(self._names.quarantine, query, sort, _ALL if limit is None else limit)
        return [to_rejection(hit["_source"]) for hit in hits]

    def count_rejections(self, source: str | None) -> int:
        """As Index.count_rejections."""
        self._store.refresh(self._names.quarantine)
        return self._store.count(self._names.quarantine, of_source(source))

    # --- removed -------------------------------------------------------------------------------------------------------------
    def deleted(self, source: str | None, native_ids: Collection[str] | None, limit: int) -> list[Deleted]:
        """As Index.deleted. What a crash, or a late writer, has left of a record that is still kept is not shown."""
        self._store.refresh(self._names.deleted)
        asked: list[Sequence[str] | None] = [None] if native_ids is None else [*portions(native_ids, _PORTION)]
        found = [entry for names in asked for entry in islice(self._removed(source, names), limit)]
        found.sort(key=lambda entry: (-to_micros(entry.time), entry.source, entry.record.native_id))
        return found[:limit]

    def rejected_names(self, source: str, stream: str) -> list[str]:
        """As Index.rejected_names."""
        self._store.refresh(self._names.quarantine)
        fields = ("native_id", "stream")
        hits = self._store.hits(self._names.quarantine, of_source(source), [{"_doc": "asc"}], _ALL, source_includes=fields)
        return sorted(hit["_source"]["native_id"] for hit in hits if (hit["_source"].get("stream") or "") == stream)

    def count_deleted(self, source: str) -> int:
        """As Index.count_deleted; what a crash has left of a record that is still kept counts too."""
        self._store.refresh(self._names.deleted)
        return self._store.count(self._names.deleted, of_source(source))

    def _removed(self, source: str | None, native_ids: Sequence[str] | None) -> Iterator[Deleted]:
        query: Source = {"bool": {"filter": [of_source(source)]}}
        if native_ids is not None and source is not None:
            query["bool"]["filter"].append({"ids": {"values": [doc_id(source, native_id) for native_id in native_ids]}})
        elif native_ids is not None:
            query["bool"]["filter"].append({"terms": {"native_id": list(native_ids)}})
        sort = [{"time": "desc"}, {"source": "asc"}, {"native_id": "asc"}]
        for portion in portions(self._store.hits(self._names.deleted, query, sort, _ALL), 1000):
            kept = self._kept(portion, (WRITTEN,))
            yield from (to_deleted(hit["_source"]) for hit in portion if hit["_id"] not in kept)

    def purge(self, now: datetime) -> int:
        """As Index.purge; one that is removed again at this moment stays."""
        self._store.refresh(self._names.deleted)
        query = {"range": {"until": {"lte": to_micros(now)}}}
        sort = [{"until": "asc"}, {"time": "asc"}, {"source": "asc"}, {"native_id": "asc"}]
        hits = self._store.hits(self._names.deleted, query, sort, _ALL, source=False, seq_no_primary_term=True)
        count = 0
        for portion in portions(hits, _PORTION):
            refused = self._store.bulk(
                Operation(self._names.deleted, hit["_id"], None, seen=Found({}, hit["_seq_no"], hit["_primary_term"])) for hit in portion
            )
            failed = [refusal for refusal in refused if refusal.status != 409]
            if failed:
                raise self._store.refusing(failed)
            count += len(portion) - len(refused)
        return count


def of_source(source: str | None) -> Source:
    """The query for a source's documents, or for all."""
    return {"bool": {"filter": [{"term": {"source": source}}]}} if source is not None else {"match_all": {}}


def _within(source: str, bounds: Bounds) -> Source:
    query: dict[str, Any] = {"filter": [{"term": {"source": source}}]}
    if bounds.stream:
        query["filter"].append({"term": {"stream": bounds.stream}})
    elif bounds.stream is not None:
        query["must_not"] = [{"exists": {"field": "stream"}}]
    ends = {name: value for name, value in (("gte", bounds.since), ("lt", bounds.until)) if value is not None}
    if ends:
        query["filter"].append({"range": {"updated": ends}})
    return {"bool": query}


def _kept(query: Source) -> Source:
    """Less what was announced only."""
    return {"bool": {"filter": [query, {"exists": {"field": WRITTEN}}]}}


def _sortable(query: Source) -> Source:
    """Less the records whose names are too long for a column: they are counted and known, but in no page."""
    return {"bool": {"filter": [query, {"exists": {"field": "native_id"}}]}}


def _past(after: str | None) -> dict[str, Any]:
    return {} if after is None else {"search_after": [after]}


def _version(source: Mapping[str, Any]) -> Version:
    return Version(source.get("stream") or "", source["updated"])


def _literal(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in text)
