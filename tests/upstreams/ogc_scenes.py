"""What the receiving stations of Brest (vigisat) and Cayenne (seas) hold: made-up scenes, each a function of (seed, lane, number)."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, overload

from .chance import Spread, draw
from .clocks import DAY, SECOND, at, compact, moment, seconds, token
from .feeds import Calendar, Entry, Feed, Published, Reduced, Revised
from .places import Place, Region, Ring, cell, outline
from .world import LATEST, World

_BREST = Region(100, "Bretagne", (-9.0, 45.0, 1.0, 51.0), "Europe", "EU", "France")
_GUYANE = Region(100, "Guyane", (-54.2, 2.4, -51.9, 5.4), "South America", "SA", "France")


class Kind(NamedTuple):
    """A mission at a station: percent of its scenes, platforms, instrument, size of a scene in km."""

    share: int
    mission: str
    platforms: tuple[str, ...]
    instrument: str
    width: float
    length: float
    radar: bool
    first: int


_VIGISAT = (
    Kind(40, "sentinel-1", ("S1A", "S1B"), "C-SAR", 250.0, 170.0, True, at(2016, 6, 1)),
    Kind(25, "radarsat-2", ("RADARSAT-2",), "SAR", 100.0, 100.0, True, at(2010, 1, 1)),
    Kind(15, "terrasar-x", ("TSX-1",), "SAR", 30.0, 50.0, True, at(2010, 1, 1)),
    Kind(10, "tandem-x", ("TDX-1",), "SAR", 30.0, 50.0, True, at(2011, 1, 1)),
    Kind(10, "paz", ("PAZ-1",), "SAR", 30.0, 50.0, True, at(2018, 6, 1)),
)
_SEAS = (
    Kind(30, "spot-1-5", ("SPOT 4", "SPOT 5"), "HRG", 60.0, 60.0, False, at(2006, 3, 1)),
    Kind(20, "spot", ("SPOT 6", "SPOT 7"), "NAOMI", 60.0, 60.0, False, at(2014, 8, 1)),
    Kind(15, "pleiades", ("PHR 1A", "PHR 1B"), "HiRI", 20.0, 20.0, False, at(2013, 1, 1)),
    Kind(25, "sentinel-2", ("Sentinel-2A", "Sentinel-2B"), "MSI", 110.0, 110.0, False, at(2017, 6, 1)),
    Kind(10, "landsat", ("Landsat 8",), "OLI", 180.0, 180.0, False, at(2013, 6, 1)),
)
_LAST = at(2025, 12, 1)


class Shot(NamedTuple):
    """One scene. `start` and `stop` in ns; `name` of the product; `ring` in lon/lat."""

    number: int
    kind: Kind
    platform: str
    name: str
    start: int
    stop: int
    ring: Ring
    bits: int


class Known(NamedTuple):
    """One record that a full harvest must end with."""

    id: str
    name: str
    mission: str
    datetime: datetime
    ring: Ring


@dataclass(frozen=True)
class Partner:
    """One station's records as the world has them now: 3 % of its size, five at least."""

    world: World
    name: str
    lane: int

    @cached_property
    def size(self) -> int:
        """Records before any change."""
        return max(self.world.size * 3 // 100, 5)

    @cached_property
    def _kinds(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in (_VIGISAT if self.name == "vigisat" else _SEAS) for _ in range(kind.share))

    @cached_property
    def feed(self) -> Feed:
        """By time of change."""
        return self._feeds[-1]

    @cached_property
    def _feeds(self) -> list[Feed]:
        feeds: list[Feed] = [Published(self.size, at(2016, 1, 1), LATEST, self.world.seed, self.lane)]
        for number, change in enumerate(self.world.changes):
            feed = feeds[-1]
            chosen = Spread.of(max(feed.size, 1), round(feed.size * change.share), self.world.seed + self.lane * 100 + number)
            kind = Revised if change.kind == "revise" else Reduced
            feeds.append(kind(feed, chosen, change.at + self.lane))
        return feeds

    @cached_property
    def deleted(self) -> list[tuple[int, int]]:
        """(number of the scene, when it was deleted), in the order of deletion."""
        reduced = [feed for feed in self._feeds if isinstance(feed, Reduced)]
        return [(feed.gone(j), feed.since) for feed in reduced for j in range(feed.chosen.some)]

    @cached_property
    def _gaps(self) -> list[int]:
        """For the j-th deleted scene by number: how many that are left come before it."""
        return [number - j for j, number in enumerate(sorted(number for number, _ in self.deleted))]

    @property
    def total(self) -> int:
        return self.feed.size

    def ranked(self, rank: int) -> int:
        """The number of the scene that is `rank`-th (from 0) by its identifier."""
        return rank + bisect_right(self._gaps, rank)

    def entry(self, number: int) -> Entry | None:
        """The scene's place in the feed; None when it was deleted or never was."""
        position = self.feed.find(number) if 0 <= number < self.size else None
        return None if position is None else self.feed.at(position)

    def identifier(self, number: int) -> str:
        return f"{self.name}-{number:08d}"

    def number(self, identifier: str) -> int | None:
        """The scene behind an identifier, deleted or not."""
        digits = identifier.removeprefix(f"{self.name}-")
        known = len(digits) == 8 and digits.isascii() and digits.isdigit() and identifier != digits
        return int(digits) if known and int(digits) < self.size else None

    def stamp(self, entry: Entry) -> str:
        """The dateStamp: of every third record a day alone, as real catalogues have both."""
        return seconds(entry.updated)[:10] if self._is_daily(entry.number) else f"{seconds(entry.updated)}Z"

    def stamped(self, entry: Entry) -> int:
        """The instant (ns) that the dateStamp tells."""
        return entry.updated // DAY * DAY if self._is_daily(entry.number) else entry.updated // SECOND * SECOND

    def _is_daily(self, number: int) -> bool:
        return draw(self.world.seed, self.lane, number, 5) % 3 == 0

    def shot(self, number: int) -> Shot:
        seed, lane = self.world.seed, self.lane
        bits, where = draw(seed, lane, number, 1), draw(seed, lane, number)
        kind = self._kinds[draw(seed, lane, number, 2) % 100]
        region = _BREST if self.name == "vigisat" else _GUYANE
        west, south, east, north = region.box
        centre = Place(
            region, west + (east - west) * (where & 0xFFFFF) / 0x100000, south + (north - south) * (where >> 20 & 0xFFFFF) / 0x100000
        )
        hour = (6, 18)[bits >> 3 & 1] if kind.radar else 13
        start = Calendar.between(self.size, kind.first, _LAST).instant(number, hour * 3600 + bits % 1800, SECOND)
        stop = start + (8 + bits % 20) * SECOND
        platform = kind.platforms[bits >> 5 & 1 if len(kind.platforms) > 1 else 0]
        name = _name(kind, platform, start, stop, number, bits, centre)
        return Shot(number, kind, platform, name, start, stop, outline(centre, kind.width, kind.length, bits >> 8), bits)

    def selected(self, low: int | None, high: int | None, test: Callable[[Entry], bool] | None = None) -> Sequence[int]:
        """Numbers in order of scenes whose time of change lies about [low, high] (ns) and passes the test; all when neither is given."""
        if low is None and high is None and test is None:
            return _All(self)
        return _selected(self, low, high, test)

    def truth(self) -> Iterator[Known]:
        """Every record, lazily, by identifier."""
        for rank in range(self.total):
            number = self.ranked(rank)
            shot = self.shot(number)
            yield Known(self.identifier(number), shot.name, shot.kind.mission, moment(shot.start), shot.ring)

    def totals(self) -> Counter[str]:
        """Records per mission."""
        return Counter(known.mission for known in self.truth())


class _All(Sequence[int]):
    """Every scene's number, in order, without a list of them."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner

    def __len__(self) -> int:
        return self._partner.total

    @overload
    def __getitem__(self, rank: int) -> int: ...
    @overload
    def __getitem__(self, rank: slice) -> list[int]: ...
    def __getitem__(self, rank: int | slice) -> int | list[int]:
        if isinstance(rank, slice):
            return [self._partner.ranked(one) for one in range(*rank.indices(len(self)))]
        if not 0 <= rank < len(self):
            raise IndexError(rank)
        return self._partner.ranked(rank)


@lru_cache(maxsize=64)
def _selected(partner: Partner, low: int | None, high: int | None, test: Callable[[Entry], bool] | None) -> Sequence[int]:
    feed = partner.feed
    # A day alone stands for its start.
    first = 0 if low is None else feed.before(low - DAY)
    last = feed.size if high is None else feed.before(high + 2 * DAY)
    entries = (feed.at(position) for position in range(first, last))
    return array("q", sorted(entry.number for entry in entries if test is None or test(entry)))


@lru_cache(maxsize=8)
def partner(world: World, name: str) -> Partner:
    """One station of a world, kept: what is reckoned once serves every request."""
    return Partner(world, name, {"vigisat": 20, "seas": 21}[name])


def _name(kind: Kind, platform: str, start: int, stop: int, number: int, bits: int, centre: Place) -> str:
    """The product's name, as its mission makes them."""
    day, square = compact(start), cell(centre.lon, centre.lat)
    if kind.mission == "sentinel-1":
        return f"{platform}_IW_GRDH_1SDV_{day}_{compact(stop)}_{10_000 + number % 50_000:06d}_{bits & 0xFFFFFF:06X}_{number & 0xFFFF:04X}"
    if kind.mission == "radarsat-2":
        key = 100_000 + number
        return f"RS2_OK{key}_PK{key + 7}_DK{key + 9}_SCNA_{day.replace('T', '_')}_VV_VH_SGF"
    if kind.mission in ("terrasar-x", "tandem-x", "paz"):
        return f"{ {'terrasar-x': 'TSX1', 'tandem-x': 'TDX1', 'paz': 'PAZ1'}[kind.mission] }_SAR__MGD_SE___SM_S_SRA_{day}_{compact(stop)}"
    if kind.mission == "spot-1-5":
        return f"SPOT{platform[-1]}_HRG1_{token(start)}_{square}_{number:06d}"
    if kind.mission in ("spot", "pleiades"):
        return f"DS_{platform.replace(' ', '')}_{token(start)}_GU1_PX_{square}_{bits % 10_000:04d}_{number % 100_000:05d}"
    if kind.mission == "sentinel-2":
        return f"S2{platform[-1]}_MSIL1C_{day}_N0208_R067_T22N{'BCDE'[bits & 3]}L_{day[:9]}{(bits >> 9) % 1_000_000:06d}"
    return f"LC08_L1TP_{228 + (bits & 1)}{57 + (bits >> 1 & 1):03d}_{day[:8]}_{day[:8]}_{number:06d}_T1"
