"""Which mission took an image, told by what names its platform and its products."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mappings.catalogue import Provider

OTHER = "other"
SWH = "swh"
# Bytes of a text that are looked at; a hostile one is not searched for ever.
_LONGEST = 400
_HERITAGE = re.compile(r"\bswh\b|\bspot[ _-]*world[ _-]*heritage\b")
_L1A = re.compile(r"(?:l|level|niveau)?[ _-]*1[ _-]*a", re.ASCII)
_SEPARATORS = re.compile(r"[_\s]+")


class Mission(BaseModel):
    """A row of missions.toml. `band` and `frequency` (GHz) are a radar's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    title_en: str = ""
    access: Literal["open", "named", "unknown"]
    licence: str
    constellation: str
    launched: date | None = None
    instruments: tuple[str, ...]
    band: str | None = None
    frequency: float | None = None
    names: tuple[str, ...]
    platforms: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    owner: str
    providers: tuple[Provider, ...] = Field(default=())


@dataclass(frozen=True)
class Told:
    """A mission with the platform that was named, if one was. `sure` says that a platform's or a product's name told it, not prose."""

    mission: Mission
    platform: str | None = None
    sure: bool = True


@cache
def missions() -> Mapping[str, Mission]:
    """Missions by id. Raises pydantic's ValidationError when the file is wrong."""
    table = tomllib.loads(files("mappings.ogc").joinpath("missions.toml").read_text(encoding="utf-8"))
    owners = table.pop("owners")
    found = {}
    for name, row in table.items():
        owner = owners.get(row["owner"], {"providers": []})
        found[name] = Mission.model_validate({"id": name, **row, "providers": owner["providers"]})
    return MappingProxyType(found)


@cache
def _platform_patterns() -> tuple[tuple[Mission, re.Pattern[str], str], ...]:
    return tuple((mission, re.compile(pattern), name) for mission in missions().values() for pattern, name in mission.platforms)


@cache
def _name_patterns() -> tuple[tuple[Mission, re.Pattern[str]], ...]:
    return tuple((mission, re.compile("|".join(mission.names), re.I)) for mission in missions().values() if mission.names)


def plain(value: str) -> str:
    """Lower case, without accents, blanks and underscores as one blank."""
    ascii_only = unicodedata.normalize("NFKD", value[:_LONGEST]).encode("ascii", "ignore").decode()
    return _SEPARATORS.sub(" ", ascii_only.lower()).strip()


@lru_cache(maxsize=4096)
def by_platform(value: str) -> Told | None:
    """Of a platform's name, in any spelling."""
    written = plain(value)
    for mission, pattern, name in _platform_patterns():
        match = pattern.search(written)
        if match:
            return Told(mission, name.format(*match.groups()) or None)
    return None


def by_name(value: str) -> Told | None:
    """Of a product's name: an identifier, or the last part of a path. A sentence that begins like one is no name."""
    stem = value[:_LONGEST].rstrip("/").rpartition("/")[2].strip()
    if " " in stem:
        return None
    for mission, pattern in _name_patterns():
        if pattern.match(stem):
            told = by_platform(stem.removeprefix("DS_").split("_")[0])
            return Told(mission, told.platform if told and told.mission is mission else None)
    return None


def mission_of(platforms: Iterable[str | None], names: Iterable[str | None], prose: Iterable[str | None], when: datetime) -> Told:
    """The mission that a record tells of an image taken at `when`: by the names of its platforms, of its products, then by prose.

    Of several a commercial one counts, so that no image is shown as more open than it is; prose never makes an image open. A mission
    that was not yet launched is not believed (a record of Envisat, filled into another's form, says S1A).
    """
    sure = [told for value in platforms if value and (told := by_platform(value)) and _flew(told.mission, when)]
    sure += [told for value in names if value and (told := by_name(value)) and _flew(told.mission, when)]
    if sure:
        commercial = [told for told in sure if told.mission.access == "named"]
        best = commercial or sure
        return next((told for told in best if told.platform and told.mission is best[0].mission), best[0])
    for value in prose:
        told = by_platform(value) if value else None
        if told and told.mission.access != "open" and _flew(told.mission, when):
            return Told(told.mission, told.platform, sure=False)
    return Told(missions()[OTHER], sure=False)


def _flew(mission: Mission, when: datetime) -> bool:
    return mission.launched is None or when.date() >= mission.launched


def heritage(told: Told, *texts: str | None) -> Told:
    """Spot World Heritage instead of SPOT 1 to 5 when one of the texts says so."""
    if told.mission.id != "spot-1-5" or not any(value and _HERITAGE.search(plain(value)) for value in texts):
        return told
    return Told(missions()[SWH], told.platform, told.sure)


def is_level_1a(level: str | None) -> bool:
    """Whether a processing level is 1A, the only one of Spot World Heritage whose licence is established."""
    return bool(level and _L1A.fullmatch(plain(level)))
