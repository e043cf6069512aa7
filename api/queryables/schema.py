"""Fields as a JSON schema (OGC API Features, Part 3 §6 and Part 5; JSON Schema 2019-09, which STAC's validators know too)."""

from collections.abc import Iterable
from typing import Any

from mappings.queryables import Field, Kind
from mappings.words import Language, Text

DRAFT = "https://json-schema.org/draft/2019-09/schema"

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
    Kind.NUMBER: {"type": "number"},
    Kind.INTEGER: {"type": "integer"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.FLAG: {"type": "boolean"},
    Kind.GEOMETRY: {"format": "geometry-any"},
}
# UCUM, as `x-ogc-unit` has it.
_UNITS = {"m": "m", "%": "%", "°": "deg"}
_ROLES = {
    "id": "id",
    "geometry": "primary-geometry",
    "datetime": "primary-instant",
    "start_datetime": "primary-interval-start",
    "end_datetime": "primary-interval-end",
}
_UNIT = Text("En {unit}.", "In {unit}.")


def fields_schema(fields: Iterable[Field], href: str, title: str, language: Language) -> dict[str, Any]:
    """The schema of these fields, at this address."""
    return {
        "$schema": DRAFT,
        "$id": href,
        "type": "object",
        "title": title,
        "properties": {field.name: _property(field, language) for field in fields},
        "additionalProperties": False,
    }


def _property(field: Field, language: Language) -> dict[str, Any]:
    said: dict[str, Any] = {"title": Text(field.title_fr, field.title_en).in_(language), **_TYPES[field.kind]}
    if field.unit:
        said |= {"description": _UNIT.in_(language).format(unit=field.unit), "x-ogc-unit": _UNITS.get(field.unit, field.unit)}
    if field.values:
        said["enum"] = list(field.values)
    bounds = {"minimum": field.least, "maximum": field.most, "x-ogc-role": _ROLES.get(field.name)}
    return said | {name: value for name, value in bounds.items() if value is not None}
