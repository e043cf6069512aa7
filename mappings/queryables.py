"""What Items can be filtered and sorted by, on both stores alike: the fields, their types and units, and their values in an Item.

`/queryables` shows this table, and nothing outside of it is a property of a filter.
"""

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mappings.record import Item
from mappings.times import parse_time, to_micros

Value = str | int | float | bool | tuple[str, ...]
"""Of a field: µs since 1970 for a time, else as JSON has it; a list of texts is a tuple."""


class Kind(StrEnum):
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    INTEGER = "integer"
    TIME = "time"
    FLAG = "flag"
    GEOMETRY = "geometry"


@dataclass(frozen=True)
class Field:
    """A property of Items. `unit` as people write it, `least` and `most` the bounds that its definition gives; `values` when they are
    few and fixed. `own`: kept in columns of its own since ever (id, times, facts), not among a Document's `values`."""

    name: str
    kind: Kind
    title_fr: str
    title_en: str
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    values: tuple[str, ...] = ()
    own: bool = False

    @property
    def sortable(self) -> bool:
        """Whether Items can be put in order by it."""
        return self.kind not in (Kind.TEXTS, Kind.GEOMETRY)


_AVAILABILITIES = ("open", "held", "orderable", "view", "unknown")

_FIELDS = (
    Field("id", Kind.TEXT, "Identifiant", "Identifier", own=True),
    Field("collection", Kind.TEXT, "Collection", "Collection", own=True),
    Field("geometry", Kind.GEOMETRY, "Emprise", "Footprint", own=True),
    Field("datetime", Kind.TIME, "Date d’acquisition", "Date of acquisition"),
    Field("start_datetime", Kind.TIME, "Début d’acquisition", "Start of acquisition"),
    Field("end_datetime", Kind.TIME, "Fin d’acquisition", "End of acquisition"),
    Field("created", Kind.TIME, "Métadonnées créées", "Metadata created"),
    Field("updated", Kind.TIME, "Métadonnées mises à jour", "Metadata updated"),
    Field("published", Kind.TIME, "Publication", "Publication"),
    Field("title", Kind.TEXT, "Titre", "Title"),
    Field("platform", Kind.TEXT, "Satellite", "Platform"),
    Field("constellation", Kind.TEXT, "Constellation", "Constellation"),
    Field("mission", Kind.TEXT, "Mission", "Mission"),
    Field("instruments", Kind.TEXTS, "Instruments", "Instruments"),
    Field("keywords", Kind.TEXTS, "Mots-clés", "Keywords"),
    Field("gsd", Kind.NUMBER, "Résolution", "Ground sample distance", "m", 0),
    Field("license", Kind.TEXT, "Licence (SPDX)", "Licence (SPDX)"),
    Field("eo:cloud_cover", Kind.NUMBER, "Couverture nuageuse", "Cloud cover", "%", 0, 100),
    Field("eo:snow_cover", Kind.NUMBER, "Couverture neigeuse", "Snow cover", "%", 0, 100),
    Field("view:off_nadir", Kind.NUMBER, "Dépointage", "Off-nadir angle", "°", 0, 90),
    Field("view:incidence_angle", Kind.NUMBER, "Angle d’incidence", "Incidence angle", "°", 0, 90),
    Field("view:azimuth", Kind.NUMBER, "Azimut de visée", "Viewing azimuth", "°", 0, 360),
    Field("view:sun_azimuth", Kind.NUMBER, "Azimut du soleil", "Sun azimuth", "°", 0, 360),
    Field("view:sun_elevation", Kind.NUMBER, "Élévation du soleil", "Sun elevation", "°", -90, 90),
    Field("sat:orbit_state", Kind.TEXT, "Sens de l’orbite", "Orbit state", values=("ascending", "descending", "geostationary")),
    Field("sat:relative_orbit", Kind.INTEGER, "Orbite relative", "Relative orbit", least=1),
    Field("sat:absolute_orbit", Kind.INTEGER, "Orbite absolue", "Absolute orbit", least=1),
    Field("sar:instrument_mode", Kind.TEXT, "Mode radar", "Radar mode"),
    Field("sar:frequency_band", Kind.TEXT, "Bande radar", "Radar band"),
    Field("sar:polarizations", Kind.TEXTS, "Polarisations", "Polarizations"),
    Field("sar:observation_direction", Kind.TEXT, "Côté de visée", "Observation direction", values=("left", "right")),
    Field("product:type", Kind.TEXT, "Type de produit", "Product type"),
    Field("processing:level", Kind.TEXT, "Niveau de traitement", "Processing level"),
    Field("processing:facility", Kind.TEXT, "Centre de traitement", "Processing facility"),
    Field("proj:code", Kind.TEXT, "Projection", "Projection"),
    Field("grid:code", Kind.TEXT, "Maille", "Grid cell"),
    Field("version", Kind.TEXT, "Version", "Version"),
    Field("order:status", Kind.TEXT, "Commande", "Order status", values=("orderable", "succeeded")),
    Field("moisson:source", Kind.TEXT, "Archive", "Archive"),
    Field("moisson:source_id", Kind.TEXT, "Identifiant dans l’archive", "Identifier in the archive"),
    Field("moisson:availability", Kind.TEXT, "Disponibilité", "Availability", values=_AVAILABILITIES, own=True),
    Field("moisson:licence", Kind.TEXT, "Licence", "Licence", own=True),
    Field("moisson:scene", Kind.TEXT, "Prise de vue", "Acquisition"),
    Field("moisson:online", Kind.FLAG, "En ligne", "Online"),
)

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _FIELDS})
"""By name, in the order in which they are shown."""

_WORDS_OF = ("title", "description", "platform", "constellation", "instruments", "keywords", "moisson:source_id", "grid:code")
LONGEST = 8000
"""Characters of a text that filters, sorts and free text look at."""


def values_of(item: Item) -> dict[str, Value]:
    """The values of an Item by field, `own` ones left out; what is not of the field's kind is not there."""
    properties = item["properties"]
    found: dict[str, Value] = {}
    for name, field in FIELDS.items():
        if not field.own and (given := properties.get(name)) is not None:
            value = _value(field.kind, given, name)
            if value is not None:
                found[name] = value
    return found


def _value(kind: Kind, given: Any, name: str) -> Value | None:
    if kind is Kind.TEXT:
        return given[:LONGEST] if isinstance(given, str) else None
    if kind is Kind.TEXTS:
        return tuple(text[:LONGEST] for text in given if isinstance(text, str)) if isinstance(given, list) else None
    if kind is Kind.FLAG:
        return given if isinstance(given, bool) else None
    if kind is Kind.TIME:
        return to_micros(parse_time(given, name)) if isinstance(given, str) else None
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        return None
    if kind is Kind.INTEGER:
        return int(given) if given == int(given) and abs(given) < 2**53 else None
    return float(given)


def words_of(item: Item) -> str:
    """The words of an Item that free text is looked for in: folded, one space between."""
    properties = item["properties"]
    given = (item["id"], item["collection"], *(text for name in _WORDS_OF for text in _texts(properties.get(name))))
    return " ".join(dict.fromkeys(folded for text in given if (folded := words(text[:LONGEST]))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (text for text in value if isinstance(text, str))


def words(text: str) -> str:
    """A text as words are compared: without case and accents, everything that is no letter or digit a space."""
    if text.isascii():
        folded = text.lower()
        return " ".join((folded if folded.isalnum() else "".join(c if c.isalnum() else " " for c in folded)).split())
    folded = fold_accents(fold_case(text))
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def fold_case(text: str) -> str:
    """As CASEI compares texts (OGC 21-065r2, §7.5): full case folding of Unicode."""
    return text.lower() if text.isascii() else text.casefold()


def fold_accents(text: str) -> str:
    """As ACCENTI compares texts (OGC 21-065r2, §7.6): without combining marks."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)))
