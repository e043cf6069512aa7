"""The mapping of each source, and the Collections that they fill."""

import tomllib
from collections.abc import Mapping as Table
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from mappings import airbus, dinamis, peps
from mappings.record import Mapping

MAPPINGS: Table[str, Mapping] = MappingProxyType({"airbus": airbus, "dinamis": dinamis, "peps": peps})
"""Mapping modules by the name that a source's settings use."""


class Provider(BaseModel):
    """An organisation, as STAC's `providers` want it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    roles: tuple[str, ...]
    url: str


class CollectionInfo(BaseModel):
    """What is said of a Collection whatever it holds; extents and counts come from the index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    mapping: str
    title_fr: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description_fr: str = Field(min_length=1)
    description_en: str = Field(min_length=1)
    licence: str
    keywords: tuple[str, ...]
    providers: tuple[Provider, ...]


@cache
def collections() -> Table[str, CollectionInfo]:
    """All Collections by id, from each mapping's collections.toml."""
    found: dict[str, CollectionInfo] = {}
    for name in MAPPINGS:
        table = tomllib.loads(files(f"mappings.{name}").joinpath("collections.toml").read_text(encoding="utf-8"))
        found.update({key: CollectionInfo.model_validate({"id": key, "mapping": name, **row}) for key, row in table.items()})
    return MappingProxyType(found)
