"""Settings of the sources: a section per archive, what it must hold, and where its key comes from."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Area = tuple[float, float, float, float]


class ConfigError(Exception):
    """A setting is wrong; the message is one line that says which and what to do."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an http or https address with a host, without query and fragment")
    if parts.username or parts.password:
        raise ValueError("no user or password in an address")
    return value


Address = Annotated[str, AfterValidator(_address)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(Section):
    """How an archive is asked: time-out of an answer in seconds, size limit in MiB, tries, and requests a second."""

    timeout: float = Field(60, gt=0)
    max_mib: float = Field(64, gt=0)
    attempts: int = Field(5, ge=1, le=20)
    requests_per_second: float = Field(5, gt=0)


class _Source(Section):
    """What every source has. `area` = [west, south, east, north] in degrees; `since` = first day of interest."""

    enabled: bool = True
    area: Area | None = None
    since: date | None = None
    http: HttpSettings = HttpSettings()

    @field_validator("area")
    @classmethod
    def _in_the_world(cls, area: Area | None) -> Area | None:
        if area is not None and not (-180 <= area[0] <= 180 and -180 <= area[2] <= 180 and -90 <= area[1] <= area[3] <= 90):
            raise ValueError("west, south, east, north in degrees, south below north")
        return area


class GeodesSettings(_Source):
    """Sentinel at CNES (ex PEPS) through the STAC API of GEODES; one request per collection."""

    protocol: Literal["geodes"] = "geodes"
    mapping: Literal["peps"] = "peps"
    url: Address = "https://geodes-portal.cnes.fr/api/stac"
    collections: Annotated[tuple[str, ...], Field(min_length=1)]
    page_size: int = Field(80, ge=1, le=1000)
    overlap_hours: float = Field(24, ge=0)

    @model_validator(mode="after")
    def _scoped(self) -> "GeodesSettings":
        """The archive holds tens of millions of records."""
        if self.area is None and self.since is None:
            raise ValueError("this archive is too big to be taken whole: give since or area")
        return self


class RestoSettings(_Source):
    """The legacy PEPS service (closed in 2026): for replays and history."""

    protocol: Literal["resto"] = "resto"
    mapping: Literal["peps"] = "peps"
    url: Address = "https://peps.cnes.fr/resto"
    collections: Annotated[tuple[str, ...], Field(min_length=1)]
    page_size: int = Field(100, ge=1, le=500)


class OneAtlasSettings(_Source):
    """Airbus optical catalogue (Pléiades, SPOT, Pléiades Neo). The key: MOISSON_SOURCES__AIRBUS__API_KEY or `api_key_file`."""

    protocol: Literal["oneatlas"] = "oneatlas"
    mapping: Literal["airbus"] = "airbus"
    search_url: Address = "https://search.foundation.api.oneatlas.airbus.com"
    auth_url: Address = "https://authenticate.foundation.api.oneatlas.airbus.com"
    constellations: tuple[Literal["PHR", "SPOT", "PNEO"], ...] = ("PHR", "SPOT")
    workspaces: dict[str, str] = Field(default_factory=dict)
    page_size: int = Field(200, ge=1, le=500)
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    def key(self) -> str | None:
        """The key, from the environment or the file. Raises ConfigError when the file cannot be read."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        if self.api_key_file is None:
            return None
        try:
            return self.api_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text file"
            raise ConfigError(f"api_key_file {self.api_key_file}: {reason}") from None


class InventorySettings(Section):
    """A list of held products: CSV or GeoPackage. `columns` maps our names to the file's headers where they differ."""

    path: Path
    columns: dict[str, str] = Field(default_factory=dict)


class DinamisSettings(_Source):
    """The archive of purchased images: a STAC API for SPOT 6/7, inventories and delivery folders for the rest."""

    protocol: Literal["dinamis"] = "dinamis"
    mapping: Literal["dinamis"] = "dinamis"
    stac_url: Address | Literal[""] = "https://api.stac.teledetection.fr"
    collections: tuple[str, ...] = ("spot-6-7-drs",)
    page_size: int = Field(100, ge=1, le=10_000)
    inventories: tuple[InventorySettings, ...] = ()
    deliveries: tuple[Path, ...] = ()


SourceSettings = Annotated[GeodesSettings | RestoSettings | OneAtlasSettings | DinamisSettings, Field(discriminator="protocol")]
# The protocol of the sources that the project knows by name.
PROTOCOLS = {"peps": "geodes", "airbus": "oneatlas", "dinamis": "dinamis"}
