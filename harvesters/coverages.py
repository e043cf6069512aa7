"""Yearly coverages of the Géoplateforme by its WMTS capabilities, and held regional products by inventories (Airbus report §3.3)."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from harvesters.area import Area
from harvesters.errors import HarvestError, Misconfigured, Retry, StopSource
from harvesters.http import Fetcher
from harvesters.inventories import Inventory, read_inventory
from harvesters.response import Response, place, validator_of
from harvesters.source import Extent, Page, Span
from mappings import coverages
from mappings.coverages import Listing, Services
from mappings.record import Answer, Mapping, NotAnAnswer, Record, Unmappable
from mappings.xml import RefusedXml

LOGGER = logging.getLogger(__name__)
MOSAICS = "mosaics"
_REQUEST = {"SERVICE": "WMTS", "VERSION": "1.0.0", "REQUEST": "GetCapabilities"}
_READ = "read"


@dataclass(frozen=True)
class CoveragesSettings:
    """`services`: where capabilities are asked and where the links lead. `inventories`: CSV or GeoPackage files of held regional
    products. `page_size`: rows of a file that are handed on at once."""

    services: Services = field(default_factory=Services)
    inventories: tuple[Inventory, ...] = ()
    area: tuple[float, float, float, float] | None = None
    page_size: int = 500


class CoveragesSource:
    """One stream per inventory, then one of the mosaics, whole at every run."""

    def __init__(self, name: str, fetcher: Fetcher, settings: CoveragesSettings) -> None:
        self.name = name
        self.mapping: Mapping = coverages
        self.area = Area.of(settings.area)
        self._fetcher = fetcher
        self._settings = settings

    def harvest(self, span: Span) -> Iterator[Page]:
        """Files first: a service that is down must not hide them. Raises StopSource, and Misconfigured naming what is missing."""
        for inventory in self._settings.inventories:
            if not inventory.path.is_file():
                raise Misconfigured(f"{self.name}: inventories: {inventory.path} is not a file")
        for inventory in self._settings.inventories:
            yield from self._rows(inventory)
        if self._settings.services.wmts:
            yield from self._mosaics(span)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """All: the service's own list and the files were read a moment ago."""
        return frozenset(native_ids)

    def _rows(self, inventory: Inventory) -> Iterator[Page]:
        stream, sound = f"inventory:{inventory.name}", True
        for answer in read_inventory(inventory, self._settings.page_size):
            sound = sound and not answer.broken
            yield self._page(stream, answer)
        if sound:
            # A row that cannot be read may be one that is kept: then nothing is absent.
            yield Page(stream, closed=Extent())

    def _mosaics(self, span: Span) -> Iterator[Page]:
        """The service's layers, if they changed since the last complete run.

        The list that a package carries takes their place only while none of the service was ever read whole: it is older and knows
        fewer views, and would replace what is known better. The run then ends with the reason, so that nothing is judged absent.
        """
        # Another version of the mapping, or other links, must see the layers again.
        words = f"{coverages.version} {self._settings.services}"
        validator = f"validator:{blake2b(words.encode(), digest_size=8).hexdigest()}"
        known = span.recalled(validator)
        try:
            response, listing = self._fetch(known)
        except StopSource as error:
            yield from self._bundled(span, error)
            raise
        if listing is None:
            yield Page(MOSAICS, remember={validator: known or "", _READ: "whole"})
            return
        page = self._page(MOSAICS, listing.answer)
        newer = validator_of(response) if listing.whole else None
        yield replace(
            page,
            filtered=page.filtered + listing.left_out,
            closed=Extent() if listing.whole else None,
            remember={validator: newer or "", _READ: "whole"},
        )

    def _fetch(self, known: str | None) -> tuple[Response, Listing | None]:
        """The service's layers; None when nothing changed. Raises StopSource and Misconfigured."""
        services, found = self._settings.services, list[Listing]()

        def check(response: Response) -> None:
            try:
                found.append(coverages.read_layers(response.body, services))
            except NotAnAnswer as error:
                # Gateways answer 200 with a page of HTML while a service restarts; what is refused for its form stays so.
                kind = StopSource if isinstance(error.__cause__, RefusedXml) else Retry
                raise kind(f"{place(response.url)}: {error}") from None

        response = self._fetcher.fetch("GET", services.wmts, params=_REQUEST, known=known, check=check)
        return response, found[-1] if found and response.status != 304 else None

    def _bundled(self, span: Span, error: HarvestError) -> Iterator[Page]:
        """The layers that the package xyzservices lists. Raises StopSource when better is known already."""
        if span.recalled(_READ) is not None:
            return
        LOGGER.warning("%s: the list inside xyzservices takes the place of the service's own: %s", self.name, error)
        listing = coverages.read_layers(coverages.bundled_providers(), self._settings.services)
        page = self._page(MOSAICS, listing.answer)
        yield replace(page, filtered=page.filtered + listing.left_out)
        raise StopSource(f"{error}; the layers that the package xyzservices lists were taken instead") from None

    def _page(self, stream: str, answer: Answer) -> Page:
        kept = [record for record in answer.records if not self._excludes(record)]
        records = tuple(replace(record, source=self.name) for record in kept)
        return Page(stream, records=records, broken=answer.broken, filtered=len(answer.records) - len(kept))

    def _excludes(self, record: Record) -> bool:
        """Whether the outline surely lies outside the area."""
        if self.area is None:
            return False
        try:
            return self.area.excludes(self.mapping.to_item(record))
        except Unmappable:
            return False
