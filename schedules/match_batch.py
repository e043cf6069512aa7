"""What changed Items change among the matches: which images of the catalogue to judge again, and what is then to be written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from index.matches import Better, Match, MatchBatch, Scene, Side
from index.protocol import Index
from index.state import ItemKey
from mappings.audience import EVERYTHING
from mappings.matching.copies import before
from mappings.matching.rules import Verdict, judge
from schedules.match_near import Neighbourhood
from schedules.match_scenes import Sight

Verdicts = dict[ItemKey, dict[ItemKey, Verdict]]
"""By image of the catalogue, by held product; what nothing claims is not there."""


@dataclass(frozen=True)
class Changes:
    """Items that were put or deleted: their scenes before (`old`) and now (`new`), where they have any; all their keys."""

    keys: Collection[ItemKey]
    old: Mapping[ItemKey, Scene]
    new: Mapping[ItemKey, Scene]
    deleted: Collection[ItemKey] = ()

    def leave(self, key: ItemKey, side: Side) -> bool:
        """Whether the Item, which was on this side, still is."""
        return key not in self._all or (key in self.new and self.new[key].side == side)

    @cached_property
    def _all(self) -> frozenset[ItemKey]:
        return frozenset(self.keys)

    @property
    def gone(self) -> list[ItemKey]:
        """Those that are no scene any more, with those whose scene may be gone but not all that hung on it."""
        return sorted((set(self.old) | set(self.deleted)) - set(self.new))


@dataclass(frozen=True)
class Work:
    """A batch to write, and what it took to make it."""

    batch: MatchBatch
    judged: int = 0
    matched: int = 0
    candidates: int = 0


@dataclass(frozen=True)
class _Touched:
    """Images of the catalogue to judge again, and held products whose copies may be others than before."""

    catalogue: Mapping[ItemKey, Sight]
    held: set[ItemKey] = field(default_factory=set)


def work_of(index: Index, changes: Changes, now: datetime) -> Work:
    """What these changes change. The matches of an image depend on the held products near it, on what else of the catalogue claims
    those, and on its siblings: all that a changed scene, as it was and as it is, stands in such a relation to is judged."""
    near = Neighbourhood(index, changes.keys, changes.new.values())
    touched = _touched(near, changes, _remembered(index, changes))
    verdicts = _judged(near, touched.catalogue.values())
    matches = {key: [_match(key, held, verdict) for held, verdict in sorted(found.items())] for key, found in verdicts.items()}
    # What is held by now, or free, has no held products.
    matches |= {key: [] for key, scene in changes.old.items() if scene.side == "catalogue" and not changes.leave(key, "catalogue")}
    better = _better(near, touched, verdicts)
    told = [match for found in matches.values() for match in found]
    batch = MatchBatch(now, tuple(scene for _, scene in sorted(changes.new.items())), changes.gone, matches, better)
    return Work(batch, len(verdicts), len(told), sum(match.candidate for match in told))


def _match(catalogue: ItemKey, held: ItemKey, verdict: Verdict) -> Match:
    return Match(catalogue, held, verdict.method, verdict.score, verdict.coverage, verdict.candidate)


def _touched(near: Neighbourhood, changes: Changes, remembered: Sequence[Scene]) -> _Touched:
    seeds = [Sight.of(scene) for scene in (*changes.old.values(), *changes.new.values(), *remembered)]
    images = [one for one in seeds if one.scene.side == "catalogue"]
    products = [one for one in seeds if one.scene.side == "held"]
    near.meet_siblings([one.acquisition for one in images])
    near.meet([one.acquisition for one in seeds])
    around = {held.key: held for one in images for held in near.counterparts(one.acquisition)}
    near.meet([one.acquisition for one in around.values()])
    siblings = [other for one in images for other in near.siblings(one.key, one.acquisition)]
    near.meet([one.acquisition for one in siblings])
    # A sibling without any held product near it has nothing to lose.
    catalogue = {one.key: one for one in siblings if near.counterparts(one.acquisition)}
    catalogue |= {claim.key: claim for held in (*products, *around.values()) for claim in near.counterparts(held.acquisition)}
    # Those that are new come after those that they were.
    catalogue |= {one.key: one for one in images if changes.leave(one.key, "catalogue")}
    return _Touched(catalogue, {key for key in (*(one.key for one in products), *around) if changes.leave(key, "held")})


def _remembered(index: Index, changes: Changes) -> list[Scene]:
    """Both ends of the matches that the changed Items had: more than their scenes tell when a batch was interrupted, and wrote those."""
    known = index.matches(EVERYTHING, changes.keys)
    keys = {key for found in known.values() for match in found for key in (match.catalogue, match.held)} - set(changes.keys)
    return [scene for _, scene in sorted(index.scenes(sorted(keys)).items())]


def _judged(near: Neighbourhood, images: Iterable[Sight]) -> Verdicts:
    """All verdicts on these images, beside those of other images on the same products."""
    asked = list(images)
    near.meet([one.acquisition for one in asked])
    held = {one.key: near.counterparts(one.acquisition) for one in asked}
    near.meet([product.acquisition for products in held.values() for product in products])
    near.meet_siblings([one.acquisition for one in asked if held[one.key]])
    claims: dict[ItemKey, int] = {}
    found: Verdicts = {}
    for one in asked:
        siblings = [other.acquisition for other in near.siblings(one.key, one.acquisition)] if held[one.key] else []
        found[one.key] = {}
        for product in held[one.key]:
            verdict = judge(one.acquisition, product.acquisition, siblings)
            if verdict is None:
                continue
            if product.key not in claims:
                claims[product.key] = _claims(near, product)
            if settled := verdict.beside(claims[product.key], product.acquisition):
                found[one.key][product.key] = settled
    return found


def _claims(near: Neighbourhood, product: Sight) -> int:
    """How many images claim the product by its identifiers; siblings have no say in those rules."""
    verdicts = (judge(image.acquisition, product.acquisition) for image in near.counterparts(product.acquisition))
    return sum(verdict is not None and not verdict.candidate for verdict in verdicts)


def _better(near: Neighbourhood, touched: _Touched, verdicts: Verdicts) -> dict[ItemKey, list[Better]]:
    """Per copy of the images judged, and per product that is none of theirs any more, the copies that come before it."""
    found: dict[ItemKey, list[Better]] = {key: [] for key in sorted(touched.held)}
    for key, image in sorted(touched.catalogue.items()):
        sure = {held: verdict for held, verdict in verdicts[key].items() if not verdict.candidate}
        sights = {key: image} | {held: sight for held in sure if (sight := near.get(held))}
        copies = [sight.copy(sure[one].coverage if one in sure else 1.0) for one, sight in sights.items()]
        for copy in copies:
            found[copy.key] = [sights[other.key].better() for other in before(copy, copies)]
    return found
