"""How many pairs matching finds, and how many are right, in a world whose truth is known; and how long it takes."""

import random
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from index.document import to_document
from index.matches import Match
from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Batch, ItemKey
from mappings.audience import EVERYTHING
from mappings.record import Item
from schedules.matching import match
from tests.bench.strips import entry, near_miss, products, strips

_PRECISION, _RECALL = 0.999, 0.99
_NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class _World:
    """Items of both sides, made as they are asked for, and what is one: per held product, the catalogue's Item and how it is named."""

    size: int
    unnamed: int
    chance: random.Random = field(default_factory=lambda: random.Random(20_181_016))
    truth: dict[ItemKey, tuple[ItemKey, str]] = field(default_factory=dict)
    strays: int = 0

    def items(self) -> Iterator[Item]:
        """The catalogue, of which some strips are left out; and a tenth as many products: of strips that it has, one to four of each,
        and of strips that it has not: one whose siblings it may have, one that is like another that it has."""
        left = self.size // 10
        for images in strips(self.size, self.chance):
            held = left > 0 and self.chance.random() < 0.11
            for strip in images:
                missing = self.chance.random() < 0.05
                if not missing:
                    yield entry(strip, delivered=self.chance.random() < 0.1)
                if not (held and left > 0 and self.chance.random() < 0.7):
                    continue
                other = self.chance.random() < 0.05
                of = near_miss(strip, self.chance) if other else strip
                made = list(products(of, min(self.chance.choice((1, 1, 2, 4)), left), self.unnamed, self.chance))
                left -= len(made)
                for way, item in made:
                    if missing or other:
                        self.strays += 1
                    else:
                        catalogue = ItemKey("airbus-phr" if strip.is_pleiades else "airbus-spot", strip.entry_id)
                        self.truth[ItemKey(item["collection"], item["id"])] = catalogue, way
                    yield item


def measure_matching(size: int, unnamed: int, folder: Path) -> Iterator[str]:
    """`size` scenes of the catalogue and a tenth as many products; of a thousand Pléiades products `unnamed` name no strip. Ends the
    command when too little is found, or too much is wrong."""
    world = _World(size, unnamed)
    with SqliteIndex.open(folder / "matching.sqlite") as index:
        start = time.perf_counter()
        put = _put(index, world.items())
        yield f"matching: {put} Items made and put in {time.perf_counter() - start:.0f} s"
        yield f"matching: {len(world.truth)} products have an entry in the catalogue, {world.strays} none"
        start = time.perf_counter()
        report = match(index, lambda: _NOW, owner="bench")
        seconds = time.perf_counter() - start
        told = f"{report.judged} judged, {report.written} written"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield f"matching: {report.changes} changes in {seconds:.0f} s ({report.changes / seconds:.0f}/s), {told}; peak memory {peak:.0f} MB"
        start = time.perf_counter()
        again = match(index, lambda: _NOW, owner="bench")
        yield f"matching: again without changes {time.perf_counter() - start:.2f} s, {again.written} written"
        yield from _judge(world, _found(index), again.written)


def _put(index: Index, items: Iterable[Item]) -> int:
    """In an order that is nobody's: archives announce old images late."""
    iterator, put = iter(items), 0
    while portion := list(islice(iterator, 2000)):
        documents = [to_document(item, item["properties"]["moisson:source"], (item["id"],)) for item in portion]
        random.Random(put).shuffle(documents)
        index.apply(Batch("bench", "run", _NOW, items=documents))
        put += len(portion)
    return put


def _found(index: Index) -> list[Match]:
    """All matches, of whatever side."""
    keys = [change.key for start in _starts(index) for change in index.changes(start, 5000)]
    held = [key for key in keys if key.collection.startswith("dinamis")]
    portions = (held[start : start + 1000] for start in range(0, len(held), 1000))
    return [one for portion in portions for matches in index.matches(EVERYTHING, portion).values() for one in matches]


def _starts(index: Index) -> Iterator[int]:
    start = 0
    while changes := index.changes(start, 5000):
        yield start
        start = changes[-1].number


def _judge(world: _World, found: list[Match], again: int) -> Iterator[str]:
    """Both of what counts as held at once ("sure"), and of that with the candidates; always against all products that have an entry."""
    right = {one for one in found if world.truth.get(one.held, (None, ""))[0] == one.catalogue}
    figures: dict[str, tuple[float, float]] = {}
    for name, some in (("sure", [one for one in found if not one.candidate]), ("sure and candidates", found)):
        good = right.intersection(some)
        yield f"matching: {name}: {len(some)} pairs, {len(some) - len(good)} wrong; by rule {_counted(one.method for one in some)}"
        figures[f"precision, {name}"] = _PRECISION, len(good) / max(len(some), 1)
        figures[f"recall, {name}"] = _RECALL, len(good) / max(len(world.truth), 1)
    reached = {one.held: "candidate" if one.candidate else "sure" for one in right}
    ways = _counted(f"{way}: {reached.get(key, 'not found')}" for key, (_, way) in world.truth.items())
    yield f"matching: by the way in which a product names its strip {ways}"
    for name, (least, value) in figures.items():
        yield f"matching: {name} {value:.5f} (at least {least})"
    failed = [name for name, (least, value) in figures.items() if value < least]
    if failed or again:
        raise SystemExit(f"matching: too low: {', '.join(failed) or '-'}; written without changes: {again}")


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
