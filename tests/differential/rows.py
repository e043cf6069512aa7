"""Row: an Item as queries see it, read anew from its JSON and as plainly as can be."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from shapely.geometry import shape

from mappings.queryables import FIELDS, Kind
from mappings.record import Item

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS_OF = ("title", "description", "platform", "constellation", "instruments", "keywords", "moisson:source_id", "grid:code")


@dataclass(frozen=True)
class Row:
    """`values` by field, the geometry as shapely, times in µs; what is not of the field's kind is not there."""

    collection: str
    id: str
    values: dict[str, Any]
    words: str
    bbox: tuple[float, float, float, float] | None
    start: int
    end: int
    moment: int

    @property
    def facts(self) -> tuple[str, str, str]:
        return tuple(self.values[f"moisson:{name}"] for name in ("source", "availability", "licence"))  # type: ignore[return-value]


def read(item: Item) -> Row:
    """The Row of an Item."""
    properties = item["properties"]
    values = {name: _typed(field.kind, properties.get(name)) for name, field in FIELDS.items()}
    values |= {"id": item["id"], "collection": item["collection"]}
    values["geometry"] = shape(item["geometry"]) if item["geometry"] else None
    at, start, end = (values[name] for name in ("datetime", "start_datetime", "end_datetime"))
    first, last = at if start is None else start, at if end is None else end
    return Row(
        item["collection"],
        item["id"],
        {name: value for name, value in values.items() if value is not None},
        _words(item),
        tuple(item["bbox"]) if item["geometry"] else None,  # type: ignore[arg-type]
        first,
        last,
        first if at is None else at,
    )


def _typed(kind: Kind, value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is Kind.TEXT:
        return value if isinstance(value, str) else None
    if kind is Kind.TEXTS:
        return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else None
    if kind is Kind.TIME:
        return micros(value) if isinstance(value, str) else None
    if kind is Kind.FLAG:
        return value if isinstance(value, bool) else None
    if kind is Kind.NUMBER:
        return float(value) if number else None
    if kind is Kind.INTEGER:
        return int(value) if number and value == int(value) and abs(value) < 2**53 else None
    return None


def micros(text: str, *, last: bool = False) -> int:
    """µs since 1970 of an RFC 3339 time, or of the first (`last`: the last) moment of a date."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=1 if last else 0)
        return (day - EPOCH) // timedelta(microseconds=1) - (1 if last else 0)
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def fold(text: str, *, case: bool, accents: bool) -> str:
    """Without accents, without case."""
    if accents:
        text = unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)))
    return text.casefold() if case else text


def words(text: str) -> str:
    """The words of a text: folded, one space between."""
    folded = fold(text.casefold(), case=False, accents=True)
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def _words(item: Item) -> str:
    """Each text once, one after the other: a phrase may reach from one into the next."""
    given: list[Any] = [item["id"], item["collection"], *(item["properties"].get(name) for name in _WORDS_OF)]
    texts = (one for value in given for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
    return " ".join(dict.fromkeys(filter(None, map(words, texts))))


def geometries(rows: Iterable[Row]) -> Any:
    """Footprints as an array, None where there is none."""
    return np.array([row.values.get("geometry") for row in rows], dtype=object)
