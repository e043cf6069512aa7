"""What a record itself says of its licence, and which access facts follow for its mission. No default gives a right."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mappings.facts import Availability
from mappings.licences import licences
from mappings.ogc.missions import SWH, Told, is_level_1a

UNKNOWN = "unknown"
_CODES = frozenset(
    ("restricted", "intellectualpropertyrights", "patent", "patentpending", "privat", "private", "confidential", "in-confidence")
)
_SPACES = re.compile(r"\s+")
# A licence's own text, copied into the record, says all at its beginning.
_LONGEST = 4000


class Phrase(BaseModel):
    """A row of phrases.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str
    kind: Literal["open", "restricted", "heritage", "access"]
    licence: str = ""


@dataclass(frozen=True)
class Terms:
    """`restricted` by a code or in words; `licence` the open one that is named, if any; `superseded`: the old terms of Spot World
    Heritage."""

    restricted: bool = False
    licence: str | None = None
    superseded: bool = False


@dataclass(frozen=True)
class Access:
    """The access facts of an image; `source` says who told the licence: mission, operator, record or none."""

    availability: Availability
    licence: str
    source: str
    superseded: bool = False


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], Phrase], ...]:
    table = tomllib.loads(files("mappings.ogc").joinpath("phrases.toml").read_text(encoding="utf-8"))
    rows = [Phrase.model_validate(row) for row in table["phrase"]]
    return tuple((re.compile(row.match), row) for row in rows)


def folded(value: str) -> str:
    """Without case and accents, blanks as one."""
    ascii_only = unicodedata.normalize("NFKD", value[:_LONGEST].replace("’", "'")).encode("ascii", "ignore").decode()
    return _SPACES.sub(" ", ascii_only).casefold().strip()


def terms_of(codes: Iterable[str | None], texts: Iterable[str | None]) -> Terms:
    """Of restriction codes, and of the texts and addresses of use and access constraints. A named licence counts before openness
    without a name; a restriction before both."""
    restricted = any((code or "").replace(" ", "").lower() in _CODES for code in codes)
    named: str | None = None
    superseded = False
    for value in texts:
        if not value:
            continue
        written = folded(value)
        for pattern, row in _phrases():
            if not pattern.search(written):
                continue
            restricted = restricted or row.kind == "restricted"
            superseded = superseded or row.kind == "heritage"
            if row.kind == "open" and row.licence and named is None:
                named = row.licence
    return Terms(restricted, named, superseded)


def access_of(told: Told, terms: Terms, level: str | None, named: Mapping[str, str]) -> Access:
    """Facts of an image of a mission. `named` are the licences that the operator named, by mission.

    Open is only what a mission opens to everyone and the record does not restrict; held only what an operator has a licence for. What
    a record says opens nothing: catalogues repeat their own licence in every record.
    """
    mission, operator = told.mission, _known(named.get(told.mission.id))
    if mission.access != "named" and (terms.restricted or (terms.superseded and mission.id != SWH)):
        return Access(Availability.UNKNOWN, UNKNOWN, "record")
    if mission.access == "open":
        return _open_access(told, terms, level, operator)
    if mission.access == "named":
        if operator and told.sure:
            return Access(Availability.HELD, operator, "operator")
        return Access(Availability.UNKNOWN, _known(mission.licence) or UNKNOWN, "mission" if mission.licence != UNKNOWN else "none")
    if operator:
        return Access(Availability.UNKNOWN, operator, "operator")
    stated = _known(terms.licence)
    return Access(Availability.UNKNOWN, stated or UNKNOWN, "record" if stated else "none")


def _open_access(told: Told, terms: Terms, level: str | None, operator: str | None) -> Access:
    """Of a mission that is open to everyone, unless the operator names another licence for its copies."""
    mission = told.mission
    if mission.id == SWH and not is_level_1a(level):
        return Access(Availability.UNKNOWN, _known("swh-l1c") or UNKNOWN, "mission", terms.superseded)
    if operator and operator != mission.licence:
        return Access(Availability.UNKNOWN, operator, "operator", terms.superseded)
    licence = _known(mission.licence)
    if not told.sure or licence is None:
        return Access(Availability.UNKNOWN, UNKNOWN, "none", terms.superseded)
    return Access(Availability.OPEN, licence, "operator" if operator else "mission", terms.superseded)


def _known(licence: str | None) -> str | None:
    """The id if the table has it: a licence that nobody described gives no right."""
    return licence if licence in licences() else None
