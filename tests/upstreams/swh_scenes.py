"""Spot World Heritage: which scenes of SPOT 1 to 5 a world has, each a pure function of (seed, lane, index) (CNES report §3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from .chance import Spread, draw, located, uuid
from .clocks import SECOND, at, moment, seconds
from .feeds import Calendar, Feed, Published, Reduced, Revised
from .places import Place, Ring, cut, outline, place
from .world import LATEST, World


class Series(NamedTuple):
    """One collection of GEODES: its lane (far from those of the other archives), its names today and to come, when it was imaged."""

    lane: int
    dataset: str
    coming: str
    satellites: tuple[int, ...]
    first: int
    last: int
    share: int


SERIES = (
    Series(20, "SWH_SPOT123_L1", "swh-spot-1-2-3-l1a", (1, 2, 3), at(1986, 3, 1), at(2009, 6, 1), 20),
    Series(21, "SWH_SPOT4_L1", "swh-spot-4-l1a", (4,), at(1998, 4, 1), at(2013, 6, 1), 45),
    Series(22, "SWH_SPOT5_L1", "swh-spot-5-l1a", (5,), at(2002, 6, 1), at(2015, 3, 20), 35),
)
# Instrument, mode, bands, lines by satellite.
_MODES = {
    1: (("HRV", "X", 3, 3000), ("HRV", "P", 1, 6000)),
    2: (("HRV", "X", 3, 3000), ("HRV", "P", 1, 6000)),
    3: (("HRV", "X", 3, 3000), ("HRV", "P", 1, 6000)),
    4: (("HRVIR", "I", 4, 3000), ("HRVIR", "M", 1, 6000)),
    5: (("HRG", "J", 4, 6000), ("HRG", "A", 1, 12000), ("HRG", "B", 1, 12000), ("HRS", "S", 1, 12000)),
}
_STATIONS = ("KK", "TT", "LM", "BI", "BK", "AB", "BM", "JK", "23")
_NATIVE = 10
# GEODES published the archive from here on.
_OPENED = at(2021, 7, 1)


class Scene(NamedTuple):
    """One scene; `instant` (ns) is its time, the name's differs from it by some seconds, as in the archive."""

    series: Series
    number: int
    instant: int
    item_id: str
    rank: int
    count: int
    shift: int
    satellite: int
    instrument: str
    twin: int
    code: str
    bands: int
    lines: int
    recording: str
    station: str
    grid: str
    clock: str
    centre: Place
    ring: Ring
    bits: int

    @property
    def name(self) -> str:
        return f"{self.rank:03d}-{self.count:03d}_{self.item_id}"

    @property
    def scene_id(self) -> str:
        return f"{self.satellite}{self.grid.replace('-', '')}{self.clock.replace('-', '')[2:]}{self.twin}{self.code}"

    @property
    def incidence(self) -> float:
        """Degrees; negative on one side of the track."""
        return (self.bits >> 30 & 0xFFF) / 0x1000 * 60 - 30


class Truth(NamedTuple):
    """One Item that a full harvest must end with; `rings` are cut at the antimeridian, lon/lat."""

    id: str
    datetime: datetime
    rings: list[Ring]


@dataclass(frozen=True)
class Heritage:
    """A tenth as many scenes as the world has, `least` at least, beside those: they are not counted in its totals."""

    world: World
    least: int = 5

    @cached_property
    def counts(self) -> dict[int, int]:
        """Scenes per lane before any change."""
        total = max(self.world.size * 10 // 100, self.least)
        most = {series.lane: total * series.share // 100 for series in SERIES[1:]}
        return {SERIES[0].lane: total - sum(most.values()), **most}

    @cached_property
    def feeds(self) -> dict[int, Feed]:
        return {series.lane: self._feed(series.lane) for series in SERIES}

    def _feed(self, lane: int) -> Feed:
        feed: Feed = Published(self.counts[lane], _OPENED, LATEST, self.world.seed, lane)
        for number, change in enumerate(self.world.changes):
            chosen = Spread.of(max(feed.size, 1), round(feed.size * change.share), self.world.seed + lane * 100 + number)
            # What is deleted is announced nowhere: it is not there any more.
            feed = (Revised if change.kind == "revise" else Reduced)(feed, chosen, change.at + lane)
        return feed

    @property
    def total(self) -> int:
        """Expected Items."""
        return sum(feed.size for feed in self.feeds.values())

    def truth(self) -> Iterator[Truth]:
        """Every expected Item, lazily."""
        for series in SERIES:
            for index in range(self.counts[series.lane]):
                if self.feeds[series.lane].find(index) is not None:
                    scene = self.scene(series, index)
                    yield Truth(scene.item_id, moment(scene.instant), cut(scene.ring))

    def urn(self, series: Series, index: int, *, native: bool = False) -> str:
        lane = series.lane + (_NATIVE if native else 0)
        return f"URN:{'AIP:DATA:swh' if native else 'FEATURE:DATA:gdh'}:{uuid(self.world.seed, lane, index, 3)}:V1"

    def located(self, urn: str) -> tuple[Series, int] | None:
        """The series and index behind either URN of a scene that is there."""
        parts = urn.split(":")
        found = located(self.world.seed, parts[4]) if len(parts) == 6 and parts[5] == "V1" else None
        if found is None:
            return None
        lane = found[0] - (_NATIVE if parts[1] == "AIP" else 0)
        series = next((one for one in SERIES if one.lane == lane), None)
        return (series, found[1]) if series and self.feeds[lane].find(found[1]) is not None else None

    def cloud(self, series: Series, index: int, generation: int) -> int:
        """Percent; another one after each revision."""
        return draw(self.world.seed, series.lane, index, 16 + generation) % 101

    def scene(self, series: Series, index: int) -> Scene:
        seed, lane = self.world.seed, series.lane
        bits = draw(seed, lane, index, 1)
        centre = place(draw(seed, lane, index))
        calendar = Calendar.between(max(self.counts[lane], 1), series.first, series.last)
        ideal = int((10.5 * 3600 - centre.lon * 240 + (bits & 0x7FF) - 0x400) % 86_400)
        named = calendar.instant(index, ideal, SECOND)
        satellite = _satellite(series, named, bits)
        instrument, code, bands, lines = _MODES[satellite][(bits >> 12) % len(_MODES[satellite])]
        shift = bits >> 16 & 3
        count = 2 + (bits >> 20) % 20
        grid = f"{int(centre.lon % 360 * 2):03d}-{200 + int(90 - centre.lat):03d}"
        clock = seconds(named).replace("T", "-").replace(":", "-")
        recording, station = ("MX", "DT", "E1")[(bits >> 26) % 3], _STATIONS[(bits >> 28) % len(_STATIONS)]
        twin = 1 + (bits >> 11 & 1)
        item_id = f"S{satellite}_{grid}-{shift}_{clock}_{instrument}-{twin}_{code}_{recording}_{station}"
        # A second, or up to nine where the scene is shifted along its segment.
        offset = (-(bits >> 33 & 1), 3, -9, 9)[shift]
        ring = outline(centre, 60.0, 60.0, draw(seed, lane, index, 2))
        return Scene(
            series, index, named + offset * SECOND, item_id, 1 + (bits >> 40) % count, count, shift, satellite, instrument, twin, code,
            bands, lines, recording, station, grid, clock, centre, ring, bits,
        )  # fmt: skip


def _satellite(series: Series, instant: int, bits: int) -> int:
    if len(series.satellites) == 1:
        return series.satellites[0]
    if instant < at(1990, 2, 1):
        return 1
    return 3 if at(1993, 10, 1) < instant < at(1996, 11, 1) and bits >> 50 & 1 else 2
