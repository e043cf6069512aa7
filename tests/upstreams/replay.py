"""Recorded answers instead of a world: every feature is served with its own values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from . import geodes_queries as geodes
from . import oneatlas, resto
from .clocks import Range, parse
from .places import Area
from .scenes import SENTINEL

Feature = dict[str, Any]


def _features(folder: Path) -> Iterator[Feature]:
    """The GeoJSON features of every JSON file of a folder, in order of file name."""
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".json", ".geojson")):
        try:
            found = orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, dict):
            features = found.get("features") if isinstance(found.get("features"), list) else [found]
            yield from (one for one in features or [] if isinstance(one, dict) and isinstance(one.get("properties"), dict))


def _instant(properties: Mapping[str, Any], *names: str) -> int:
    """The first of these dates that is there, ns; 0 when none is."""
    return next((parse(properties[name]) for name in names if properties.get(name)), 0)


def _inside(feature: Feature, area: Area | None) -> bool:
    if area is None:
        return True
    geometry = feature.get("geometry")
    return bool(geometry) and bool(shapely.intersects(shape(geometry), shapely.from_wkb(area.wkb)))


class OneAtlas:
    """Recorded OneAtlas records; one without lastUpdateDate was last updated when it was published."""

    def __init__(self, features: Iterable[Feature]) -> None:
        by_id: dict[str, Feature] = {}
        for feature in features:
            by_id.setdefault(feature["properties"].get("id") or feature.get("id") or str(len(by_id)), feature)
        self._features = list(by_id.values())
        self.size = len(self._features)

    @staticmethod
    def _date(feature: Feature, name: str) -> int:
        names = (name, "publicationDate") if name == "lastUpdateDate" else (name,)
        return _instant(feature["properties"], *names)

    def search(self, query: oneatlas.Query) -> tuple[int, list[Any]]:
        found = [feature for feature in self._features if self._fits(feature, query)]
        field, descending = query.sort
        found.sort(key=lambda feature: self._date(feature, field), reverse=descending)
        return len(found), found[query.start : min(query.start + query.size, oneatlas.CAP)]

    def _fits(self, feature: Feature, query: oneatlas.Query) -> bool:
        properties = feature["properties"]
        return (
            properties.get("constellation") in query.constellations
            and (query.levels is None or properties.get("processingLevel") in query.levels)
            and (query.ids is None or properties.get("id") in query.ids)
            and all(window.holds(self._date(feature, name)) for name, window in query.dates.items())
            and _inside(feature, query.area)
        )

    def deleted(self, window: Range, start: int, size: int) -> tuple[int, list[dict[str, str]]]:
        return 0, []


class Geodes:
    """Recorded GEODES features; those of the schema before 2025-03-31 name their dataset dataType."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._features = {feature["id"]: feature for feature in features}
        self.size = len(self._features)

    @staticmethod
    def _dataset(feature: Feature) -> str:
        properties = feature["properties"]
        return str(properties.get("dataset") or properties.get("dataType"))

    def datasets(self) -> dict[str, int]:
        # The archive has a page of each of its collections, of those too of which nothing was recorded.
        return {lane.dataset: 0 for lane in SENTINEL} | Counter(self._dataset(feature) for feature in self._features.values())

    def item(self, urn: str) -> Any | None:
        return self._features.get(urn)

    def search(self, query: geodes.Query) -> tuple[int, list[Any]]:
        found = [
            feature
            for feature in self._features.values()
            if (query.datasets is None or self._dataset(feature) in query.datasets)
            and (query.ids is None or feature["id"] in query.ids)
            and query.published.holds(_instant(feature["properties"], "datetime"))
            and geodes.fits(feature["properties"], query.terms)
            and _inside(feature, query.area)
        ]
        if query.sort is not None:
            field, descending = query.sort
            found.sort(key=lambda feature: _instant(feature["properties"], field), reverse=descending)
        return len(found), found[query.start : query.start + query.limit]


class Resto:
    """Recorded PEPS features, by collection."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._features = {feature["id"]: feature for feature in features}
        self.size = len(self._features)

    def search(self, query: resto.Query) -> tuple[int, list[Any]]:
        found = [
            feature
            for feature in self._features.values()
            if feature["properties"]["collection"] == query.collection
            and query.sensed.holds(_instant(feature["properties"], "startDate"))
            and query.published.holds(_instant(feature["properties"], "published"))
            and query.name in (None, feature["properties"].get("productIdentifier"))
            and _inside(feature, query.area)
        ]
        found.sort(key=lambda feature: _instant(feature["properties"], "startDate"), reverse=True)
        return len(found), found[query.start : query.start + query.size]


class Recording:
    """The recorded answers of some folders, sorted by the archive that gave them."""

    def __init__(self, folders: Iterable[Path]) -> None:
        airbus: list[Feature] = []
        cnes: list[Feature] = []
        peps: list[Feature] = []
        for folder in folders:
            for feature in _features(Path(folder)):
                properties = feature["properties"]
                if "processingLevel" in properties and ("acquisitionIdentifier" in properties or "parentIdentifier" in properties):
                    (airbus if "constellation" in properties else peps).append(feature)
                elif str(feature.get("id", "")).startswith("URN:") and ("dataset" in properties or "dataType" in properties):
                    cnes.append(feature)
        self.oneatlas = OneAtlas(airbus)
        self.geodes = Geodes(cnes)
        self.resto = Resto(one for one in peps if one["properties"].get("productIdentifier") and "collection" in one["properties"])

    def counts(self) -> dict[str, int]:
        """Features by archive."""
        return {"oneatlas": self.oneatlas.size, "geodes": self.geodes.size, "resto": self.resto.size}
