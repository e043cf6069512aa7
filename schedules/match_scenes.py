"""What matching knows of Items: read from their public JSON, kept as scenes, and turned back into what the rules take."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from index.matches import Better, Scene
from index.protocol import Index
from index.query import Query
from index.state import ItemKey, StoredItem
from mappings.audience import EVERYTHING
from mappings.matching.acquisition import Acquisition, acquisition_of, of_facts
from mappings.matching.copies import Copy

_IDS = 500


@dataclass(frozen=True)
class Sight:
    """A scene with its acquisition, read once."""

    key: ItemKey
    scene: Scene
    acquisition: Acquisition

    @classmethod
    def of(cls, scene: Scene) -> "Sight":
        acquisition = of_facts(scene.side, scene.platform, scene.names, scene.wkb, scene.facts)
        return cls(scene.key, scene, acquisition)

    def copy(self, coverage: float) -> Copy[ItemKey]:
        """As one of the copies of an acquisition."""
        return Copy(self.key, self.scene.facts["availability"], coverage, self.acquisition.level, self.acquisition.area)

    def better(self) -> Better:
        """As a copy that comes before another."""
        facts = self.scene.facts
        return Better(self.key.collection, facts["source"], facts["availability"], facts["licence"])


def load_scenes(index: Index, keys: Collection[ItemKey]) -> dict[ItemKey, Scene]:
    """The scenes of those of these Items that are there and that a rule could match."""
    found = (scene_of(item) for item in _stored(index, keys))
    return {scene.key: scene for scene in found if scene is not None}


def scene_of(item: StoredItem) -> Scene | None:
    """The scene of an Item as it is stored; None for what no rule could match."""
    # Geometry and assets stand before the properties, which end the first of the three strings.
    members: dict[str, Any] = orjson.loads(item.head + b"}}")
    acquisition = acquisition_of(members)
    if acquisition is None:
        return None
    access = {"source": item.source, "availability": item.availability, "licence": item.licence}
    return Scene(
        ItemKey(item.collection, item.id),
        "catalogue" if acquisition.side == "catalogue" else "held",
        acquisition.platform,
        acquisition.instants,
        acquisition.names,
        {**access, **acquisition.facts()},
        acquisition.footprint,
    )


def _stored(index: Index, keys: Collection[ItemKey]) -> Iterator[StoredItem]:
    by_collection: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        by_collection[key.collection].append(key.id)
    for collection, ids in sorted(by_collection.items()):
        for start in range(0, len(ids), _IDS):
            portion = tuple(ids[start : start + _IDS])
            yield from index.search(Query(EVERYTHING, collections=(collection,), ids=portion, limit=len(portion))).items
