"""The licence table: what each licence says, and what it allows each class of users; read from licences.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, field_serializer, field_validator

from mappings.access.classes import UserClass
from mappings.access.decision import Download, Order
from mappings.conditions import Conditions


class Right(Conditions):
    """What a licence allows some classes of users at best: signatures and unconfirmed texts take from it (access/policy.py)."""

    users: frozenset[UserClass] = Field(alias="for")
    discover: bool
    view: bool
    download: Download
    needs: Literal["signature"] | None = None
    order: Order
    reason_fr: str = Field(min_length=1)
    reason_en: str = Field(min_length=1)

    @field_serializer("users")
    def _in_order(self, users: frozenset[UserClass]) -> list[str]:
        return sorted(users)


class Licence(Conditions):
    """A row of the table; `confirmed` false means that no text at hand confirms it, so that it gives no right. `versions` are those
    whose signature counts, the present one first; none: any."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")
    stac: str = Field(min_length=1)
    title_fr: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    href: str = Field(alias="url", pattern=r"^https://")
    media_type: str | None = None
    confirmed: bool
    versions: tuple[str, ...] = ()
    conditions_fr: tuple[str, ...]
    conditions_en: tuple[str, ...]
    rights: tuple[Right, ...]

    @field_validator("rights", mode="before")
    @classmethod
    def _others(cls, rows: Any) -> Any:
        """Puts the classes that no other row names in place of "others"."""
        if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("for"), list) for row in rows):
            return rows
        named = {name for row in rows for name in row["for"]}
        rest = [str(one) for one in UserClass if one not in named]
        return [{**row, "for": rest} if row["for"] == ["others"] else row for row in rows]

    @field_validator("rights")
    @classmethod
    def _each_once(cls, rows: tuple[Right, ...]) -> tuple[Right, ...]:
        for one in UserClass:
            if (count := sum(one in row.users for row in rows)) != 1:
                raise ValueError(f"{one} has {count} rows: every class of users has exactly one")
        return rows

    def right(self, user_class: UserClass) -> Right:
        """The row of a class."""
        return next(row for row in self.rights if user_class in row.users)

    def counts(self, version: str) -> bool:
        """Whether a signature of this version of the licence still counts."""
        return not self.versions or version in self.versions


Table = Mapping[str, Licence]
"""Licences by id."""


@cache
def licences() -> Table:
    """The table that comes with Moisson. Raises pydantic's ValidationError when the file is wrong."""
    return read_table(tomllib.loads(files("mappings").joinpath("licences.toml").read_text(encoding="utf-8")), {})


def read_table(rows: Mapping[str, Any], before: Table) -> Table:
    """The table `before` with these rows, as TOML has them, in place of its own; no row can be taken away, for Items may have any.

    Raises pydantic's ValidationError.
    """
    return MappingProxyType({**before, **{name: Licence.model_validate({"id": name, **row}) for name, row in rows.items()}})
