"""Settings of the archives that the project knows by name: what each must hold, and where its key comes from."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from moisson.sections.base import Address, Section, SourceSection, read_key


class _Geodes(SourceSection):
    """What the sources at GEODES share: a STAC API, asked one collection at a time."""

    protocol: Literal["geodes"] = "geodes"
    url: Address = "https://geodes-portal.cnes.fr/api/stac"
    page_size: int = Field(80, ge=1, le=1000)
    overlap_hours: float = Field(24, ge=0)

    @model_validator(mode="after")
    def _scoped(self) -> Self:
        """The archive holds tens of millions of records."""
        if self.area is None and self.since is None:
            raise ValueError("this archive is too big to be taken whole: give since or area")
        return self


class GeodesSettings(_Geodes):
    """Sentinel at CNES (ex PEPS) through the STAC API of GEODES; one request per collection."""

    mapping: Literal["peps"] = "peps"
    collections: Annotated[tuple[str, ...], Field(min_length=1)]


class SwhSettings(_Geodes):
    """Spot World Heritage (SPOT 1 to 5) at CNES through GEODES. `published` is the member that holds the time of publication:
    `datetime`, or `updated` once GEODES gives these collections in their new form."""

    mapping: Literal["swh"] = "swh"
    collections: Annotated[tuple[str, ...], Field(min_length=1)] = ("SWH_SPOT123_L1", "SWH_SPOT4_L1", "SWH_SPOT5_L1")
    published: Literal["datetime", "updated"] = "datetime"


class RegardsSettings(SourceSection):
    """Spot World Heritage in its native catalogue, listed whole. The token of an account: MOISSON_SOURCES__NAME__API_KEY or
    `api_key_file`. `first_page` is 0 or 1."""

    protocol: Literal["regards"] = "regards"
    mapping: Literal["swh"] = "swh"
    url: Address = "https://regards.cnes.fr"
    search_path: str = Field("/api/v1/rs-catalog/engines/legacy/dataobjects/search", pattern="^/")
    item_path: str = Field("/api/v1/rs-catalog/engines/legacy/dataobjects/{id}", pattern=r"^/.*\{id\}")
    parameters: dict[str, str] = Field(default_factory=dict)
    first_page: int = Field(0, ge=0, le=1)
    page_size: int = Field(100, ge=1, le=10_000)
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    def key(self) -> str | None:
        """The token, from the environment or the file. Raises ConfigError when the file cannot be read."""
        return read_key(self.api_key, self.api_key_file)


class RestoSettings(SourceSection):
    """The legacy PEPS service (closed in 2026): for replays and history."""

    protocol: Literal["resto"] = "resto"
    mapping: Literal["peps"] = "peps"
    url: Address = "https://peps.cnes.fr/resto"
    collections: Annotated[tuple[str, ...], Field(min_length=1)]
    page_size: int = Field(100, ge=1, le=500)


class OneAtlasSettings(SourceSection):
    """Airbus catalogues, optical (Pléiades, SPOT, Pléiades Neo) and radar (TerraSAR-X, TanDEM-X, PAZ). The key:
    MOISSON_SOURCES__AIRBUS__API_KEY or `api_key_file`. `radar` true or false; left out, where there is a key."""

    protocol: Literal["oneatlas"] = "oneatlas"
    mapping: Literal["airbus"] = "airbus"
    search_url: Address = "https://search.foundation.api.oneatlas.airbus.com"
    auth_url: Address = "https://authenticate.foundation.api.oneatlas.airbus.com"
    sar_url: Address = "https://sar.api.oneatlas.airbus.com/v1"
    radar: bool | None = None
    constellations: tuple[Literal["PHR", "SPOT", "PNEO"], ...] = ("PHR", "SPOT")
    workspaces: dict[str, str] = Field(default_factory=dict)
    page_size: int = Field(200, ge=1, le=500)
    api_key: SecretStr | None = None
    api_key_file: Path | None = None

    def key(self) -> str | None:
        """The key, from the environment or the file. Raises ConfigError when the file cannot be read."""
        return read_key(self.api_key, self.api_key_file)


class InventorySettings(Section):
    """A list of held products: CSV or GeoPackage. `columns` maps our names to the file's headers where they differ."""

    path: Path
    columns: dict[str, str] = Field(default_factory=dict)


class DinamisSettings(SourceSection):
    """The archive of purchased images: a STAC API for SPOT 6/7, inventories and delivery folders for the rest."""

    protocol: Literal["dinamis"] = "dinamis"
    mapping: Literal["dinamis"] = "dinamis"
    stac_url: Address | Literal[""] = "https://api.stac.teledetection.fr"
    collections: tuple[str, ...] = ("spot-6-7-drs",)
    page_size: int = Field(100, ge=1, le=10_000)
    inventories: tuple[InventorySettings, ...] = ()
    deliveries: tuple[Path, ...] = ()


class CoveragesSettings(SourceSection):
    """Yearly SPOT 6/7 and Pléiades coverages of France as map tiles, and inventories of held regional products.

    `wmts_url` and `wms_url` are where links lead, "" leaves a service out; `portal_url` the page where members ask for the images.
    """

    protocol: Literal["coverages"] = "coverages"
    mapping: Literal["coverages"] = "coverages"
    wmts_url: Address | Literal[""] = "https://data.geopf.fr/wmts"
    wms_url: Address | Literal[""] = "https://data.geopf.fr/wms-r"
    portal_url: Address | Literal[""] = "https://dinamis.data-terra.org/"
    inventories: tuple[InventorySettings, ...] = ()
