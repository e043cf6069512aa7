"""Acquisitions of the radar satellites, each a pure function of (seed, index), as Airbus shows them (report section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from .chance import Spread, draw
from .clocks import DAY, SECOND, at, milli, moment
from .feeds import Entry, Feed, Published, Reduced, Revised
from .places import Place, Ring, cut, outline, place
from .world import LATEST, Truth, World

# Apart from the world's own lanes, of which this is none.
LANE = 40
_FIRST, _LAST = at(2012, 1, 1), at(2025, 12, 28)
_SATELLITES = (("TSX-1", "TSX", at(2007, 6, 15)), ("TDX-1", "TSX", at(2010, 6, 21)), ("PAZ-1", "PAZ", at(2018, 2, 22)))
# Mode of the identifier, polarisation kind, sensorMode, beam, width and height in km.
_MODES = (
    ("ST", "S", "SAR_ST_S", "spot", 6.0, 4.0),
    ("HS300", "S", "SAR_HS_S_300", "spot", 10.0, 5.0),
    ("SL", "D", "SAR_SL_D", "spot", 10.0, 10.0),
    ("SM", "S", "SAR_SM_S", "stripFar", 30.0, 50.0),
    ("SC", "S", "SAR_SC_S", "scan", 100.0, 150.0),
)
_QUALITIES = ("AUTO_APPROVED", "OPERATOR_APPROVED", "LIMITED_APPROVAL", "QA_ATTENTION")
_QUICKLOOKS = "https://content.sar.api.oneatlas.airbus.com/quicklooks/radar/4326"


class Datatake(NamedTuple):
    """One radar acquisition, a pure function of (seed, index); instants in ns, `ring` not cut at 180 degrees."""

    number: int
    start: int
    stop: int
    satellite: str
    mission: str
    mode: tuple[str, str, str, str, float, float]
    beam: str
    left: bool
    orbit: int
    ring: Ring
    bits: int

    @property
    def identifier(self) -> str:
        mode, kind = self.mode[:2]
        side, length = "L" if self.left else "R", (self.stop - self.start) // 1_000_000
        return f"{self.satellite}_{mode}_{kind}_{self.beam}{side}_{self.orbit}_A{12_000_000 + self.number}_{length}"


def size_of(world: World) -> int:
    """A twentieth of the world beside everything else, five at least; an empty world has none."""
    return max(world.size * 5 // 100, 5) if world.size else 0


def datatake(seed: int, index: int, size: int) -> Datatake:
    bits = draw(seed, LANE, index, 1)
    start = (_FIRST + (_LAST - _FIRST) * index // max(size, 1) + (bits >> 8) % (3600 * SECOND)) // 1_000_000 * 1_000_000
    satellite, mission, launched = next(one for one in (_SATELLITES[bits % 3], *_SATELLITES) if one[2] < start)
    mode = _MODES[(bits >> 4) % len(_MODES)]
    centre: Place = place(draw(seed, LANE, index))
    stop = start + (400 + (bits >> 20) % 9000) * 1_000_000
    beam, orbit = f"{mode[3]}_{(bits >> 34) % 100:03d}", (start - launched) // (DAY // 15)
    ring = outline(centre, mode[4], mode[5], draw(seed, LANE, index, 2))
    return Datatake(index, start, stop, satellite, mission, mode, beam, not bits >> 44 & 31, orbit, ring, bits)


def feature(world: World, entry: Entry, session: str | None = None) -> dict[str, Any]:
    """One acquisition as the feed gives it; a search (`session`) adds what belongs to that search alone."""
    take, bits = datatake(world.seed, entry.number, size_of(world)), draw(world.seed, LANE, entry.number, 3)
    low = 20 + (bits & 0xFFF) / 150
    quicklook = f"{_QUICKLOOKS}/{take.identifier}.tif"
    properties: dict[str, Any] = {
        "absoluteOrbit": take.orbit,
        "acquisitionId": take.identifier,
        "antennaMode": "DRA" if bits >> 12 & 7 == 0 else "SRA",
        "beamId": take.beam,
        "catalogueTime": milli(entry.updated),
        "incidenceAngle": {"minimum": round(low, 2), "maximum": round(low + 1.2, 2)},
        "lookDirection": "L" if take.left else "R",
        "mission": take.mission,
        "outOfFullPerformance": bits >> 16 & 15 == 0,
        "pathDirection": "ascending" if bits >> 20 & 1 else "descending",
        "polarizationChannels": ("HHVV", "VVVH")[bits >> 21 & 1] if take.mode[1] == "D" else ("HH", "VV")[bits >> 21 & 1],
        "relativeOrbit": 1 + take.orbit % 167,
        "satellite": take.satellite,
        "sensorMode": take.mode[2],
        "startTime": milli(take.start),
        "stopTime": milli(take.stop),
        "quicklookUrl": quicklook,
    }
    if bits >> 24 & 7:
        # Not on every record, whatever the description says (report section 2).
        properties["quality"] = _QUALITIES[((bits >> 28) + entry.generation) % 4]
    if session is not None:
        properties |= {"itemId": session, "status": "availableInArchive", "lastUpdateTime": milli(LATEST), "expiry": milli(LATEST + DAY)}
    rings = cut(take.ring)
    geometry = (
        {"type": "Polygon", "coordinates": rings}
        if len(rings) == 1
        else {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    )
    browse = {"href": quicklook, "roles": ["overview"], "type": "image/tiff; application=geotiff; profile=cloud-optimized"}
    return {"type": "Feature", "geometry": geometry, "properties": properties, "assets": {"browse": browse}}


@lru_cache(maxsize=8)
def feed_of(world: World) -> Feed:
    """The acquisitions in order of their time of cataloguing, after the world's changes: those deleted at Airbus are revoked here."""
    feed: Feed = Published(size_of(world), at(2018, 1, 1), LATEST, world.seed, LANE)
    for number, change in enumerate(world.changes):
        chosen = Spread.of(max(feed.size, 1), round(feed.size * change.share), world.seed + LANE * 100 + number)
        feed = (Revised if change.kind == "revise" else Reduced)(feed, chosen, change.at + LANE)
    return feed


def truth(world: World) -> Iterator[Truth]:
    """Every Item expected of the radar catalogue."""
    feed = feed_of(world)
    for position in range(feed.size):
        take = datatake(world.seed, feed.at(position).number, size_of(world))
        yield Truth("airbus", take.identifier, moment(take.start), cut(take.ring), "orderable")
