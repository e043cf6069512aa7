"""The collections of this source: their descriptions (collections.toml), and which one a product belongs to."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mappings.peps.names import ProductName
from mappings.record import Unmappable
from mappings.values import text


class Provider(BaseModel):
    """Who made, licensed or keeps the products."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    roles: tuple[str, ...]
    url: str = Field(pattern=r"^https://")


class Collection(BaseModel):
    """A row of the table; `licence` is an id of the licence table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title_fr: str
    title_en: str
    description_fr: str
    description_en: str
    licence: str
    keywords: tuple[str, ...]
    providers: tuple[Provider, ...]

    @property
    def mission(self) -> str:
        """`sentinel-1`, …: the constellation."""
        return self.id[:10]

    @property
    def level(self) -> str:
        """`L1`, `L2A`, …"""
        return self.id[11:].partition("-")[0].upper()

    def providers_members(self) -> list[dict[str, Any]]:
        """The providers as STAC writes them, fresh for each Item."""
        return [{"name": one.name, "roles": list(one.roles), "url": one.url} for one in self.providers]


@cache
def collections() -> Mapping[str, Collection]:
    """Collections by id. Raises pydantic's ValidationError when the file is wrong."""
    table = tomllib.loads(files("mappings.peps").joinpath("collections.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Collection.model_validate({"id": name, **row}) for name, row in table.items()})


# Today's names and those before the renaming of 2025-12 (report §2.7); `SENTINEL2` is Theia's own server.
_THEIA = re.compile(r"SENTINEL2|(?:MUSCATE|THEIA)_(?:REFLECTANCE_|SENTINEL2_)?SENTINEL2_L2A")
_GEODES = re.compile(r"PEPS_(S[123])_L(\d[A-C]?)")
_RESTO = {"S1": "S1", "S2": "S2", "S2ST": "S2", "S3": "S3"}
_HERITAGE = re.compile(r"SWH|SPOT ?WORLD ?HERITAGE|SPIRIT")
# How products of a mission are called; what is called otherwise was put there by mistake, or has another licence.
_PREFIXES = {"S1": re.compile(r"S1[A-D]_"), "S2": re.compile(r"S2[A-D]_"), "S3": re.compile(r"S3[A-D]_"), "THEIA": re.compile(r"SENTINEL2")}
_LEVEL = re.compile(r"L(?:EVEL)?-?(\d[A-C]?)")


def level_of(value: Any) -> str | None:
    """`LEVEL1C` (resto) or `L1C` (GEODES) as `1C`; None for anything else."""
    match = _LEVEL.fullmatch((text(value) or "").upper())
    return match[1] if match else None


def collection_of(dataset: Any, level: Any, identifier: str, name: ProductName | None) -> Collection:
    """Our collection of a product: mission from the archive's collection, level from the name where it has one.

    Raises Unmappable for other missions' collections, and when the name is not one of the mission that its collection says.
    """
    said = (text(dataset) or "").upper()
    if not said:
        raise Unmappable("no collection", "collection")
    if _HERITAGE.search(said):
        raise Unmappable(f"belongs to Spot World Heritage: {said[:60]}", "collection")
    geodes, theia = _GEODES.fullmatch(said), _THEIA.fullmatch(said) is not None
    mission = "S2" if theia else geodes[1] if geodes else _RESTO.get(said)
    if mission is None:
        raise Unmappable(f"no mapping for {said[:60]}", "collection")
    known = name.unit[:2] == mission and name.theia == theia if name else _PREFIXES["THEIA" if theia else mission].match(identifier)
    if not known:
        raise Unmappable(f"{identifier[:80]} is no product of {said[:60]}", "identifier")
    found = (name.level if name else None) or level_of(level) or (geodes[2] if geodes else None)
    own = f"sentinel-{mission[1]}-l{(found or '').lower()}{'-theia' if theia else ''}"
    if own not in collections():
        raise Unmappable(f"no mapping for level {found} of {said[:60]}", "collection")
    return collections()[own]
