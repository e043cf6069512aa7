"""What runs leave: how far each stream has come, the reports, and the changes for whoever follows them."""

from collections.abc import Mapping, Sequence

from index.elastic.lease import Numbers
from index.elastic.names import Names, doc_id
from index.elastic.records import of_source
from index.elastic.state import run_source, to_change, to_run, to_watermark
from index.elastic.store import Store
from index.state import Change, ItemKey, Run
from mappings.watermark import Watermark

_MAX_STREAMS = 10_000


class Runs:
    """Watermarks, runs and changes, all as last written."""

    def __init__(self, store: Store, names: Names, numbers: Numbers) -> None:
        self._store = store
        self._names = names
        self._numbers = numbers

    def watermark(self, source: str, stream: str) -> Watermark | None:
        """As Index.watermark."""
        found = self._store.get(self._names.watermarks, doc_id(source, stream))
        return to_watermark(found.source) if found else None

    def watermarks(self, source: str) -> Mapping[str, Watermark]:
        """As Index.watermarks."""
        self._store.refresh(self._names.watermarks)
        hits = self._store.hits(self._names.watermarks, {"term": {"source": source}}, [{"stream": "asc"}], _MAX_STREAMS)
        return {hit["_source"]["stream"]: to_watermark(hit["_source"]) for hit in hits}

    def save(self, run: Run) -> None:
        """As Index.save_run."""
        self._store.put(self._names.runs, run.id, run_source(run))

    def runs(self, source: str | None, limit: int) -> Sequence[Run]:
        """As Index.runs."""
        self._store.refresh(self._names.runs)
        hits = self._store.hits(self._names.runs, of_source(source), [{"started": "desc"}, {"id": "desc"}], limit)
        return [to_run(hit["_source"]) for hit in hits]

    def change_of(self, key: ItemKey) -> Change | None:
        """As Index.change_of."""
        found = self._store.get(self._names.changes, doc_id(*key))
        return to_change(found.source) if found else None

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """As Index.changes; not those numbered above a batch that is still being written."""
        # In this order: what was finished before the horizon was read is found after the refresh.
        horizon = self._numbers.horizon()
        self._store.refresh(self._names.changes)
        query = {"range": {"number": {"gt": after, "lt": horizon}}}
        return [to_change(hit["_source"]) for hit in self._store.hits(self._names.changes, query, [{"number": "asc"}], limit)]
