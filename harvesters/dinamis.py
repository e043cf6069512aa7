"""The DINAMIS archive of purchased images: inventories and delivery folders as files, SPOT 6/7 from a STAC API (Airbus report §3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harvesters.area import Area
from harvesters.deliveries import Limits, read_deliveries
from harvesters.errors import Misconfigured
from harvesters.http import Fetcher
from harvesters.inventories import Inventory, read_inventory
from harvesters.source import Page, Span
from harvesters.stacapi import StacApiSettings, StacApiSource
from mappings import dinamis
from mappings.dinamis import stac
from mappings.record import Answer, Mapping, Record, Unmappable

DELIVERIES = "deliveries"


@dataclass(frozen=True)
class DinamisSettings:
    """`stac`: its API, or None. `inventories`: CSV or GeoPackage files. `deliveries`: folders with delivered products below them.

    `area` holds for all of them. `page_size`: rows of a file that are handed on at once. `max_xml_bytes`: of one DIMAP file.
    """

    stac: StacApiSettings | None = None
    inventories: tuple[Inventory, ...] = ()
    deliveries: tuple[Path, ...] = ()
    area: tuple[float, float, float, float] | None = None
    page_size: int = 500
    max_xml_bytes: int = 16 * 2**20


class DinamisSource:
    """One stream per inventory, one of the deliveries, one per collection of the API; all in full at every run."""

    def __init__(self, name: str, fetcher: Fetcher, settings: DinamisSettings) -> None:
        self.name = name
        self.mapping: Mapping = dinamis
        self._settings = settings
        self.area = Area.of(settings.area)
        self._api: StacApiSource | None = None
        if settings.stac is not None:
            self._api = StacApiSource(name, fetcher, replace(settings.stac, area=settings.area), self.mapping, stac.to_record)

    def harvest(self, span: Span) -> Iterator[Page]:
        """Files first: an API that is down must not hide them. Raises StopSource, and Misconfigured naming what is missing."""
        self._check_paths()
        for inventory in self._settings.inventories:
            for answer in read_inventory(inventory, self._settings.page_size):
                yield self._page(f"inventory:{inventory.name}", answer)
        limits = Limits(self._settings.page_size, self._settings.max_xml_bytes)
        for folder in self._settings.deliveries:
            for answer in read_deliveries(folder, limits):
                yield self._page(DELIVERIES, answer)
        if self._api is not None:
            yield from self._api.harvest(span)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: what a file or folder lists was read from it a moment ago."""
        return frozenset(native_ids)

    def _check_paths(self) -> None:
        for inventory in self._settings.inventories:
            if not inventory.path.is_file():
                raise Misconfigured(f"{self.name}: inventories: {inventory.path} is not a file")
        for folder in self._settings.deliveries:
            if not folder.is_dir():
                raise Misconfigured(f"{self.name}: deliveries: {folder} is not a folder")

    def _page(self, stream: str, answer: Answer) -> Page:
        kept = [record for record in answer.records if not self._excludes(record)]
        records = tuple(replace(record, source=self.name) for record in kept)
        return Page(stream, records=records, broken=answer.broken, filtered=len(answer.records) - len(kept))

    def _excludes(self, record: Record) -> bool:
        """Whether the footprint, which each form tells in its own way, surely lies outside the area."""
        if self.area is None:
            return False
        try:
            return self.area.excludes(self.mapping.to_item(record))
        except Unmappable:
            return False
