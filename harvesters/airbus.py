"""Airbus as one source: its optical and its radar catalogue, which have hosts and protocols of their own."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from harvesters.errors import HarvestError, Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.oneatlas import OneAtlasSettings, OneAtlasSource
from harvesters.oneatlas_token import Tokens
from harvesters.sar import SarSettings, SarSource
from harvesters.scope import utc_now
from harvesters.source import Extent, Page, Source, Span
from mappings import airbus
from mappings.airbus.radar import is_radar_id
from mappings.record import Mapping


class AirbusSource:
    """The optical streams, then the radar ones. One catalogue that fails does not hide the other; the run is then partial."""

    def __init__(
        self,
        name: str,
        fetcher: Fetcher,
        optical: OneAtlasSettings,
        radar: SarSettings,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        # One account, one token.
        tokens = Tokens(fetcher, optical.auth_url, optical.api_key, now)
        self._optical = OneAtlasSource(name, fetcher, optical, now=now, tokens=tokens)
        self._radar = SarSource(name, fetcher, radar, now=now, tokens=tokens)
        self.name = name
        self.mapping: Mapping = airbus
        self.area = self._optical.area
        self._parts: tuple[tuple[str, Source], ...] = (
            ("optical", self._optical),
            ("radar", self._radar),
        )

    def harvest(self, span: Span) -> Iterator[Page]:
        """Raises StopSource and Misconfigured, after both catalogues had their turn."""
        failures: list[tuple[str, HarvestError]] = []
        for what, part in self._parts:
            try:
                yield from part.harvest(span)
            except HarvestError as error:
                failures.append((what, error))
        if failures:
            refused = {what for what, error in failures if isinstance(error, Misconfigured)}
            hint = " (an account without radar: radar = false)" if "radar" in refused else ""
            raise (Misconfigured if refused else StopSource)("; ".join(f"{what}: {error}" for what, error in failures) + hint)

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """As each catalogue says of its own records. Raises StopSource and Misconfigured."""
        of_radar = [name for name in native_ids if is_radar_id(name)]
        others = [name for name in native_ids if not is_radar_id(name)]
        return self._optical.gone(others) | self._radar.gone(of_radar)

    # The radar streams have no past that could be counted: their feed knows no end of a window (report §2).
    def past(self) -> Sequence[tuple[str, Extent]]:
        """Of the optical streams."""
        return self._optical.past()

    def count(self, stream: str, extent: Extent) -> int | None:
        """As OneAtlas announces it. Raises StopSource and Misconfigured."""
        return self._optical.count(stream, extent)

    def relist(self, stream: str, extent: Extent) -> Iterator[Page]:
        """As OneAtlas gives it. Raises StopSource and Misconfigured."""
        return self._optical.relist(stream, extent)
