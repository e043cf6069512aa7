"""Tariffs: what each product line costs each class of users, as dated data; read from tariffs.toml."""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.conditions import Conditions
from mappings.ordering.products import Product


def _exact(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError('money is written in quotes: "1.40"')
    return value


Money = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=10_000_000, decimal_places=2, allow_inf_nan=False)]
Area = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class _Row(Conditions):
    """What every row says: whose it is, who sells, since when and from where."""

    product: Product
    users: frozenset[UserClass] = Field(alias="for", min_length=1)
    seller: Literal["dinamis", "airbus"]
    minimum_km2: Area | None = None
    date: dt.date
    source_fr: str = Field(min_length=1)
    source_en: str = Field(min_length=1)


class AreaRow(_Row):
    """Euros per km², free up to a quota that is somewhere between two figures; no quota where they are left out."""

    scheme: Literal["area"]
    archive: Money
    tasking: Money
    stereo: int = Field(ge=1, le=10, strict=True)
    tri_stereo: int = Field(ge=1, le=10, strict=True)
    quota_low_km2: Area = 0
    quota_high_km2: Area = 0

    @model_validator(mode="after")
    def _ordered(self) -> "AreaRow":
        if self.quota_low_km2 > self.quota_high_km2:
            raise ValueError("quota_low_km2 is above quota_high_km2")
        return self


class Tranche(BaseModel):
    """So many scene attempts at a price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenes: int = Field(ge=1, le=10_000, strict=True)
    price: Money


class SceneRow(_Row):
    """Scene attempts: some free per request, then tranches."""

    scheme: Literal["scenes"]
    free: int = Field(ge=0, le=10_000, strict=True)
    tranches: tuple[Tranche, ...] = Field(min_length=1, max_length=10)


class RangeRow(_Row):
    """Public prices per km², mono, from one to another."""

    scheme: Literal["range"]
    low: Money
    high: Money

    @model_validator(mode="after")
    def _ordered(self) -> "RangeRow":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class AskRow(_Row):
    """No tariff is known, and why."""

    scheme: Literal["ask"]
    reason_fr: str = Field(min_length=1)
    reason_en: str = Field(min_length=1)


Row = AreaRow | SceneRow | RangeRow | AskRow
_ROWS: TypeAdapter[tuple[Row, ...]] = TypeAdapter(tuple[Annotated[Row, Field(discriminator="scheme")], ...])

Tariffs = Mapping[tuple[Product, UserClass], Row]
"""The row of each product line and class of users, but the contractor."""


def row_of(tariffs: Tariffs, product: Product, asker: Asker) -> Row | None:
    """The asker's row; a contractor has its client's, and None where the client is not known."""
    users = asker.client if asker.user_class is UserClass.CONTRACTOR else asker.user_class
    return tariffs.get((product, users)) if users else None


@cache
def tariffs() -> Tariffs:
    """The tariffs that come with Moisson."""
    return read_tariffs(files("mappings.ordering").joinpath("tariffs.toml").read_text(encoding="utf-8"))


def read_tariffs(text: str) -> Tariffs:
    """The tariffs of a TOML text, which must be whole. Raises ValueError (TOML) and pydantic's ValidationError, which is one."""
    told = tomllib.loads(text)
    if set(told) != {"rows"}:
        raise ValueError(f"tariffs are [[rows]] and nothing else, got {', '.join(sorted(told)) or 'nothing'}")
    rows = _ROWS.validate_python(told["rows"])
    return MappingProxyType({(product, users): _only(rows, product, users) for product in Product for users in _PRICED})


_PRICED = tuple(users for users in UserClass if users is not UserClass.CONTRACTOR)


def _only(rows: Sequence[Row], product: Product, users: UserClass) -> Row:
    if any(UserClass.CONTRACTOR in row.users for row in rows):
        raise ValueError("contractor: its tariff is its client's, it has no row of its own")
    found = [row for row in rows if row.product is product and users in row.users]
    if len(found) != 1:
        raise ValueError(f"{product}, {users}: {len(found)} rows; every class of users has exactly one per product")
    return found[0]
