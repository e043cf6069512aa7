"""One world: which scenes exist, at which archives, in which order; nothing is held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple

from .chance import Spread, draw, located, uuid
from .clocks import DAY, SECOND, at, moment, nanoseconds, token
from .feeds import Feed, Published, Reduced, Revised
from .places import Ring, cut
from .scenes import AIRBUS, ALBUM, FIRST, HELD_OF, LAST, LEAP, SENSOR_OF, SENTINEL, Acquisition, Constellation, Lane, Mission, Product

OPENED = at(2018, 10, 3, 12)
LATEST = at(2026, 1, 5)


class Truth(NamedTuple):
    """One Item that a full harvest must end with; `rings` are cut at the antimeridian, lon/lat."""

    source: Literal["peps", "airbus", "dinamis"]
    id: str
    datetime: datetime
    rings: list[Ring]
    availability: Literal["open", "orderable", "held"]


class Change(NamedTuple):
    """A share (0..1) of the records of each archive revised, or of Airbus's records deleted, at an instant (ns)."""

    kind: Literal["revise", "delete"]
    share: float
    at: int


@dataclass(frozen=True)
class World:
    """`size` scenes: 45 % Sentinel, 15 % purchased (at DINAMIS, each with its acquisition at Airbus), the rest at Airbus."""

    size: int = 2000
    seed: int = 7
    changes: tuple[Change, ...] = ()

    def revised(self, share: float, at: datetime | None = None) -> World:
        """The same world after a share of every archive's records changed, at `at` (aware, after everything else) and following."""
        return self._changed("revise", share, at)

    def without(self, share: float, at: datetime | None = None) -> World:
        """The same world after a share of Airbus's records was deleted."""
        return self._changed("delete", share, at)

    def _changed(self, kind: Literal["revise", "delete"], share: float, when: datetime | None) -> World:
        if not 0 <= share <= 1:
            raise ValueError("a share lies between 0 and 1")
        instant = self.latest + DAY if when is None else nanoseconds(when)
        if instant <= self.latest:
            raise ValueError("a change comes after everything else")
        return replace(self, changes=(*self.changes, Change(kind, share, instant)))

    @cached_property
    def latest(self) -> int:
        """An instant (ns) after which no record has been published, revised or deleted."""
        return self.changes[-1].at + 3600 * SECOND if self.changes else LATEST

    @cached_property
    def counts(self) -> dict[Lane, int]:
        """Records per lane before any change."""
        sentinel, held = self.size * 45 // 100, self.size * 15 // 100
        airbus = self.size - sentinel - held
        more = airbus - held
        radar, sea, held_phr = sentinel * 40 // 100, sentinel * 10 // 100, held // 3
        neo, spot = more * 20 // 100, more * 40 // 100
        spots, pleiades = spot + held - held_phr, more - neo - spot + held_phr
        return {
            Lane.S1: radar, Lane.S2: sentinel - radar - sea, Lane.S3: sea,
            Lane.PHR: pleiades, Lane.SPOT: spots, Lane.PNEO: neo,
            Lane.PHR_SENSOR: pleiades * 23 // 100, Lane.SPOT_SENSOR: spots * 23 // 100,
            Lane.HELD_SPOT: held - held_phr, Lane.HELD_PHR: held_phr,
        }  # fmt: skip

    @cached_property
    def held(self) -> dict[Lane, Spread]:
        """Which acquisitions of an ALBUM lane were purchased."""
        return {lane: Spread.of(max(self.counts[lane], 1), self.counts[held], self.seed) for lane, held in HELD_OF.items()}

    @cached_property
    def sensor(self) -> dict[Lane, Spread]:
        """Which acquisitions of an ALBUM lane have a second, SENSOR record (never those of PNEO)."""
        return {lane: Spread.of(max(self.counts[lane], 1), self.counts[more], self.seed + 1) for lane, more in SENSOR_OF.items()}

    @cached_property
    def constellations(self) -> dict[Lane, Constellation]:
        return {lane: Constellation(self.seed, lane, self.counts[lane], self.held.get(lane)) for lane in ALBUM}

    @cached_property
    def missions(self) -> dict[Lane, Mission]:
        return {lane: Mission(self.seed, lane, self.counts[lane]) for lane in SENTINEL}

    @cached_property
    def feeds(self) -> dict[Lane, Feed]:
        return {lane: self._feed(lane) for lane in Lane}

    def _feed(self, lane: Lane) -> Feed:
        size = self.counts[lane]
        # GEODES publishes days after sensing; OneAtlas republished its old scenes from October 2018 on (report 1.2).
        start = FIRST[lane] + 2 * DAY if lane in SENTINEL else at(2021, 7, 1) if lane is Lane.PNEO else OPENED
        feed: Feed = Published(size, start, LAST + 2 * DAY if lane in SENTINEL else LATEST, self.seed, lane)
        for number, change in enumerate(self.changes):
            chosen = Spread.of(max(feed.size, 1), round(feed.size * change.share), self.seed + lane * 100 + number)
            if change.kind == "revise":
                feed = Revised(feed, chosen, change.at + lane)
            elif lane in AIRBUS:
                feed = Reduced(feed, chosen, change.at + lane)
        return feed

    def acquisition_of(self, lane: Lane, index: int) -> tuple[Lane, int]:
        """The ALBUM lane and index of the acquisition behind any Airbus or DINAMIS record."""
        for album, more in SENSOR_OF.items():
            if lane is more:
                return album, self.sensor[album].at(index)
        for album, held in HELD_OF.items():
            if lane is held:
                return album, self.held[album].at(index)
        return lane, index

    def acquisition(self, lane: Lane, index: int) -> Acquisition:
        album, number = self.acquisition_of(lane, index)
        return self.constellations[album].scene(number)

    def product(self, lane: Lane, index: int) -> Product:
        return self.missions[lane].scene(index)

    def ring(self, lane: Lane, index: int) -> Ring:
        return (self.product(lane, index) if lane in SENTINEL else self.acquisition(lane, index)).ring

    def instant(self, lane: Lane, index: int) -> int:
        """When the scene was sensed (ns), by its identifier."""
        if lane in SENTINEL:
            return self.missions[lane].instant(index)
        album, number = self.acquisition_of(lane, index)
        return self.constellations[album].instant(number)

    def cloud(self, lane: Lane, index: int, generation: int) -> float:
        """Percent; another one after each revision."""
        return draw(self.seed, lane, index, 16 + generation) % 10_001 / 100

    def uuid(self, lane: Lane, index: int, version: int = 4) -> str:
        return uuid(self.seed, lane, index, version)

    def located(self, text: str) -> tuple[Lane, int] | None:
        """The lane and index behind a UUID of this world, whether or not the record was deleted since."""
        found = located(self.seed, text)
        if found is None or found[0] >= len(Lane) or found[1] >= self.counts[Lane(found[0])]:
            return None
        return Lane(found[0]), found[1]

    def listed(self, album: Lane, index: int) -> bool:
        """Whether an acquisition still has a record at Airbus."""
        if self.feeds[album].find(index) is not None:
            return True
        more = self.sensor.get(album)
        return more is not None and more.has(index) and self.feeds[SENSOR_OF[album]].find(more.below(index)) is not None

    def held_id(self, lane: Lane, scene: Acquisition) -> str:
        """The identifier of a purchased product at DINAMIS."""
        if lane is Lane.HELD_SPOT:
            time = token(scene.instant)
            return f"{scene.platform}_MS_{time}_{scene.platform}_P_{time}_1"
        return f"{scene.platform}_MS_{token(scene.instant - LEAP)}_SEN_{6_000_000_000 + scene.number}-001"

    def truth(self) -> Iterator[Truth]:
        """Every expected Item, lazily; times are those of the identifiers (products of Pléiades 37 s before their acquisition)."""
        for lane in SENTINEL:
            for index in range(self.counts[lane]):
                product = self.product(lane, index)
                yield Truth("peps", product.name, moment(product.start), cut(product.ring), "open")
        for lane in ALBUM:
            for index in range(self.counts[lane]):
                if not self.changes or self.listed(lane, index):
                    scene = self.acquisition(lane, index)
                    yield Truth("airbus", scene.identifier, moment(scene.instant), cut(scene.ring), "orderable")
        for lane in HELD_OF.values():
            for index in range(self.counts[lane]):
                scene = self.acquisition(lane, index)
                instant = scene.instant if lane is Lane.HELD_SPOT else scene.instant - LEAP
                yield Truth("dinamis", self.held_id(lane, scene), moment(instant), cut(scene.ring), "held")

    def totals(self) -> dict[str, int]:
        """Expected Items per source and per availability."""
        airbus: Counter[str] = Counter()
        for lane in ALBUM:
            deleted = any(change.kind == "delete" for change in self.changes)
            airbus[lane.name] = sum(self.listed(lane, i) for i in range(self.counts[lane])) if deleted else self.counts[lane]
        sentinel, held = sum(self.counts[lane] for lane in SENTINEL), sum(self.counts[lane] for lane in HELD_OF.values())
        orderable = airbus.total()
        return {
            "peps": sentinel, "airbus": orderable, "dinamis": held,
            "open": sentinel, "orderable": orderable, "held": held, "items": sentinel + orderable + held,
        }  # fmt: skip
