"""What was seen: Airbus acquisitions and Sentinel products, each a pure function of (seed, lane, index)."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from .chance import Spread, draw
from .clocks import DAY, SECOND, at, compact, token
from .feeds import Calendar
from .places import Place, Ring, cell, outline, place, tile

TENTH = SECOND // 10
LEAP = 37 * SECOND


class Lane(IntEnum):
    """One ordered series of records at one archive."""

    S1 = 0
    S2 = 1
    S3 = 2
    PHR = 3
    SPOT = 4
    PNEO = 5
    PHR_SENSOR = 6
    SPOT_SENSOR = 7
    HELD_SPOT = 8
    HELD_PHR = 9

    @property
    def constellation(self) -> str:
        return self.name.split("_")[0]

    @property
    def dataset(self) -> str:
        return {Lane.S1: "PEPS_S1_L1", Lane.S2: "PEPS_S2_L1C", Lane.S3: "PEPS_S3_L1"}[self]


SENTINEL = (Lane.S1, Lane.S2, Lane.S3)
AIRBUS = (Lane.PHR, Lane.SPOT, Lane.PNEO, Lane.PHR_SENSOR, Lane.SPOT_SENSOR)
ALBUM = AIRBUS[:3]
SENSOR_OF = {Lane.PHR: Lane.PHR_SENSOR, Lane.SPOT: Lane.SPOT_SENSOR}
HELD_OF = {Lane.PHR: Lane.HELD_PHR, Lane.SPOT: Lane.HELD_SPOT}
FIRST = {
    Lane.S1: at(2014, 10, 10),
    Lane.S2: at(2015, 8, 1),
    Lane.S3: at(2016, 6, 1),
    Lane.PHR: at(2014, 1, 5),
    Lane.SPOT: at(2014, 1, 5),
    Lane.PNEO: at(2021, 6, 1),
}
LAST = at(2025, 12, 20)


class Acquisition(NamedTuple):
    """One strip of an Airbus satellite; `instant` (ns) is the token of its identifier, `ring` is not cut at 180 degrees."""

    lane: Lane
    number: int
    instant: int
    platform: str
    station: str
    strip: str
    counter: int
    centre: Place
    ring: Ring
    bits: int

    @property
    def archive_id(self) -> str:
        """The DS_ identifier."""
        return self.named(self.instant, self.counter)

    @property
    def identifier(self) -> str:
        """What Airbus calls acquisitionIdentifier: ACQ_ for PNEO (neither time nor place inside), DS_ for the others."""
        if self.lane is Lane.PNEO:
            return f"ACQ_{self.platform}_{800_000_000_000 + self.number * 90_000_017 + self.bits % 90_000_000:014d}"
        return self.archive_id

    @property
    def product_id(self) -> str:
        """The identifier inside a Pléiades product: 37.0 s earlier, its counter 4 less (report 5.2)."""
        return self.named(self.instant - LEAP, self.counter - 4)

    def named(self, instant: int, counter: int) -> str:
        width = 6 if self.lane is Lane.PNEO else 5
        return f"DS_{self.platform}_{token(instant)}_{self.strip}_{counter:0{width}d}"


class Product(NamedTuple):
    """One Sentinel product; instants in ns, `ring` is not cut at 180 degrees."""

    lane: Lane
    number: int
    start: int
    stop: int
    name: str
    platform: str
    absolute_orbit: int
    relative_orbit: int
    ascending: bool
    tile: str
    centre: Place
    ring: Ring
    bits: int


def _noon(hour: float, lon: float, spread: int, bits: int) -> float:
    """Seconds into the UTC day of a local solar hour, give or take half of `spread` seconds."""
    return (hour * 3600 - lon * 240 + (bits & 0xFFF) * spread / 0x1000 - spread / 2) % 86_400


class Constellation:
    """The acquisitions of one Airbus constellation; `held` says which of them were purchased."""

    def __init__(self, seed: int, lane: Lane, size: int, held: Spread | None) -> None:
        self.seed, self.lane, self.size = seed, lane, size
        self.held = held or Spread(max(size, 1), 0)
        self.calendar = Calendar.between(max(size, 1), FIRST[lane], LAST)

    def _second(self, index: int) -> bool:
        """Whether this is the second image of a stereo pass: 36.9 s after the one before, over the same ground."""
        if self.lane is not Lane.PHR or index % 50 != 7:
            return False
        return self.calendar.day(index) == self.calendar.day(index - 1)

    def _centre(self, leader: int) -> Place:
        bought = self.held.has(leader) or (leader + 1 < self.size and self._second(leader + 1) and self.held.has(leader + 1))
        # The direct receiving station's SPOT archive covers the mainland only; Pléiades were bought for all French land.
        among = 100 if not bought else 60 if self.lane is Lane.SPOT else 80
        return place(draw(self.seed, self.lane, leader), among)

    def instant(self, index: int) -> int:
        """When, in ns, on a tenth of a second."""
        second = self._second(index)
        leader = index - 1 if second else index
        return self._instant(leader, self._centre(leader)) + (369 * TENTH if second else 0)

    def _instant(self, leader: int, centre: Place) -> int:
        ideal = _noon(10.5, centre.lon, 2400, draw(self.seed, self.lane, leader, 1))
        return self.calendar.instant(leader, int(ideal * 10), TENTH)

    def scene(self, index: int) -> Acquisition:
        second = self._second(index)
        leader = index - 1 if second else index
        centre = self._centre(leader)
        instant = self._instant(leader, centre) + (369 * TENTH if second else 0)
        bits, shared = draw(self.seed, self.lane, index, 1), draw(self.seed, self.lane, leader, 2)
        width, length = {Lane.PHR: (20.0, 24.0), Lane.SPOT: (60.0, 66.0)}.get(self.lane, (14.0, 16.0))
        ring = outline(centre, width, length * (1 + (shared >> 20 & 0xFF) / 256), shared)
        square = cell(centre.lon, centre.lat)
        # An even counter for a pass's first image and an odd one for its second: no two identifiers can be the same.
        counter = 1000 + (bits >> 12 & 0xFFF) // 2 * 2 + second
        station = ("FR1", "FR1", "SV1", "SE1")[bits >> 24 & 3]
        if self.lane is Lane.PHR:
            strip = f"{station}_{'PX' if bits >> 26 & 7 else 'P'}_{square}_{int(centre.lon % 1 * 14):02d}{int(centre.lat % 1 * 26):02d}"
        elif self.lane is Lane.SPOT:
            strip = f"FR1_FR1_{station}_{station}_{square}"
        else:
            strip = f"{station}_{station}_{station}_{square}"
        return Acquisition(self.lane, index, instant, self._platform(instant, shared), station, strip, counter, centre, ring, bits)

    def _platform(self, instant: int, bits: int) -> str:
        odd = bits >> 40 & 1
        if self.lane is Lane.PHR:
            return "PHR1B" if odd else "PHR1A"
        if self.lane is Lane.SPOT:
            return "SPOT7" if odd and at(2014, 7, 2) < instant < at(2023, 3, 17) else "SPOT6"
        return "PNEO4" if odd and instant > at(2021, 9, 1) else "PNEO3"


class Mission:
    """The products of one Sentinel mission."""

    def __init__(self, seed: int, lane: Lane, size: int) -> None:
        self.seed, self.lane, self.size = seed, lane, size
        self.calendar = Calendar.between(max(size, 1), FIRST[lane], LAST)

    def instant(self, index: int) -> int:
        return self._start(index, place(draw(self.seed, self.lane, index)), draw(self.seed, self.lane, index, 1))

    def _start(self, index: int, centre: Place, bits: int) -> int:
        hour = (18.0 if bits >> 13 & 1 else 6.0) if self.lane is Lane.S1 else 10.5
        ideal = int(_noon(hour, centre.lon, 1800, bits))
        # Milliseconds from the index alone: two products never share a second, so their names differ.
        return self.calendar.instant(index, ideal, SECOND) + (bits >> 32) % 1000 * 1_000_000

    def scene(self, index: int) -> Product:
        bits = draw(self.seed, self.lane, index, 1)
        centre = place(draw(self.seed, self.lane, index))
        start = self._start(index, centre, bits)
        width, height = {Lane.S1: (250.0, 170.0), Lane.S2: (110.0, 110.0)}.get(self.lane, (420.0, 600.0))
        ring = outline(centre, width, height, draw(self.seed, self.lane, index, 2))
        ascending = self.lane is Lane.S1 and bool(bits >> 13 & 1)
        orbit, relative = (start - FIRST[self.lane]) // (DAY // 14), 1 + (bits >> 14 & 0xFFF) % (175 if self.lane is Lane.S1 else 143)
        platform = self._platform(start, bits >> 28 & 3)
        square = tile(centre.lon, centre.lat)
        stop, name = self._name(platform, start, orbit, relative, square, bits)
        return Product(self.lane, index, start, stop, name, platform, orbit, relative, ascending, square, centre, ring, bits)

    def _platform(self, start: int, pick: int) -> str:
        first, second, third = {Lane.S1: (2016, 2022, 2025), Lane.S2: (2017, 2030, 2025), Lane.S3: (2018, 2030, 2030)}[self.lane]
        letter = "A"
        if pick == 1 and at(first, 10, 1) < start < at(second, 1, 1):
            letter = "B"
        elif pick == 2 and start > at(third, 4, 1):
            letter = "C"
        return f"{self.lane.name}{letter}"

    def _name(self, platform: str, start: int, orbit: int, relative: int, square: str, bits: int) -> tuple[int, str]:
        begun = compact(start)
        if self.lane is Lane.S1:
            stop = start + 25 * SECOND + (bits >> 40 & 0xFFF) * 1_000_000
            name = f"{platform}_IW_GRDH_1SDV_{begun}_{compact(stop)}_{orbit:06d}_{bits >> 44 & 0xFFFFF:06X}_{bits & 0xFFFF:04X}"
            return stop, name
        if self.lane is Lane.S2:
            made = compact(start + 30_000 * SECOND)
            return start, f"{platform}_MSIL1C_{begun}_N0511_R{relative:03d}_T{square}_{made}"
        stop = start + 3029 * SECOND
        made = compact(start + 26 * DAY)
        return stop, f"{platform}_SR_1_SRA____{begun}_{compact(stop)}_{made}_3029_{bits >> 40 & 127:03d}_{relative:03d}______LN3_O_NT_004"
