"""What the tests of losses share: every archive of the stand-ins by its protocol, harvested into a store, and what the store then holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pydantic import SecretStr

from index.protocol import Index
from index.state import Run
from mappings.validation import Validator
from moisson.build import open_source
from moisson.sections import (
    CswSection,
    DinamisSettings,
    GeodesSettings,
    HttpSettings,
    OaiPmhSection,
    OneAtlasSettings,
    OpenSearchSection,
    SourceSettings,
)
from schedules.run import Options, Progress, harvest
from tests.upstreams import Upstreams

HTTP = HttpSettings(requests_per_second=100_000, attempts=3)
_VALIDATOR = Validator()
_LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True)
class Archive:
    """One archive: how it is configured, and the paths of the answers that hold its records."""

    settings: Callable[[Upstreams], SourceSettings]
    path: str


def _peps(up: Upstreams) -> SourceSettings:
    return GeodesSettings(url=up.geodes, collections=("PEPS_S3_L1",), since=_LONG_AGO, page_size=20, http=HTTP)


def _airbus(up: Upstreams) -> SourceSettings:
    return OneAtlasSettings(
        search_url=up.oneatlas,
        auth_url=up.oneatlas,
        sar_url=up.sar,
        radar=False,
        constellations=("PNEO",),
        api_key=SecretStr(up.api_key),
        since=_LONG_AGO,
        page_size=20,
        http=HTTP,
    )


def _dinamis(up: Upstreams) -> SourceSettings:
    return DinamisSettings(stac_url=up.dinamis, page_size=20, http=HTTP)


# All is listed at every run: what a whole listing does not show is judged.
_ALWAYS = 1e-9


def _csw(up: Upstreams) -> SourceSettings:
    return CswSection(url=up.vigisat, page_size=10, sweep_days=_ALWAYS, http=HTTP)


def _oaipmh(up: Upstreams) -> SourceSettings:
    return OaiPmhSection(url=up.oai, metadata_prefix="eop", sweep_days=_ALWAYS, http=HTTP)


def _opensearch(up: Upstreams) -> SourceSettings:
    return OpenSearchSection(url=up.seas, page_size=10, sweep_days=_ALWAYS, http=HTTP)


ARCHIVES: Mapping[str, Archive] = {
    "peps": Archive(_peps, "^/geodes/api/stac/search"),
    "airbus": Archive(_airbus, "^/oneatlas/api/v2/opensearch"),
    "dinamis": Archive(_dinamis, "^/dinamis/stac/search"),
    "csw": Archive(_csw, "^/vigisat/csw"),
    "oaipmh": Archive(_oaipmh, "^/seas/oai"),
    "opensearch": Archive(_opensearch, "^/seas/opensearch/products"),
}


def run(
    index: Index,
    name: str,
    settings: SourceSettings,
    *,
    options: Options | None = None,
    progress: Progress = lambda page, counts: None,
) -> Run:
    """One run of a source over HTTP, by our own clock, which is far ahead of the stand-ins'; nobody sleeps."""
    with open_source(name, settings, _now, lambda seconds: None) as source:
        return harvest(source, index, _VALIDATOR, now=_now, owner="test", name=name, options=options or Options(), progress=progress)


def kept(index: Index, name: str) -> set[str]:
    """The native ids of the records that are kept."""
    found: set[str] = set()
    after: str | None = None
    while page := list(index.records(name, after)):
        found |= {record.native_id for record in page}
        after = page[-1].native_id
    return found


def adds_up(run: Run) -> bool:
    counts = run.counts
    received = counts.new + counts.changed + counts.unchanged + counts.merged + counts.rejected + counts.repeated + counts.filtered
    return (counts.received, counts.announced) == (received, received + counts.missing)


def _now() -> datetime:
    return datetime.now(UTC)
