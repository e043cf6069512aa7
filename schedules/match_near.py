"""Neighbourhood: the scenes around those that changed, as they are once the changes are written."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from index.matches import Scene, Side
from index.protocol import Index
from index.state import ItemKey
from mappings.matching.acquisition import Acquisition
from mappings.matching.rules import AFTER, BEFORE, SIBLING, are_siblings
from schedules.match_scenes import Sight

_OTHER: dict[str, Side] = {"catalogue": "held", "held": "catalogue"}
# Around an instant of the key's side, where instants of the other side can belong to it: a product's is the earlier one.
_SPAN = {"catalogue": (BEFORE, AFTER), "held": (AFTER, BEFORE)}


class Neighbourhood:
    """Reads from the index what `meet` names, and answers from memory. `changed` scenes are not taken from the index, but as `new`."""

    def __init__(self, index: Index, changed: Collection[ItemKey], new: Iterable[Scene]) -> None:
        self._index = index
        self._changed = frozenset(changed)
        self._sides: dict[str, _Side] = {"catalogue": _Side(), "held": _Side()}
        for scene in new:
            self._sides[scene.side].add(Sight.of(scene))

    def get(self, key: ItemKey) -> Sight | None:
        """The scene, if it was met."""
        return next((side.sights[key] for side in self._sides.values() if key in side.sights), None)

    def meet(self, scenes: Collection[Acquisition]) -> None:
        """Reads the counterparts of these scenes, by time and by name."""
        for side in ("catalogue", "held"):
            asked = [one for one in scenes if one.side == side]
            if not asked:
                continue
            self._read(self._index.scenes_at(_OTHER[side], _places(asked, *_SPAN[side])), _OTHER[side])
            if names := sorted({name for one in asked for name in one.names}):
                self._read(self._index.scenes_named(_OTHER[side], names), _OTHER[side])

    def meet_siblings(self, scenes: Collection[Acquisition]) -> None:
        """Reads the images of the catalogue around these, which are of the catalogue."""
        if scenes:
            self._read(self._index.scenes_at("catalogue", _places(scenes, SIBLING, SIBLING)), "catalogue")

    def counterparts(self, scene: Acquisition) -> list[Sight]:
        """Ascending by key; complete once the scene was met."""
        return self._sides[_OTHER[scene.side]].around(scene, *_SPAN[scene.side], named=True)

    def siblings(self, key: ItemKey, scene: Acquisition) -> list[Sight]:
        """What the catalogue has near this image of it that may be of the same stereo set; without itself."""
        around = self._sides["catalogue"].around(scene, SIBLING, SIBLING, named=False)
        return [one for one in around if one.key != key and are_siblings(scene, one.acquisition)]

    def _read(self, scenes: Iterable[Scene], side: Side) -> None:
        for scene in scenes:
            if scene.key not in self._changed and scene.key not in self._sides[side].sights:
                self._sides[side].add(Sight.of(scene))


class _Side:
    """The scenes of one side by key, instant and name."""

    def __init__(self) -> None:
        self.sights: dict[ItemKey, Sight] = {}
        self._times: dict[str, list[tuple[int, ItemKey]]] = defaultdict(list)
        self._names: dict[str, set[ItemKey]] = defaultdict(set)
        self._sorted = True

    def add(self, sight: Sight) -> None:
        self.sights[sight.key] = sight
        self._times[sight.scene.platform] += [(instant, sight.key) for instant in sight.scene.instants]
        self._sorted = False
        for name in sight.scene.names:
            self._names[name].add(sight.key)

    def around(self, scene: Acquisition, before: int, after: int, *, named: bool) -> list[Sight]:
        if not self._sorted:
            for times in self._times.values():
                times.sort()
            self._sorted = True
        keys = {key for instant in scene.instants for key in self._between(scene.platform, instant - before, instant + after)}
        if named:
            keys |= {key for name in scene.names for key in self._names.get(name, ())}
        return [self.sights[key] for key in sorted(keys)]

    def _between(self, platform: str, first: int, last: int) -> Iterator[ItemKey]:
        times = self._times.get(platform, [])
        start, end = bisect_left(times, first, key=_instant), bisect_right(times, last, key=_instant)
        return (key for _, key in times[start:end])


def _instant(entry: tuple[int, ItemKey]) -> int:
    return entry[0]


def _places(scenes: Iterable[Acquisition], before: int, after: int) -> list[tuple[str, int, int]]:
    """Where to look, without overlaps."""
    found: list[tuple[str, int, int]] = []
    for platform, instant in sorted({(one.platform, instant) for one in scenes for instant in one.instants}):
        first, last = instant - before, instant + after
        if found and found[-1][0] == platform and first <= found[-1][2]:
            found[-1] = (platform, found[-1][1], last)
        else:
            found.append((platform, first, last))
    return found
