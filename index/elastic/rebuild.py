"""A Collection's Items written anew into new indices beside the old ones, which aliases then name instead. Reads never stop.

Documents are copied in the order of their writing (`_seq_no`; an index of Items has one shard), with their versions: what is written
again meanwhile comes again later in that order. When nearly all are there, the old indices take no writes for a moment (a writer is
told that the cluster is busy, and tries again), the last ones are copied, what was deleted or moved meanwhile is removed, the numbers
are compared, and the aliases change hands in one step. The cluster merges the new indices then, by itself (merging.py).

A rebuild that died leaves indices that no alias names, which the next one removes, and perhaps old ones that take no writes, which the
next writer opens again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from index.elastic.closing import Closing
from index.elastic.lease import Numbers
from index.elastic.mapping import again
from index.elastic.merging import merge
from index.elastic.names import Names
from index.elastic.operation import Operation, Source, portions
from index.elastic.places import division_of, year_of
from index.elastic.schema import create_data
from index.elastic.state import to_change
from index.elastic.store import Store
from index.protocol import IndexUnavailable, LeaseLost
from index.state import ItemKey

log = logging.getLogger(__name__)
GRACE = 30.0
"""Seconds that old indices outlive their aliases."""
_PORTION = 2000
_TOLD = 100_000
# Fewer documents than this are copied while writers wait; more rounds than this do not make it fewer.
_FEW = 1000
_ROUNDS = 20
_ALL = 2**62


@dataclass
class _Copy:
    """One copying: the old indices with the last `_seq_no` that was copied of each, and the new ones by year (None: undivided).
    `doubled` Items were on their way from one year to another when the writing stopped: the old indices have them twice."""

    collection: str
    generation: int
    divided: bool
    old: dict[str, int]
    new: dict[int | None, str] = field(default_factory=dict)
    doubled: int = 0


class Rebuild:
    """Rebuilds Collections of one store. `told` is called between portions, and may raise; `grace` in seconds is how long the old
    indices outlive their aliases, for the reads that are under way."""

    def __init__(
        self,
        store: Store,
        names: Names,
        numbers: Numbers,
        *,
        told: Callable[[], None] = lambda: None,
        sleep: Callable[[float], None] = time.sleep,
        grace: float | None = None,
    ) -> None:
        self._store = store
        self._names = names
        self._numbers = numbers
        self._closing = Closing(store, names)
        self._told = told
        self._sleep = sleep
        self._grace = GRACE if grace is None else grace

    def run(self, collection: str, *, divide: bool) -> int:
        """Rebuilds one Collection, divided by years if it was or if `divide` says so; how many Items it has. Raises IndexUnavailable,
        and leaves all as it was."""
        copy = self._begin(collection, divide)
        if not copy.old:
            return 0
        # Changes from here on are looked at once more: they may delete an Item, or move it to another year.
        since = self._numbers.horizon()
        try:
            self._catch_up(copy)
            self._closing.close(collection, copy.old)
            self._round(copy)
            if not copy.new:
                # Without Items there is no year, and the alias must name something.
                self._target(copy, None)
            self._settle(copy, since)
            number = self._compared(copy)
            # Whoever slept for too long may have lost the right to it.
            self._told()
            self._switch(copy)
        except LeaseLost:
            # Whoever has it by now cleans up.
            raise
        except BaseException:
            self._undo(copy)
            raise
        self._closing.forget()
        merge(self._store, copy.new.values())
        self._sleep(self._grace)
        # One of the alias's very name went with the switch.
        self._store.remove(index for index in copy.old if index != self._names.collection(collection))
        return number

    def _begin(self, collection: str, divide: bool) -> _Copy:
        self._closing.open()
        # In this order: an index that a writer makes between is behind the alias.
        lying = self._lying(collection)
        old = self._store.behind(self._names.collection(collection))
        division = division_of(self._store, self._names, collection)
        generation = division.generation + 1 if division else 1
        divided = divide or bool(division and division.years)
        # Before version 5 it was an index of that name itself.
        old = old or self._store.named(self._names.collection(collection))
        # What one that died has left.
        self._store.remove(index for index in lying if index not in old)
        return _Copy(collection, generation, divided, dict.fromkeys(old, -1))

    def _lying(self, collection: str) -> list[str]:
        """The indices of a Collection, named by an alias or not."""
        every = self._names.data(collection, 0).removesuffix("0")
        return self._store.named(f"{every}*")

    def _undo(self, copy: _Copy) -> None:
        """All as it was. What the alias names by now stays: the answer to its hand-over may have been lost."""
        named = self._store.behind(self._names.collection(copy.collection))
        self._store.remove(index for index in copy.new.values() if index not in named)
        self._closing.open()

    # --- copying -------------------------------------------------------------------------------------------------------------
    def _catch_up(self, copy: _Copy) -> None:
        for _ in range(_ROUNDS):
            if self._round(copy) < _FEW:
                return

    def _round(self, copy: _Copy) -> int:
        """Copies what was written since the last round; how many documents."""
        done = 0
        for index in copy.old:
            self._store.refresh(index)
            for hits in portions(self._written(copy, index), _PORTION):
                self._copied(copy, hits)
                copy.old[index] = hits[-1]["sort"][0]
                done += len(hits)
                if not done % _TOLD:
                    log.info("%s: %d Items are copied", copy.collection, done)
                self._told()
        return done

    def _written(self, copy: _Copy, index: str) -> Iterator[Source]:
        query = {"range": {"_seq_no": {"gt": copy.old[index]}}}
        return self._store.hits(index, query, [{"_seq_no": "asc"}], _ALL, _PORTION, version=True)

    def _copied(self, copy: _Copy, hits: list[Source]) -> None:
        operations = [
            Operation(self._target(copy, hit["_source"]["sort_key"]), hit["_id"], again(hit["_source"]), hit["_version"]) for hit in hits
        ]
        # What is there in a newer version was copied already.
        failed = [refusal for refusal in self._store.bulk(operations) if refusal.status != 409]
        if failed:
            raise self._store.refusing(failed)

    def _target(self, copy: _Copy, sort_key: int | None) -> str:
        """The new index of an Item, made when it is missing."""
        year = year_of(sort_key) if copy.divided and sort_key is not None else None
        if year not in copy.new:
            create_data(self._store, self._names, copy.collection, copy.generation, year, hidden=True)
            copy.new[year] = self._names.data(copy.collection, copy.generation, year)
        return copy.new[year]

    def _settle(self, copy: _Copy, since: int) -> None:
        """Removes from the new indices what changes since then deleted, or moved to another year."""
        self._store.refresh(self._names.changes)
        query = {"range": {"number": {"gte": since}}}
        hits = self._store.hits(self._names.changes, query, [{"number": "asc"}], _ALL)
        changed = (change for change in (to_change(hit["_source"]) for hit in hits) if change.key.collection == copy.collection)
        for portion in portions(changed, _PORTION):
            numbers = {change.key: change.number for change in portion}
            places = self._places(copy, numbers)
            wanted = [(index, key) for key in numbers for index in copy.new.values() if index != places.get(key)]
            docs = self._store.docs([(index, key.id) for index, key in wanted], ("id",))
            stale = [(index, key) for (index, key), doc in zip(wanted, docs, strict=True) if doc is not None]
            self._store.write(Operation(index, key.id, None, numbers[key]) for index, key in stale)

    def _places(self, copy: _Copy, keys: dict[ItemKey, int]) -> dict[ItemKey, str]:
        """The new index of each of these Items that is still in an old one, as it was written last."""
        wanted = [(index, key) for key in keys for index in copy.old]
        docs = self._store.docs([(index, key.id) for index, key in wanted], ("sort_key",))
        found: dict[ItemKey, tuple[int, int]] = {}
        for (_, key), doc in zip(wanted, docs, strict=True):
            if doc is not None:
                copy.doubled += key in found
                found[key] = max(found.get(key, (0, 0)), (doc["_version"], doc["_source"]["sort_key"]))
        return {key: self._target(copy, sort_key) for key, (_, sort_key) in found.items()}

    def _compared(self, copy: _Copy) -> int:
        everything: Source = {"match_all": {}}
        numbers = []
        for indices in (list(copy.old), list(copy.new.values())):
            self._store.refresh(*indices)
            numbers.append(sum(self._store.count(index, everything) for index in indices))
        wanted, copied = numbers[0] - copy.doubled, numbers[1]
        if wanted != copied:
            raise IndexUnavailable(f"{copy.collection}: {copied} of {wanted} Items were copied; nothing was changed")
        return copied

    # --- the indices ----------------------------------------------------------------------------------------------------------
    def _switch(self, copy: _Copy) -> None:
        items = self._names.collection(copy.collection)
        # A new division, or an index of the alias's very name, goes in the same step.
        actions: list[Source] = [
            {"remove_index": {"index": index}} if index == items else {"remove": {"index": index, "alias": "*"}} for index in copy.old
        ]
        for year, index in copy.new.items():
            actions.append({"add": {"index": index, "alias": items}})
            if year is not None:
                actions.append({"add": {"index": index, "alias": self._names.year(copy.collection, year)}})
        try:
            with self._store.speaking():
                self._store.client.indices.update_aliases(actions=actions)
        except IndexUnavailable:
            # The cluster may have done it, and its answer was lost.
            if set(self._store.behind(items)) != set(copy.new.values()):
                raise
