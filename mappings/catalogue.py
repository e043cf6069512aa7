"""What is said of a Collection whatever it holds, from each mapping's collections.toml; extents and counts come from an index."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Provider(BaseModel):
    """An organisation, as STAC's `providers` want it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    roles: tuple[str, ...]
    url: str = Field(pattern=r"^https://")


class CollectionInfo(BaseModel):
    """A row of the table; `licence` is an id of the licence table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title_fr: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description_fr: str = Field(min_length=1)
    description_en: str = Field(min_length=1)
    licence: str
    keywords: tuple[str, ...]
    providers: tuple[Provider, ...]

    def provider_members(self) -> list[dict[str, Any]]:
        """The providers as STAC writes them, fresh for each Item."""
        return [{"name": one.name, "roles": list(one.roles), "url": one.url} for one in self.providers]


@cache
def collections_of(mapping: str) -> Mapping[str, CollectionInfo]:
    """A mapping's Collections by id. Raises pydantic's ValidationError when the file is wrong."""
    table = tomllib.loads(files(f"mappings.{mapping}").joinpath("collections.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: CollectionInfo.model_validate({"id": name, **row}) for name, row in table.items()})
