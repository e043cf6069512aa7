"""The DINAMIS archive of purchased images: inventories and delivery folders as files, SPOT 6/7 from a STAC API (Airbus report §3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harvesters.area import Area
from harvesters.deliveries import Limits, read_deliveries
from harvesters.errors import Misconfigured
from harvesters.http import Fetcher
from harvesters.inventories import Inventory, read_inventory
from harvesters.source import Extent, Page, Span
from harvesters.stacapi import StacApiSettings, StacApiSource
from mappings import dinamis
from mappings.dinamis import stac
from mappings.record import Answer, Mapping, Record, Unmappable

DELIVERIES = "deliveries"
# How the records of files are named; those of the API have its ids.
_OF_FILES = ("inventory:", "delivery:")


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
            stream = f"inventory:{inventory.name}"
            yield from self._whole(stream, [read_inventory(inventory, self._settings.page_size)])
        limits = Limits(self._settings.page_size, self._settings.max_xml_bytes)
        yield from self._whole(DELIVERIES, [read_deliveries(folder, limits) for folder in self._settings.deliveries])
        if self._api is not None:
            yield from self._api.harvest(span)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """What a file or folder lists was read from it a moment ago; what the API lists is asked of it."""
        of_files = {name for name in native_ids if name.startswith(_OF_FILES)}
        others = [name for name in native_ids if name not in of_files]
        return frozenset(of_files) | (self._api.gone(others) if self._api is not None else frozenset(others))

    def _check_paths(self) -> None:
        for inventory in self._settings.inventories:
            if not inventory.path.is_file():
                raise Misconfigured(f"{self.name}: inventories: {inventory.path} is not a file")
        for folder in self._settings.deliveries:
            if not folder.is_dir():
                raise Misconfigured(f"{self.name}: deliveries: {folder} is not a folder")

    def _whole(self, stream: str, parts: Sequence[Iterator[Answer]]) -> Iterator[Page]:
        """All of a stream, closed when each part gave something and nothing that could not be read: a file that lost its rows, or a
        folder that is not mounted, says nothing about what it held."""
        sound = bool(parts)
        for part in parts:
            given = 0
            for answer in part:
                given += len(answer.records)
                sound = sound and not answer.broken
                yield self._page(stream, answer)
            sound = sound and given > 0
        if sound:
            yield Page(stream, closed=Extent())

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
