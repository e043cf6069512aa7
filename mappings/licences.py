"""The licence table, read from licences.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field


class Licence(BaseModel):
    """A row of the table; `confirmed` false means that no text at hand confirms it, so that it gives no right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    stac: str = Field(min_length=1)
    title_fr: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    href: str = Field(alias="url", pattern=r"^https://")
    media_type: str | None = None
    confirmed: bool
    conditions_fr: tuple[str, ...]
    conditions_en: tuple[str, ...]


@cache
def licences() -> Mapping[str, Licence]:
    """Licences by id. Raises pydantic's ValidationError when the file is wrong."""
    table = tomllib.loads(files("mappings").joinpath("licences.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: Licence.model_validate({"id": name, **row}) for name, row in table.items()})
