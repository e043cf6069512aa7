"""Literals for random filters: values that occur in Items, and near misses."""

import math
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from mappings.queryables import FIELDS, Kind
from tests.differential.rows import EPOCH, Row, read
from tests.differential.world import items

Drawn = st.SearchStrategy[Any]


@cache
def rows() -> tuple[Row, ...]:
    """All Items, read once."""
    return tuple(read(item) for item in items())


@cache
def names(*kinds: Kind) -> tuple[str, ...]:
    """Fields of these kinds that some Item has."""
    used = {name for row in rows() for name in row.values}
    return tuple(name for name, field in FIELDS.items() if field.kind in kinds and name in used)


def numbers() -> tuple[str, ...]:
    return names(Kind.NUMBER, Kind.INTEGER)


@cache
def occurring(name: str) -> tuple[Any, ...]:
    """The values of a field, each once, in order; the texts of lists."""
    found = [row.values[name] for row in rows() if name in row.values]
    if FIELDS[name].kind is Kind.TEXTS:
        found = [text for value in found for text in value]
    return tuple(sorted(set(found)))


@cache
def near(name: str) -> Drawn:
    """A value that occurs or nearly does, as CQL2-JSON has it; of a time in one of its forms."""
    values = occurring(name)
    kind = FIELDS[name].kind
    if kind is Kind.FLAG:
        return st.booleans()
    if kind is Kind.TIME:
        moved = st.tuples(st.sampled_from(values), st.sampled_from((0, 0, 0, 0, 1, -1)))
        return st.tuples(moved.map(lambda pair: _rfc3339(sum(pair))), st.sampled_from(("timestamp", "timestamp", "text", "date"))).map(
            _time
        )
    if kind in (Kind.NUMBER, Kind.INTEGER):
        return st.sampled_from([near for value in values for near in (value, value, value, *_beside(value))])
    return st.sampled_from([near for value in values for near in (value, value, value, *_misspelt(value))])


@cache
def instants(name: str = "datetime") -> Drawn:
    """RFC 3339 times at Items' times, or a microsecond beside."""
    moved = st.tuples(st.sampled_from(occurring(name)), st.sampled_from((0, 0, 0, 0, 1, -1)))
    return moved.map(lambda pair: _rfc3339(sum(pair)))


@cache
def patterns(name: str) -> Drawn:
    """LIKE patterns made of values that occur."""
    forms = st.sampled_from(("exact", "start", "end", "middle", "one", "one", "raw", "all"))
    return st.tuples(st.sampled_from(occurring(name)), forms, st.integers(0, 60), st.integers(1, 6)).map(lambda drawn: _like(*drawn))


def escaped(text: str) -> str:
    """The pattern of exactly this text."""
    return re.sub(r"[%_\\]", r"\\\g<0>", text)


def _like(text: str, form: str, at: int, size: int) -> str:
    at = at % (len(text) + 1)
    if form == "raw":
        # A lone escape at the end has no meaning.
        return text + "%" if (len(text) - len(text.rstrip("\\"))) % 2 == 0 else text + "\\"
    before, part, after = text[:at], text[at : at + size], text[at + size :]
    return {
        "exact": escaped(text),
        "start": escaped(before + part) + "%",
        "end": "%" + escaped(part + after),
        "middle": f"%{escaped(part)}%",
        "one": escaped(before) + "_" * len(part) + escaped(after),
        "all": "%" * (size % 3 + 1),
    }[form]


def _beside(value: float) -> Sequence[float]:
    if isinstance(value, int):
        return value + 1, value - 1
    return math.nextafter(value, math.inf), -value, round(value + 1, 6)


def _misspelt(text: str) -> Sequence[str]:
    return tuple({text.upper(), text.lower(), text[:-1], text + "a", text + " "} - {text})


def _rfc3339(micros: int) -> str:
    when = EPOCH + timedelta(microseconds=micros)
    return when.strftime("%Y-%m-%dT%H:%M:%S") + (f".{when.microsecond:06d}" if when.microsecond else "") + "Z"


def _time(drawn: tuple[str, str]) -> Any:
    text, form = drawn
    return text if form == "text" else {form: text[:10] if form == "date" else text}
