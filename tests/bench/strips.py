"""A stand-in world of strips: what a satellite takes in a pass, how a catalogue and an archive name it, and which are one.

Nothing of the matcher is asked: the world knows by construction of which strip a product is.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shapely.geometry import Polygon

from mappings.record import Item
from mappings.times import format_time
from tests.support.items import make_item

_FIRST = datetime(2012, 3, 1, tzinfo=UTC)
_SLOT = timedelta(minutes=20)
_SLOTS = 11 * 365 * 72
_PLATFORMS = ("PHR1A", "PHR1B", "SPOT6", "SPOT7")
_STATIONS = ("FR1", "SV1", "SE1")
# TAI - UTC from a date on, newest first. Pairs were seen since 2017; that the older offsets hold before is assumed.
_OFFSETS = (("2017-01-01", 37), ("2015-07-01", 36), ("2012-07-01", 35), ("2009-01-01", 34))


@dataclass(frozen=True)
class Strip:
    """One acquisition: its instant as products tell it, and what its identifiers and its footprint are made of. `later` is what the
    catalogue's counter is larger by."""

    platform: str
    instant: datetime
    station: str
    cell: str
    counter: int
    along: float
    ring: tuple[tuple[float, float], ...]
    later: int = 4

    @property
    def is_pleiades(self) -> bool:
        return self.platform.startswith("PHR")

    @property
    def product_id(self) -> str:
        """The SOURCE_ID."""
        return self._named(self.instant, self.counter)

    @property
    def entry_id(self) -> str:
        """The acquisitionIdentifier: of Pléiades, later by TAI - UTC, with a counter of its own."""
        if not self.is_pleiades:
            return self.product_id
        offset = next(seconds for start, seconds in _OFFSETS if f"{self.instant:%Y-%m-%d}" >= start)
        return self._named(self.instant + timedelta(seconds=offset), self.counter + self.later)

    def _named(self, when: datetime, counter: int) -> str:
        between = f"{self.station}_PX_{self.cell}" if self.is_pleiades else f"{self.station}_{self.station}_SV1_SV1_{self.cell[:7]}"
        return f"DS_{self.platform}_{token(when)}_{between}_{counter:05d}"


# Seven of the eight recorded pairs, and the other.
_LATER = (4, 4, 4, 4, 4, 4, 4, 7)


def token(when: datetime) -> str:
    return f"{when:%Y%m%d%H%M%S}{when.microsecond // 100_000}"


def strips(count: int, chance: random.Random) -> list[list[Strip]]:
    """About so many strips, by pass: alone, in a stereo or tri-stereo set over one ground, or seconds apart side by side."""
    slots = {platform: chance.sample(range(_SLOTS), min(count // 3, _SLOTS)) for platform in _PLATFORMS}
    found: list[list[Strip]] = []
    made = 0
    while made < count:
        platform = chance.choice(_PLATFORMS)
        one = _pass(platform, _FIRST + slots[platform].pop() * _SLOT, chance)
        found.append(one)
        made += len(one)
    return found


def _pass(platform: str, start: datetime, chance: random.Random) -> list[Strip]:
    kind = chance.choices(("alone", "stereo", "tri", "side"), (60, 12, 8, 20))[0]
    lon, lat = chance.uniform(-179, 178), chance.uniform(-60, 70)
    number = {"alone": 1, "stereo": 2, "tri": 3, "side": chance.randint(2, 4)}[kind]
    station, counter = chance.choice(_STATIONS), chance.randint(300, 9000)
    # Images of a set are 36.9 s apart as over Berlin, 37 s, or anything; side by side, a few seconds (San Francisco: 7.1 s).
    gap = chance.choice((36.9, 37.0, 37.1, chance.uniform(12, 50))) if kind != "side" else chance.uniform(4, 12)
    start += timedelta(seconds=chance.randrange(3000) / 10)
    size = (0.2, chance.uniform(0.15, 0.9)) if platform.startswith("PHR") else (0.7, chance.uniform(0.5, 1.8))
    square = f"{'EW'[lon < 0]}{abs(int(lon)):03d}{'NS'[lat < 0]}{abs(int(lat)):02d}"
    found = []
    for place in range(number):
        east = lon + (place * size[0] * 0.7 if kind == "side" else chance.uniform(-0.01, 0.01))
        cell = f"{square}_{chance.randint(1, 24):02d}{chance.randint(1, 24):02d}" if kind == "side" or not place else found[0].cell
        when = start + timedelta(seconds=round(place * gap, 1))
        along = (place - (number - 1) / 2) * 15 + chance.uniform(-2, 2) if kind != "side" else chance.uniform(-20, 20)
        near = counter + chance.choice((1, 17)) * place if kind != "side" else chance.randint(300, 9000)
        found.append(Strip(platform, when, station, cell, near, round(along, 3), _ring(east, lat, *size), chance.choice(_LATER)))
    return found


def _ring(lon: float, lat: float, width: float, height: float, lean: float = 0.15) -> tuple[tuple[float, float], ...]:
    """A parallelogram, leaning as strips of a descending pass do."""
    shift = height * lean
    return ((lon, lat), (lon + width, lat), (lon + width + shift, lat + height), (lon + shift, lat + height))


def entry(strip: Strip, *, delivered: bool) -> Item:
    """The Item of the catalogue; `delivered`: with the record of a product too."""
    item_id = strip.entry_id
    records = [{"id": "album", "processing_level": "ALBUM", "source_identifier": item_id}]
    if delivered:
        records.append({"id": "sensor", "processing_level": "SENSOR", "source_identifier": strip.product_id})
    own: dict[str, Any] = {f"airbus:{name}_identifier": item_id for name in ("source", "parent", "archive")}
    # Hours late, as of old records.
    own |= {"airbus:acquisition_date": format_time(strip.instant + timedelta(hours=2)), "airbus:incidence_along": strip.along}
    return make_item(
        item_id,
        "airbus-phr" if strip.is_pleiades else "airbus-spot",
        datetime=format_time(strip.instant),
        geometry=Polygon(strip.ring),
        availability="orderable",
        source="airbus",
        platform=strip.platform.lower(),
        **own,
        **{"airbus:records": records},
    )


UNNAMED = 14
"""Of a thousand Pléiades products, those that name no strip. An assumption: every delivery tells its SOURCE_ID."""

_SPOT = {"station": 400, "delivery": 300, "file": 200, "sen": 100}
_TWINS = {"PHR1A": "PHR1B", "PHR1B": "PHR1A", "SPOT6": "SPOT7", "SPOT7": "SPOT6"}


def _pleiades(unnamed: int) -> dict[str, int]:
    """Per thousand. What names no strip has a file's name only, or not even that."""
    file = unnamed * 5 // 7
    return {"delivery": 850 - unnamed, "folder": 100, "entry": 50, "file": file, "time": unnamed - file}


def near_miss(strip: Strip, chance: random.Random) -> Strip:
    """A strip that the catalogue has not, as like this one as can be: of the other satellite at the same tenth of a second, of the same
    instant elsewhere, or of the same ground and cell weeks later."""
    kind = chance.choice(("twin", "elsewhere", "later"))
    if kind == "twin":
        return replace(strip, platform=_TWINS[strip.platform])
    if kind == "later":
        return replace(strip, instant=strip.instant + timedelta(days=26 * chance.randint(1, 9)))
    away = 5 if strip.ring[0][0] < 0 else -5
    cell = f"{strip.cell[0]}{abs(int(strip.ring[0][0] + away)):03d}{strip.cell[4:]}"
    return replace(strip, cell=cell, ring=tuple((lon + away, lat) for lon, lat in strip.ring))


def products(strip: Strip, number: int, unnamed: int, chance: random.Random) -> Iterator[tuple[str, Item]]:
    """So many held products of the strip, each with the way in which it names its strip."""
    for serial in range(number):
        ways = _pleiades(unnamed) if strip.is_pleiades else _SPOT
        way = chance.choices(list(ways), list(ways.values()))[0]
        yield way, _product(strip, way, f"{chance.randrange(10**10):010d}-{serial}", chance)


def _product(strip: Strip, way: str, job: str, chance: random.Random) -> Item:
    told = token(strip.instant)
    level = chance.choice(("SEN", "ORT"))
    item_id = f"{strip.platform}_{chance.choice(('MS', 'P', 'PMS'))}_{told}_{level}_{job}"
    own: dict[str, Any] = {"platform": strip.platform.lower(), "processing:level": {"SEN": "SENSOR", "ORT": "ORTHO"}[level]}
    if way == "delivery":
        own |= {"dinamis:acquisition_id": strip.product_id, "dinamis:incidence_along": strip.along + chance.uniform(-0.3, 0.3)}
    elif way == "entry":
        own |= {"dinamis:acquisition_id": strip.entry_id}
    elif way == "station":
        item_id = f"{strip.platform}_MS_{told}_{strip.platform}_P_{told}_{job[:8]}"
    elif way == "sen":
        after = strip.instant + timedelta(seconds=0.2)
        item_id = f"SEN_{strip.platform}_{after:%Y%m%d_%H%M%S}{after.microsecond // 1000:03d}_{chance.randrange(1000):03d}"
    elif way in ("folder", "time"):
        item_id = f"PRODUIT-{job}"
    item = make_item(
        item_id,
        "dinamis-pleiades" if strip.is_pleiades else "dinamis-spot67",
        # One in fifty has a wrong date, though its identifiers are right.
        datetime=format_time(strip.instant + (timedelta(hours=chance.randint(1, 99)) if chance.random() < 0.02 else timedelta())),
        geometry=_extent(strip, chance),
        availability="held",
        licence="dsp-pleiades" if strip.is_pleiades else "dinamis-spot67",
        source="dinamis",
        **own,
    )
    if way == "folder":
        item["assets"] = {"data": {"href": f"https://archive.example/SO24012539-2-01_{strip.product_id}{job[:6]}/image.tif"}}
    return item


def _extent(strip: Strip, chance: random.Random) -> Polygon:
    """All of it, a little more as of an ortho-image, or an ordered part."""
    (west, south), (east, _), (_, north), _ = strip.ring
    if chance.random() < 0.2:
        width, height = (east - west) * chance.uniform(0.3, 0.9), (north - south) * chance.uniform(0.1, 0.9)
        return Polygon(_ring(west + (north - south) * 0.01, south + 0.001, width, height))
    grown = chance.uniform(0, 0.004)
    return Polygon(_ring(west - grown, south - grown, east - west + 2 * grown, north - south + 2 * grown))
