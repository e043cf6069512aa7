"""Practice: what a request is told besides its price (size, orthoimages, delays, deed, crisis access), as dated data."""

import datetime as dt
import tomllib
from collections.abc import Collection
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import shapely
from pydantic import BaseModel, ConfigDict, Field, field_validator
from shapely.geometry import shape

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.areas import square_metres
from mappings.coverages.outlines import outline
from mappings.ordering.products import Kind, Product
from mappings.record import Unmappable
from mappings.words import Text

# The outlines are approximate, and what is ordered along a coast reaches out to sea: degrees.
_MARGIN = 0.05
_NONE, _ALL = 0.001, 0.999


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    confirmed: bool
    source_fr: str = Field(min_length=1)
    source_en: str = Field(min_length=1)

    @property
    def source(self) -> Text:
        return Text(self.source_fr, self.source_en)


class Notice(_Entry):
    """A sentence to be told."""

    text_fr: str = Field(min_length=1)
    text_en: str = Field(min_length=1)

    @property
    def text(self) -> Text:
        return Text(self.text_fr, self.text_en)


class Size(_Entry):
    """Gigabytes per km², in 8 bits."""

    product: Product
    gigabytes: int = Field(ge=1, strict=True)
    per_km2: int = Field(ge=1, strict=True)


class Ortho(_Entry):
    """Where, for whom and of what IGN makes orthoimages free of charge."""

    products: frozenset[Product]
    users: frozenset[UserClass] = Field(alias="for")
    territories: tuple[str, ...] = Field(min_length=1)

    @field_validator("territories")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                outline(name)
            except Unmappable as error:
                raise ValueError(str(error)) from None
        return names


class Practice(BaseModel):
    """All of it, as of `date`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    size: Size
    ortho: Ortho
    delays: dict[Kind, Notice]
    deed: Notice
    crisis: Notice

    @field_validator("delays")
    @classmethod
    def _both(cls, delays: dict[Kind, Notice]) -> dict[Kind, Notice]:
        if set(delays) != set(Kind):
            raise ValueError(f"delays of {' and '.join(Kind)}")
        return delays

    def gigabytes(self, product: Product | None, km2: Decimal, bits: int) -> Decimal | None:
        """About how big a delivery is; None where no figure is known."""
        if product is not self.size.product:
            return None
        return km2 * self.size.gigabytes / self.size.per_km2 * (2 if bits == 16 else 1)


Maker = Literal["ign", "ign-and-airbus", "airbus"]


def ortho_maker(practice: Practice, product: Product | None, area: Any, asker: Asker) -> Maker:
    """Who makes the orthoimages of an area (shapely, lon/lat); a contractor is served as its client."""
    users = asker.client if asker.user_class is UserClass.CONTRACTOR else asker.user_class
    rule = practice.ortho
    if product not in rule.products or users not in rule.users:
        return "airbus"
    inside = shapely.intersection(area, _territory(rule.territories))
    share = float(square_metres([inside])[0] / square_metres([area])[0])
    return "ign" if share >= _ALL else "airbus" if share <= _NONE else "ign-and-airbus"


@cache
def _territory(names: Collection[str]) -> Any:
    return shapely.union_all([shape(outline(name)[0]) for name in names]).buffer(_MARGIN)


@cache
def practice() -> Practice:
    """What comes with Moisson."""
    return read_practice(files("mappings.ordering").joinpath("practice.toml").read_text(encoding="utf-8"))


def read_practice(text: str) -> Practice:
    """Of a TOML text, which must be whole. Raises ValueError (TOML) and pydantic's ValidationError, which is one."""
    return Practice.model_validate(tomllib.loads(text))
