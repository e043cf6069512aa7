"""Settings of partners' catalogues: one section per catalogue, whose protocol says how it is asked."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mappings.licences import licences
from mappings.ogc.missions import missions
from mappings.partners import PartnerSettings
from moisson.sections.base import Address, Area, Endpoint, SourceSection


class PartnerSection(SourceSection):
    """A partner: its records go by the section's name."""

    mapping: Literal["partner"] = "partner"


class DescribedSection(PartnerSection):
    """A partner whose records become Items of ours, named after the section. `title` and `homepage` of the organisation; `licences` by
    mission, which the operator names: without one, only what is free for anyone gets a right; `axis_order` of footprints that do not
    say it themselves; `region` where most images lie; `columns` of inventories; `largest_area` (square degrees) above which a box is
    no image; `calibration` false leaves acquisitions for calibration out. Of another Moisson: `taken_over`, its Collections whose Items
    stay as they are, and `believed`, the licences that it is believed to give."""

    title: str | None = None
    homepage: Address | None = None
    licences: dict[str, str] = Field(default_factory=dict)
    axis_order: Literal["latlon", "lonlat"] | None = None
    region: Area | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    largest_area: float | None = Field(None, gt=0)
    calibration: bool = True
    taken_over: tuple[str, ...] = ()
    believed: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_licences(self) -> "DescribedSection":
        for mission, licence in self.licences.items():
            if mission not in missions():
                raise ValueError(f"licences: no mission {mission!r}: one of {', '.join(missions())}")
            if licence not in licences():
                raise ValueError(f"licences: no licence {licence!r}: one of {', '.join(licences())}")
        for licence in self.believed:
            if licence not in licences():
                raise ValueError(f"believed: no licence {licence!r}: one of {', '.join(licences())}")
        return self

    def partner(self, usual: PartnerSettings) -> PartnerSettings:
        """For the mapping; what is not said here is as usual."""
        return PartnerSettings(
            title=self.title or usual.title,
            url=self.homepage or usual.url,
            licences={**usual.licences, **self.licences},
            axis_order=self.axis_order or usual.axis_order,
            region=self.region or usual.region,
            columns={**usual.columns, **self.columns},
            largest_area=self.largest_area if self.largest_area is not None else usual.largest_area,
            calibration=self.calibration,
            taken_over=self.taken_over,
            believed=self.believed,
        )


class CswSection(DescribedSection):
    """CSW 2.0.2 with ISO 19139 or 19115-2. `where`: properties and the values that they must have; `sweep` full or brief, every
    `sweep_days`; `window_limit`: how many positions the catalogue pages through, when that is known."""

    protocol: Literal["csw"] = "csw"
    url: Endpoint
    method: Literal["POST", "GET"] = "POST"
    output_schema: str = "http://www.isotc211.org/2005/gmd"
    type_names: str = "gmd:MD_Metadata"
    where: dict[str, str] = Field(default_factory=dict)
    sort_by: str = "apiso:Identifier"
    page_size: int = Field(50, ge=1, le=1000)
    overlap_days: float = Field(1, ge=1)
    sweep: Literal["full", "brief"] = "full"
    sweep_days: float = Field(7, gt=0)
    window_limit: int | None = Field(None, ge=1)


class OaiPmhSection(DescribedSection):
    """OAI-PMH 2.0. `sweep_days`: how often all is listed again; none: as the repository's word on deletions demands."""

    protocol: Literal["oai-pmh"] = "oai-pmh"
    url: Endpoint
    metadata_prefix: str = "iso19139"
    set_spec: str | None = None
    overlap_days: float = Field(1, ge=0)
    sweep_days: float | None = Field(None, gt=0)
    exact_sizes: bool = True


class OpenSearchSection(DescribedSection):
    """OpenSearch-EO; `url` of the description document. `parameters` by the names of slots; `template` in place of the document's."""

    protocol: Literal["opensearch"] = "opensearch"
    url: Endpoint
    collections: tuple[str, ...] = ()
    template: str | None = None
    parameters: dict[str, str] = Field(default_factory=dict)
    sensed_since: date | None = None
    sensed_until: date | None = None
    send_area: bool = False
    page_size: int = Field(50, ge=1, le=1000)
    overlap_days: float = Field(1, ge=0)
    sweep_days: float = Field(7, gt=0)
    exact_totals: bool = True
    window_limit: int | None = Field(None, ge=1)


class StacSection(DescribedSection):
    """A STAC API, listed in full at every run."""

    protocol: Literal["stac"] = "stac"
    url: Endpoint
    collections: Annotated[tuple[str, ...], Field(min_length=1)]
    method: Literal["GET", "POST"] = "GET"
    page_size: int = Field(100, ge=1, le=10_000)
    exact_totals: bool = True


class FolderSection(DescribedSection):
    """A drop folder of files: ISO, EOP, recorded answers, STAC, inventories. `settle_seconds`: younger files may still be written."""

    protocol: Literal["folder"] = "folder"
    path: Path
    settle_seconds: float = Field(60, ge=0)
