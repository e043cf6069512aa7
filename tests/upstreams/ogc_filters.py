"""Filters of a CSW request (OGC Filter Encoding 1.1) over the records of a station."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from .clocks import DAY, parse
from .feeds import Entry
from .ogc_scenes import Partner


class BadFilter(ValueError):
    """What the catalogue answers with an exception."""


@dataclass(frozen=True)
class Test:
    """A filter that can be compared with another, so that what it selects is reckoned once."""

    partner: Partner
    text: str
    as_text: bool
    dated: tuple[str, ...]

    def __call__(self, entry: Entry) -> bool:
        return _compiled(self)(entry)


def _compiled(test: Test) -> Callable[[Entry], bool]:
    found = _KEPT.get(test)
    if found is None:
        if len(_KEPT) > 200:
            _KEPT.clear()
        found = _KEPT[test] = _holds(etree.fromstring(test.text), test)
    return found


_KEPT: dict[Test, Callable[[Entry], bool]] = {}
_LOGIC = ("And", "Or", "Not", "Filter")


def select(partner: Partner, condition: Any, *, as_text: bool, dated: tuple[str, ...]) -> Sequence[int]:
    """Numbers of the scenes that pass an ogc:Filter element, None meaning all. Raises BadFilter."""
    if condition is None:
        return partner.selected(None, None)
    check(condition, dated)
    low, high = _bounds(condition, dated)
    return partner.selected(low, high, Test(partner, etree.tostring(condition).decode(), as_text, dated))


def check(condition: Any, dated: tuple[str, ...]) -> None:
    """Raises BadFilter for a property that is not there; names are case-sensitive."""
    known = {*dated, "apiso:Identifier", "dc:identifier", "apiso:Type", "apiso:ParentIdentifier"}
    for element in condition.iter("{*}PropertyName"):
        if element.text not in known:
            raise BadFilter(f"Invalid PropertyName: {element.text}")


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _parts(element: Any) -> tuple[str, str]:
    return element.findtext("{*}PropertyName"), element.findtext("{*}Literal") or ""


def _bounds(condition: Any, dated: tuple[str, ...]) -> tuple[int | None, int | None]:
    """Times about which whatever passes must lie, where they are asked for together with all else."""
    low = high = None
    holders = [condition, *(one for one in condition if _name(one) == "And")]
    for element in (one for holder in holders for one in holder):
        if _name(element) in _LOGIC or _parts(element)[0] not in dated:
            continue
        kind, (_, value) = _name(element), _parts(element)
        if kind in ("PropertyIsGreaterThanOrEqualTo", "PropertyIsGreaterThan"):
            low = parse(value) - DAY
        elif kind in ("PropertyIsLessThan", "PropertyIsLessThanOrEqualTo"):
            high = parse(value) + DAY
    return low, high


def _holds(element: Any, test: Test) -> Callable[[Entry], bool]:
    name = _name(element)
    if name in _LOGIC:
        inner = [_holds(one, test) for one in element]
        if name == "Not":
            return lambda entry: not inner[0](entry)
        return (lambda entry: any(one(entry) for one in inner)) if name == "Or" else (lambda entry: all(one(entry) for one in inner))
    prop, literal = _parts(element)
    if name == "PropertyIsNull":
        return lambda entry: False
    if prop in test.dated:
        return _dated(name, literal, test)
    if prop in ("apiso:Identifier", "dc:identifier"):
        return _named(name, literal, test.partner)
    value = {"apiso:Type": "dataset", "apiso:ParentIdentifier": test.partner.name}[prop]
    return lambda entry: value == literal


def _named(name: str, literal: str, partner: Partner) -> Callable[[Entry], bool]:
    if name == "PropertyIsLike":
        pattern = re.compile("".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in literal))
        return lambda entry: pattern.fullmatch(partner.identifier(entry.number)) is not None
    return lambda entry: partner.identifier(entry.number) == literal


def _dated(name: str, literal: str, test: Test) -> Callable[[Entry], bool]:
    """As text, "2025-01-05" sorts before "2025-01-05T00:00:00Z"."""
    partner, as_text, instant = test.partner, test.as_text, parse(literal)

    def order(entry: Entry) -> int:
        if as_text:
            stamp = partner.stamp(entry)
            return (stamp > literal) - (stamp < literal)
        stamped = partner.stamped(entry)
        return (stamped > instant) - (stamped < instant)

    wanted: dict[str, Callable[[int], bool]] = {
        "PropertyIsGreaterThanOrEqualTo": lambda sign: sign >= 0,
        "PropertyIsGreaterThan": lambda sign: sign > 0,
        "PropertyIsLessThan": lambda sign: sign < 0,
        "PropertyIsLessThanOrEqualTo": lambda sign: sign <= 0,
    }
    test_sign = wanted[name]
    return lambda entry: test_sign(order(entry))
