"""Acquisition: what an Item tells of the moment and the place at which its image was taken, read from its public JSON."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import shapely

from mappings.geometry import to_shapely
from mappings.matching.leap import is_leap
from mappings.record import Item, Unmappable
from mappings.scenes import GRAMMARS, Scene, find_scenes, parse_scene
from mappings.times import parse_token, to_micros, usable_time
from mappings.values import items, mapping, number, text

PLATFORMS = frozenset(("PHR1A", "PHR1B", "SPOT6", "SPOT7"))
"""Those that the archives of the Dispositif hold; nobody holds Pléiades Neo."""

_CATALOGUE = frozenset(("orderable",))
_COPIES = frozenset(("held", "open"))
# Identifiers that are one acquisition's own, as a file's name, of which there may be several, is not.
_NAMES = frozenset(("PHR", "SPOT", "SEN"))
_KEY = re.compile(r"(PHR1[AB]|SPOT[67])/(\d{8})T(\d{6})\.(\d)", re.ASCII)


class Kind(StrEnum):
    """Which of its two instants a token of Pléiades tells (report §5.2); those of SPOT are the same."""

    CATALOGUE = "catalogue"  # the acquisitionIdentifier
    PRODUCT = "product"  # SOURCE_ID, a file's name, the sourceIdentifier of a product
    TOLD = "told"  # a time that stands in no identifier


@dataclass(frozen=True)
class Token:
    """One instant (µs since 1970) with what stands beside it in its identifier; `grammar` as in mappings/scenes.py."""

    kind: Kind
    grammar: str
    micros: int
    station: str | None = None
    mode: str | None = None
    cell: str | None = None
    counter: int | None = None


@dataclass(frozen=True)
class Acquisition:
    """`platform` is one of PLATFORMS, `footprint` WKB in lon/lat (None: unlocated), `along` the along-track incidence in degrees,
    signed, `level` the processing level."""

    side: str
    platform: str
    tokens: tuple[Token, ...]
    names: tuple[str, ...]
    footprint: bytes | None
    along: float | None = None
    level: str | None = None

    @property
    def instants(self) -> tuple[int, ...]:
        """Ascending, each once."""
        return tuple(sorted({token.micros for token in self.tokens}))

    @property
    def is_pleiades(self) -> bool:
        return self.platform.startswith("PHR")

    @cached_property
    def area(self) -> Any:
        """The footprint as a shapely geometry, None without one."""
        return shapely.from_wkb(self.footprint) if self.footprint else None

    def facts(self) -> dict[str, Any]:
        """What is not said by platform, instants, names and footprint, as small JSON."""
        tokens = [[str(one.kind), one.grammar, one.micros, one.station, one.mode, one.cell, one.counter] for one in self.tokens]
        return {"tokens": tokens, "along": self.along, "level": self.level}


def of_facts(side: str, platform: str, names: Iterable[str], footprint: bytes | None, facts: Mapping[str, Any]) -> Acquisition:
    """The Acquisition that `facts()` was taken of."""
    tokens = tuple(Token(Kind(kind), *rest) for kind, *rest in facts["tokens"])
    return Acquisition(side, platform, tokens, tuple(names), footprint, facts["along"], facts["level"])


def acquisition_of(item: Item) -> Acquisition | None:
    """Of an Item of the commercial catalogue, or of a copy that is held or open; None for what no rule could match."""
    properties = item["properties"]
    availability = properties["moisson:availability"]
    if availability in _CATALOGUE:
        side, found = "catalogue", _of_catalogue(item)
        along = number(properties.get("airbus:incidence_along"))
    elif availability in _COPIES:
        side, found = "held", _of_copy(item)
        along = number(properties.get("dinamis:incidence_along"))
    else:
        return None
    platform = _platform(properties, (scene for _, scene in found))
    if platform is None:
        return None
    tokens = [token for kind, scene in found if scene.platform == platform for token in _tokens(kind, scene)]
    if side == "held":
        tokens = _told_apart(tokens)
    if side == "held" and not tokens and (when := usable_time(properties.get("datetime"))):
        tokens = [Token(Kind.TOLD, "", to_micros(when))]
    names = sorted({scene.identifier for _, scene in found if scene.kind in _NAMES and scene.platform in PLATFORMS})
    if not (tokens or names):
        return None
    return Acquisition(
        side, platform, tuple(dict.fromkeys(tokens)), tuple(names), _footprint(item), along, text(properties.get("processing:level"))
    )


def _of_catalogue(item: Item) -> list[tuple[Kind, Scene]]:
    """Never of `airbus:acquisition_date`, which is hours late for old records (report, trap 3), nor of the search's own id."""
    properties = item["properties"]
    own = [text(properties.get(f"airbus:{name}_identifier")) for name in ("parent", "archive")]
    records = [mapping(one) for one in items(properties.get("airbus:records"))]
    products = {text(one.get("source_identifier")) for one in records if one.get("processing_level") not in (None, "ALBUM")}
    albums = {text(one.get("source_identifier")) for one in records} - products
    # A product's record without acquisitionIdentifier and parentIdentifier lends its sourceIdentifier to the Item.
    lent = item["id"] in products and item["id"] not in albums and not any(own)
    main = dict.fromkeys(name for name in (None if lent else item["id"], *own, *sorted(filter(None, albums))) if name)
    others = [name for name in sorted(filter(None, products)) if name not in main]
    kinds = [*((Kind.CATALOGUE, name) for name in main), *((Kind.PRODUCT, name) for name in others)]
    return [(kind, scene) for kind, name in kinds if (scene := parse_scene(name))]


def _of_copy(item: Item) -> list[tuple[Kind, Scene]]:
    properties = item["properties"]
    names = [properties.get("dinamis:acquisition_id"), *items(properties.get("dinamis:source_ids")), item["id"]]
    names += [asset.get("href") for _, asset in sorted(item["assets"].items())]
    scenes = {scene.identifier: scene for name in names if isinstance(name, str) for scene in find_scenes(name)}
    if not scenes and (scene := _by_key(text(properties.get("moisson:scene")))):
        scenes = {scene.identifier: scene}
    return [(Kind.PRODUCT, scene) for scene in scenes.values()]


def _by_key(key: str | None) -> Scene | None:
    """The scene of an acquisition key, of which some mapping knew the identifier."""
    match = _KEY.fullmatch(key or "")
    instant = _instant("".join(match.groups()[1:])) if match else None
    return Scene("KEY", match[0], match[1], instant) if match and instant else None


def _instant(token: str) -> datetime | None:
    try:
        return parse_token(token, "token")
    except Unmappable:
        return None


def _platform(properties: dict[str, Any], scenes: Iterable[Scene]) -> str | None:
    """As the Item says, else as its identifiers do."""
    told = (text(properties.get("platform")) or "").upper()
    return told if told in PLATFORMS else next((scene.platform for scene in scenes if scene.platform in PLATFORMS), None)


def _tokens(kind: Kind, scene: Scene) -> list[Token]:
    # Its panchromatic image has a token of its own.
    both = GRAMMARS["MTD"].fullmatch(scene.identifier) if scene.kind == "MTD" else None
    instants = (scene.instant, _instant(both["tp"]) if both else None)
    more = (scene.station, scene.mode, scene.cell, scene.counter)
    return [Token(kind, scene.kind, to_micros(when), *more) for when in instants if when]


def _told_apart(tokens: list[Token]) -> list[Token]:
    """Tokens of a copy, where some of Pléiades may be the catalogue's: such a one stands after that of the file by TAI - UTC. A file
    whose token is that of an identifier (of a mosaic's first strip) tells nothing of the others."""
    files = {token.micros for token in tokens if token.grammar == "FILE"} - {token.micros for token in tokens if token.grammar == "PHR"}
    return [
        replace(token, kind=Kind.CATALOGUE) if token.grammar == "PHR" and any(is_leap(token.micros, one) for one in files) else token
        for token in tokens
    ]


def _footprint(item: Item) -> bytes | None:
    geometry = item["geometry"]
    if not geometry or geometry["type"] not in ("Polygon", "MultiPolygon"):
        return None
    area = to_shapely(geometry)
    return bytes(shapely.to_wkb(area if shapely.is_valid(area) else shapely.make_valid(area)))
