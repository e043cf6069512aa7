"""Conditions: what a row of a table asks of who uses it, in French and in English."""

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Conditions(BaseModel):
    """The sentences of a row, as many in one language as in the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conditions_fr: tuple[str, ...] = ()
    conditions_en: tuple[str, ...] = ()

    @field_validator("conditions_en")
    @classmethod
    def _as_many(cls, texts: tuple[str, ...], info: Any) -> tuple[str, ...]:
        if len(texts) != len(info.data.get("conditions_fr", texts)):
            raise ValueError("as many conditions in English as in French")
        return texts
