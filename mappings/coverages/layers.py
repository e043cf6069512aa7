"""Layers of the Géoplateforme that show yearly coverages: their names, and one record for each coverage (Airbus report §3.3)."""

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import orjson

from mappings.record import Answer, Broken, Record

SOURCE = "coverages"
KIND = "mosaic"
PREFIX = "ORTHOIMAGERY.ORTHO-SAT."
_NAME = re.compile(
    r"ORTHOIMAGERY\.ORTHO-SAT\.(?P<mission>SPOT|PLEIADES)(?:\.(?P<place>[A-Z][A-Z-]{1,40}))?\.(?P<year>20\d\d)(?:-(?P<month>0[1-9]|1[0-2]))?"
    r"(?:\.(?P<form>IRC|GRAPHE-MOSAIQUAGE))?",
    re.ASCII,
)
# Neither SPOT nor Pléiades: yearly mosaics of another vendor, which no Collection of ours is of.
_OTHER_MISSIONS = re.compile(r"ORTHOIMAGERY\.ORTHO-SAT\.RAPIDEYE\.[\w.-]*", re.ASCII)
_MOSAIC = "MOSAIC"


@dataclass(frozen=True)
class Services:
    """Where the tiles are served, as map links say it, and the page where members ask for the images themselves; "" is none."""

    wmts: str = "https://data.geopf.fr/wmts"
    wms: str = "https://data.geopf.fr/wms-r"
    portal: str = "https://dinamis.data-terra.org/"


@dataclass(frozen=True)
class Layer:
    """One layer as a service lists it."""

    name: str
    format: str
    style: str
    tile_matrix_set: str


@dataclass(frozen=True)
class Coverage:
    """What a layer's name tells: `place` is "" for the usual one of its mission, `month` None for a whole year."""

    mission: str
    place: str
    year: int
    month: int | None
    form: str = _MOSAIC

    @property
    def name(self) -> str:
        """As the layer of the mosaic itself is called, less the prefix."""
        time = f"{self.year}-{self.month:02d}" if self.month else f"{self.year}"
        return ".".join(filter(None, (self.mission, self.place, time)))

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Its year or month, which is all that is known of when the images were taken."""
        first, last = self.month or 1, self.month or 12
        end = calendar.monthrange(self.year, last)[1]
        return datetime(self.year, first, 1, tzinfo=UTC), datetime(self.year, last, end, 23, 59, 59, tzinfo=UTC)


def parse_name(layer: str) -> Coverage | None:
    """The coverage that a layer is of; None for any other layer."""
    found = _NAME.fullmatch(layer)
    if found is None:
        return None
    month = int(found["month"]) if found["month"] else None
    return Coverage(found["mission"], found["place"] or "", int(found["year"]), month, found["form"] or _MOSAIC)


@dataclass(frozen=True)
class Listing:
    """The records of a service's layers; `left_out` counts yearly mosaics that are neither SPOT nor Pléiades; `whole` unless a layer
    could not be read, which may then be one that is known."""

    answer: Answer
    left_out: int = 0
    whole: bool = True


def listing(layers: Iterable[Layer], services: Services, broken: Sequence[Broken] = ()) -> Listing:
    """One record per coverage. The infrared picture of a mosaic and its seam lines are further views of the same coverage and go
    into its record; alone they are Broken, as is a layer whose name is not understood."""
    groups: dict[str, list[tuple[Coverage, Layer]]] = {}
    refused, left_out = list(broken), 0
    for layer in layers:
        coverage = parse_name(layer.name)
        if coverage is not None:
            groups.setdefault(coverage.name, []).append((coverage, layer))
        elif _OTHER_MISSIONS.fullmatch(layer.name):
            left_out += 1
        else:
            refused.append(unreadable(layer.name, "a layer of yearly coverages whose name is not understood"))
    records = []
    for name, members in groups.items():
        if any(coverage.form == _MOSAIC for coverage, _ in members):
            records.append(_record(name, members, services))
        else:
            refused += [unreadable(layer.name, "a view of a coverage that is not listed itself") for _, layer in members]
    return Listing(Answer(tuple(records), tuple(refused)), left_out, whole=not broken)


def unreadable(name: str, reason: str) -> Broken:
    """A layer that cannot become a record."""
    raw = orjson.dumps({"kind": KIND, "layer": name[:200]})
    return Broken(name[:200] or f"broken-{blake2b(raw, digest_size=8).hexdigest()}", reason, "layer", raw)


def _record(name: str, members: Sequence[tuple[Coverage, Layer]], services: Services) -> Record:
    """Of what services say only what links need: titles and extents differ from one list to the next."""
    # A layer that is listed twice is one layer.
    views = {coverage.form: layer for coverage, layer in reversed(members)}
    content = {
        "kind": KIND,
        "coverage": name,
        "layers": {
            form: {"name": layer.name, "format": layer.format, "style": layer.style, "tile_matrix_set": layer.tile_matrix_set}
            for form, layer in sorted(views.items())
        },
        "services": {"wmts": services.wmts, "wms": services.wms, "portal": services.portal},
    }
    return Record(SOURCE, PREFIX + name, None, orjson.dumps(content), media_type="application/json", url=services.wmts)
