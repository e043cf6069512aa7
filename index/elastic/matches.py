"""Matching's side of the Elasticsearch store: scenes and matches, and the keywords of better copies on the Items.

Scenes and matches are written as harvests write (write.py): with the number of the batch as version, after the lease was
checked. An Item is written again with the very version that it was read with: whatever a harvest wrote meanwhile is newer and stays,
and its change has matching look at it again. A harvest that writes an Item keeps the keywords that it read a moment before; where only
its records changed (it then takes no change number) and matching wrote between that reading and writing, the Item keeps the older
keywords until matching looks at it for another reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.collapse import Copy, copies
from index.elastic.copies import Copies, keyword
from index.elastic.lease import Leases, Numbers, block_of
from index.elastic.mapping import UNMATCHED, again
from index.elastic.names import Names, doc_id
from index.elastic.operation import Operation, Source, portions
from index.elastic.places import Places
from index.elastic.scenes import at_places, matches_source, of_items, scene_source, to_matches, to_scene, with_names
from index.elastic.store import Store
from index.matches import Better, Match, MatchBatch, Scene, Side
from index.protocol import LeaseLost
from index.state import ItemKey
from mappings.audience import Audience

_MATCHING = "matching"
# Each is a clause, of which the smallest cluster allows 1024 in a query; and terms, of which any allows 65 536.
_PLACES = 400
_TERMS = 10_000
_ALL = 2**62


Place = tuple[str, str]
"""(index, id)."""


@dataclass(frozen=True)
class _Plan:
    """What of a batch differs from what is stored: scenes and documents of matches (None: deleted), Items with the copies that come
    before them (None: those stay) and whether they have matches, and how many scenes and matches that changes."""

    scenes: Mapping[Place, Source | None]
    matches: Mapping[Place, Source | None]
    items: Mapping[ItemKey, "_Mark"]
    changed: int


@dataclass(frozen=True)
class _Mark:
    """What matching writes on an Item: the copies that come before it (None: those it names stay), and whether it has matches. The mark
    of one that has none is not set again when its last match goes: that only costs a question."""

    better: Sequence[Copy] | None
    matched: bool

    def on(self, source: Source) -> Source:
        """The Item, or what was read of it, with it."""
        found = {name: value for name, value in source.items() if not (self.matched and name == UNMATCHED)}
        return found if self.better is None else _with(found, self.better)


class Matching:
    """Scenes and matches of one store."""

    def __init__(self, store: Store, names: Names, places: Places, numbers: Numbers, leases: Leases, known: Copies) -> None:
        self._store = store
        self._names = names
        self._places = places
        self._numbers = numbers
        self._leases = leases
        self._copies = known

    # --- reading -----------------------------------------------------------------------------------------------------------
    def matches(self, audience: Audience, keys: Collection[ItemKey]) -> dict[ItemKey, list[Match]]:
        """As Index.matches; what was written by `apply` is found."""
        wanted = list(dict.fromkeys(keys))
        met: dict[tuple[ItemKey, ItemKey], Match] = {}
        for portion in portions(wanted, _TERMS):
            hits = self._store.hits(self._names.matches, of_items(portion), [{"catalogue": "asc"}], _ALL)
            met.update({(match.catalogue, match.held): match for hit in hits for match in to_matches(hit["_source"])})
        asked = set(wanted)
        pairs = [(key, other, match) for ends, match in met.items() for key, other in (ends, ends[::-1]) if key in asked]
        shown = self._shown(audience, {other for _, other, _ in pairs})
        found: dict[ItemKey, list[Match]] = {}
        for key, other, match in sorted(pairs, key=lambda pair: (-pair[2].score, pair[1])):
            if other in shown:
                found.setdefault(key, []).append(match)
        return found

    def scenes(self, keys: Collection[ItemKey]) -> dict[ItemKey, Scene]:
        """As Index.scenes."""
        found = self._store.mget((self._names.scenes, doc_id(*key)) for key in keys)
        return {scene.key: scene for scene in map(to_scene, found.values())}

    def scenes_at(self, side: Side, places: Collection[tuple[str, int, int]]) -> list[Scene]:
        """As Index.scenes_at."""
        return self._scenes(at_places(side, portion) for portion in portions(dict.fromkeys(places), _PLACES))

    def scenes_named(self, side: Side, names: Collection[str]) -> list[Scene]:
        """As Index.scenes_named."""
        return self._scenes(with_names(side, portion) for portion in portions(dict.fromkeys(names), _TERMS))

    def position(self) -> int:
        """As Index.match_position."""
        found = self._store.get(self._names.meta, _MATCHING)
        return int(found.source["position"]) if found else 0

    def _scenes(self, queries: Iterable[Source]) -> list[Scene]:
        found: dict[ItemKey, Scene] = {}
        for number, query in enumerate(queries):
            if not number:
                self._store.refresh(self._names.scenes)
            hits = self._store.hits(self._names.scenes, query, [{"place": "asc"}], _ALL)
            found.update({scene.key: scene for scene in (to_scene(hit["_source"]) for hit in hits)})
        return [found[key] for key in sorted(found)]

    def _shown(self, audience: Audience, keys: Collection[ItemKey]) -> set[ItemKey]:
        facts = ("source", "availability", "licence")
        found = self._places.find(keys, facts)
        return {key for key, item in found.items() if audience.finds(*(item.source[name] for name in facts))}

    # --- writing -----------------------------------------------------------------------------------------------------------
    def apply(self, batch: MatchBatch) -> int:
        """As Index.apply_matches; what it changed on Items is found when those are refreshed."""
        plan = self._plan(batch)
        moves = batch.position is not None and batch.position != self.position()
        if not (plan.scenes or plan.matches or plan.items or moves):
            if batch.lease:
                self._leases.verify(batch.lease)
            return 0
        with block_of(self._numbers, self._leases, 0, batch.lease) as block:
            self._write(batch, (Operation(*place, source, block.version) for place, source in plan.scenes.items()))
            self._write(batch, (Operation(*place, source, block.version) for place, source in plan.matches.items()))
            if plan.matches:
                self._store.refresh(self._names.matches)
            changed = plan.changed + (self._write_marks(plan.items) if plan.items else 0)
            if moves:
                self._write(batch, [Operation(self._names.meta, _MATCHING, {"position": batch.position}, block.version)])
        return changed

    def _plan(self, batch: MatchBatch) -> _Plan:
        scenes = self._plan_scenes(batch)
        matches, changed = self._plan_matches(batch)
        items = _marks(batch)
        stored = self._places.find(items, ("better", UNMATCHED))
        differing = {key: items[key] for key, item in stored.items() if items[key].on(item.source) != item.source}
        return _Plan(scenes, matches, differing, len(scenes) + changed)

    def _plan_scenes(self, batch: MatchBatch) -> dict[Place, Source | None]:
        put = {(self._names.scenes, doc_id(*scene.key)): scene_source(scene) for scene in batch.scenes}
        gone = {(self._names.scenes, doc_id(*key)): None for key in batch.gone}
        stored = self._store.mget((*put, *gone))
        wanted: dict[Place, Source | None] = {**gone, **put}
        return {place: source for place, source in wanted.items() if stored.get(place) != source}

    def _plan_matches(self, batch: MatchBatch) -> tuple[dict[Place, Source | None], int]:
        """What is given for a catalogue Item is all that it has; what else is gone with one of its Items is deleted. And how many."""
        before = self._matches_of(batch)
        gone = set(batch.gone)
        wanted: dict[Place, Source | None] = {}
        changed = 0
        for catalogue in dict.fromkeys((*batch.matches, *before)):
            old = before.get(catalogue, {})
            if catalogue in batch.matches:
                new = {match.held: match for match in batch.matches[catalogue]}
            else:
                new = {} if catalogue in gone else {held: match for held, match in old.items() if held not in gone}
            if new != old:
                wanted[self._names.matches, doc_id(*catalogue)] = matches_source(catalogue, new.values()) if new else None
                changed += len(old.keys() - new.keys()) + sum(old.get(held) != match for held, match in new.items())
        return wanted, changed

    def _matches_of(self, batch: MatchBatch) -> dict[ItemKey, dict[ItemKey, Match]]:
        """The matches of the catalogue Items that the batch may change, by held Item."""
        places = [(self._names.matches, doc_id(*key)) for key in (*batch.matches, *batch.gone)]
        sources = list(self._store.mget(places).values())
        if batch.gone:
            self._store.refresh(self._names.matches)
        for portion in portions(dict.fromkeys(batch.gone), _TERMS):
            query = of_items(portion, held_only=True)
            sources += [hit["_source"] for hit in self._store.hits(self._names.matches, query, [{"catalogue": "asc"}], _ALL)]
        return {ItemKey(source["collection"], source["item"]): {match.held: match for match in to_matches(source)} for source in sources}

    def _write_marks(self, items: Mapping[ItemKey, _Mark]) -> int:
        """Marks Items; of how many that changed the copies that come before them."""
        self._copies.learn(copy for mark in items.values() for copy in mark.better or ())
        operations, better = [], set()
        for key, item in self._places.find(items).items():
            marked = items[key].on(item.source)
            if marked != item.source:
                operations.append(Operation(item.alias, key.id, again(marked), item.version, by_alias=True))
            if marked.get("better") != item.source.get("better"):
                better.add((item.alias, key.id))
        refused = self._store.bulk(operations)
        failed = [refusal for refusal in refused if refusal.status != 409]
        if failed:
            raise self._store.refusing(failed)
        return len(better - {(refusal.operation.index, refusal.operation.id) for refusal in refused})

    def _write(self, batch: MatchBatch, operations: Iterable[Operation]) -> None:
        refused = self._store.bulk(operations)
        if refused and batch.lease and all(refusal.status == 409 for refusal in refused):
            raise LeaseLost(f"newer than epoch {batch.lease.epoch} of {batch.lease.name}: {refused[0].operation.id}")
        if refused:
            raise self._store.refusing(refused)


def _marks(batch: MatchBatch) -> dict[ItemKey, _Mark]:
    better: dict[ItemKey, Sequence[Better]] = {**dict.fromkeys(batch.gone, ()), **batch.better}
    matched = {key for matches in batch.matches.values() for match in matches for key in (match.catalogue, match.held)}
    return {
        key: _Mark(copies(better[key]) if key in better else None, key in matched) for key in (*better, *sorted(matched - better.keys()))
    }


def _with(source: Source, found: Sequence[Copy]) -> Source:
    rest = {name: value for name, value in source.items() if name != "better"}
    return {**rest, "better": sorted(map(keyword, found))} if found else rest
