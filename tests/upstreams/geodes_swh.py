"""The collections of Spot World Heritage in GEODES: today's form and the one to come (CNES report §3.3, §3.5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from .chance import draw
from .clocks import DAY, MILLISECOND, Range, micro, milli, parse, seconds
from .feeds import Entry
from .geodes import Catalogue
from .geodes_queries import Query, edge, fits
from .geodes_records import EXTENSIONS, PORTAL, REFERENCES, file_asset
from .places import bounds, wrapped
from .swh_scenes import SERIES, Heritage, Scene, Series

_LAKE = "https://s3.datalake.cnes.fr/swh-l1a"


def _shared(scene: Scene, cloud: int) -> dict[str, Any]:
    return {"eo:cloud_cover": cloud, "product:type": "REFLECTANCETOA", "processing:level": "L1A"}


def today_properties(heritage: Heritage, scene: Scene, entry: Entry) -> dict[str, Any]:
    """The radar's mode stands for the sensor's, counts are texts, angles are signed, and `datetime` is the publication."""
    updated, start = entry.updated // MILLISECOND * MILLISECOND, seconds(scene.instant) + "Z"
    return {
        **_shared(scene, heritage.cloud(scene.series, entry.number, entry.generation)),
        "identifier": scene.name,
        "dataset": scene.series.dataset,
        "platform": f"SPOT{scene.satellite}",
        "instrument": f"{scene.instrument}-{scene.twin}",
        "sar:instrument_mode": scene.code,
        "start_datetime": start,
        "end_datetime": start,
        "datetime": micro(updated) if scene.bits >> 8 & 1 else milli(updated),
        "nb_bands": scene.bands,
        "nb_cols": str(scene.lines),
        "view:incidence_angle": scene.incidence,
        **({"sensor_angle": scene.incidence * 0.87} if scene.satellite == 5 else {}),
        "image_quality": "NORMAL" if scene.bits >> 44 & 7 else "ABNORMAL",
        "grid:code": "",
        "sci:doi": "[]",
        "proj:bbox": "",
        "latest": True,
        "area": 3600 + (scene.bits & 0xFFF) / 100,
        "references": REFERENCES,
    }


def coming_properties(heritage: Heritage, scene: Scene, entry: Entry) -> dict[str, Any]:
    made = seconds(scene.instant // DAY * DAY + 4000 * DAY) + "Z"
    return {
        **_shared(scene, heritage.cloud(scene.series, entry.number, entry.generation)),
        "datetime": seconds(scene.instant) + "Z",
        "created": made,
        "updated": milli(entry.updated // MILLISECOND * MILLISECOND),
        "platform": f"spot-{scene.satellite}",
        "constellation": "spot",
        "instruments": [scene.instrument.lower()],
        "processing:datetime": made,
        "grid:code": f"SPOTGRS-{scene.grid.replace('-', '_')}",
        "sat:acquisition_station": scene.station,
        "view:incidence_angle": abs(scene.incidence),
        "proj:shape": [scene.lines, scene.lines],
        "spot:sensor_code": scene.code,
        "spot:scene_extent": "full",
        "spot:shift_value": scene.shift,
        "spot:scene_rank": scene.rank,
        "spot:scene_count": scene.count,
        "spot:scene_id": scene.scene_id,
        "spot:coupled_mode": False,
    }


def today_feature(heritage: Heritage, scene: Scene, entry: Entry) -> dict[str, Any]:
    urn, bits = heritage.urn(scene.series, scene.number), scene.bits
    first, second = (f"{draw(heritage.world.seed, scene.series.lane, scene.number, salt):016x}{bits:016x}" for salt in (6, 7))
    look, archive = f"{scene.name}.jpg", f"{scene.name}.zip"
    place = f"{PORTAL}/stac/collections/{scene.series.dataset}"
    return {
        "stac_version": "1.0.0-beta.2",
        "stac_extensions": EXTENSIONS,
        "type": "Feature",
        "id": urn,
        "collection": scene.series.dataset,
        # Clockwise, as the archive has them.
        "geometry": {"type": "Polygon", "coordinates": [wrapped(scene.ring)[::-1]]},
        "bbox": list(bounds(wrapped(scene.ring))),
        "properties": today_properties(heritage, scene, entry),
        "links": [{"href": f"{place}/items/{urn}", "rel": "self", "type": "application/geo+json", "title": urn}],
        "assets": {
            look: {**file_asset(urn, look, "QUICKLOOK_SD", 200_000 + (bits & 0xFFFF), True, first), "type": "image/jpg"},
            archive: file_asset(urn, archive, "RAWDATA", 3_000_000 + (bits & 0xFFFFFF), bool(bits >> 3 & 3), second),
        },
    }


def coming_feature(heritage: Heritage, scene: Scene, entry: Entry) -> dict[str, Any]:
    file = f"{_LAKE}/S{scene.satellite}/{seconds(scene.instant)[:10].replace('-', '/')}/{scene.name}"
    return {
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "type": "Feature",
        "id": scene.item_id,
        "collection": scene.series.coming,
        "geometry": {"type": "Polygon", "coordinates": [wrapped(scene.ring)]},
        "bbox": list(bounds(wrapped(scene.ring))),
        "properties": coming_properties(heritage, scene, entry),
        "links": [],
        "assets": {
            "data": {"href": f"{file}.zip", "type": "application/zip", "roles": ["data"]},
            "overview": {"href": f"{file}.jpg", "type": "image/jpeg", "roles": ["overview"]},
        },
    }


@dataclass
class Form:
    """Which form GEODES speaks; changed while the stand-ins run."""

    coming: bool = False


class HeritageCatalogue:
    """The scenes of a world in one form."""

    def __init__(self, heritage: Heritage, coming: bool) -> None:
        self._heritage = heritage
        self._coming = coming

    def _name(self, series: Series) -> str:
        return series.coming if self._coming else series.dataset

    def datasets(self) -> dict[str, int]:
        return {self._name(series): self._heritage.feeds[series.lane].size for series in SERIES}

    def _feature(self, series: Series, position: int) -> Any:
        entry = self._heritage.feeds[series.lane].at(position)
        make = coming_feature if self._coming else today_feature
        return make(self._heritage, self._heritage.scene(series, entry.number), entry)

    def item(self, urn: str) -> Any | None:
        return next(iter(self.search(replace(_EVERYTHING, ids=(urn,)))[1]), None)

    def search(self, query: Query) -> tuple[int, list[Any]]:
        wanted = [series for series in SERIES if query.datasets is None or self._name(series) in query.datasets]
        plain = replace(query, datasets=None, sort=None, page=1, limit=1)
        parts = [(series, _chosen(self._heritage, self._coming, series, plain)) for series in wanted]
        total = sum(len(positions) for _, positions in parts)
        if len(parts) == 1 and (query.sort is None or query.sort[0] == ("updated" if self._coming else "datetime")):
            series, positions = parts[0]
            ordered = positions[::-1] if query.sort and query.sort[1] else positions
            page = [(series, position) for position in ordered[query.start : query.start + query.limit]]
        else:
            every = [(series, position) for series, positions in parts for position in positions]
            if query.sort is not None:
                field, descending = query.sort
                every.sort(key=lambda one: self._time(one[0], one[1], field), reverse=descending)
            page = every[query.start : query.start + query.limit]
        return total, [self._feature(series, position) for series, position in page]

    def _time(self, series: Series, position: int, field: str) -> int:
        entry = self._heritage.feeds[series.lane].at(position)
        if field == ("updated" if self._coming else "datetime"):
            return entry.updated
        return self._heritage.scene(series, entry.number).instant


_EVERYTHING = Query(None, Range(), None, None, (), None, 1, 1)


@lru_cache(maxsize=24)
def _chosen(heritage: Heritage, coming: bool, series: Series, query: Query) -> Sequence[int]:
    """Positions of a series that a query means: arithmetic for windows of publication, else a scan."""
    feed, terms = heritage.feeds[series.lane], query.terms
    published = query.published
    if coming:
        told = [term for term in terms if term[0] == "updated" and term[1] in ("gt", "gte", "lt", "lte")]
        published, terms = Range(), tuple(term for term in terms if term not in told)
        for _, operator, value in told:
            published = published.meet(edge(operator, parse(value)))
    low = 0 if published.low is None else feed.before(published.low)
    window = range(low, feed.size if published.high is None else max(feed.before(published.high + 1), low))
    if query.ids is not None:
        window_of = _by_ids(heritage, coming, series, query.ids)
        window = [position for position in window_of if position in window]  # type: ignore[assignment]
    tester = query.area.tester() if query.area else None
    acquired = query.published if coming else Range()
    if tester is None and not terms and acquired == Range():
        return window

    def kept(position: int) -> bool:
        entry = feed.at(position)
        scene = heritage.scene(series, entry.number)
        if not acquired.holds(scene.instant) or (tester and not tester.touches(scene.ring)):
            return False
        make = coming_properties if coming else today_properties
        return not terms or fits(make(heritage, scene, entry), terms)

    return [position for position in window if kept(position)]


def _by_ids(heritage: Heritage, coming: bool, series: Series, ids: tuple[str, ...]) -> list[int]:
    feed = heritage.feeds[series.lane]
    if coming:
        wanted = set(ids)
        return [position for position in range(feed.size) if heritage.scene(series, feed.at(position).number).item_id in wanted]
    located = (heritage.located(urn) for urn in ids if urn.startswith("URN:FEATURE:"))
    positions = {feed.find(found[1]) for found in located if found and found[0] is series}
    return sorted(position for position in positions if position is not None)


class Cnes:
    """All that GEODES holds. A search that names neither collection nor record shows the Sentinels alone, so that the heritage
    changes none of their counts."""

    def __init__(self, sentinel: Catalogue, heritage: HeritageCatalogue) -> None:
        self._sentinel, self._heritage = sentinel, heritage

    def datasets(self) -> dict[str, int]:
        return {**self._sentinel.datasets(), **self._heritage.datasets()}

    def item(self, urn: str) -> Any | None:
        return self._sentinel.item(urn) or self._heritage.item(urn)

    def search(self, query: Query) -> tuple[int, list[Any]]:
        names = self._heritage.datasets()
        if query.datasets is None and query.ids is None:
            return self._sentinel.search(query)
        if query.datasets is not None and not names.keys() & set(query.datasets):
            return self._sentinel.search(query)
        if query.datasets is not None and names.keys() >= set(query.datasets):
            return self._heritage.search(query)
        return _both(self._sentinel.search, self._heritage.search, query)


def _both(
    first: Callable[[Query], tuple[int, list[Any]]], second: Callable[[Query], tuple[int, list[Any]]], query: Query
) -> tuple[int, list[Any]]:
    """One listing after the other."""
    whole = replace(query, page=1, limit=query.start + query.limit)
    (one, sentinels), (other, scenes) = first(whole), second(whole)
    return one + other, [*sentinels, *scenes][query.start : query.start + query.limit]
