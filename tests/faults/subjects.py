"""The sources of the fault matrix: how each is set up, what its stand-in holds before and after, and what of it can be spoilt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pydantic import SecretStr

from moisson.sections import (
    CoveragesSettings,
    CswSection,
    DinamisSettings,
    GeodesSettings,
    HttpSettings,
    OaiPmhSection,
    OneAtlasSettings,
    OpenSearchSection,
    RegardsSettings,
    SourceSettings,
    StacSection,
    SwhSettings,
)
from tests.support.faults import started
from tests.support.harvesting import PEPS
from tests.upstreams import API_KEY, Upstreams, World
from tests.upstreams.sar import truth as radar_truth
from tests.upstreams.wmts import PREFIX, usual_layers

SINCE = date(2014, 1, 1)
_LAYERS = tuple(usual_layers())


@dataclass(frozen=True)
class Subject:
    """One source. `path` of the requests that bring its records, `first` the number of the one that brings the first page.

    `world` is what it holds before; at each later stage half of that is revised, and `gone` (a share) deleted where deletions are
    announced or shown by every listing. `truth` are the ids of the Items that it must end with, by the stand-in. `lists`: how that
    comes to be listed which is listed only seldom; "" where all is listed at every run, or never.
    """

    key: str
    title: str
    name: str
    path: str
    first: int
    world: World
    gone: float
    section: Callable[[Upstreams, HttpSettings], SourceSettings]
    truth: Callable[[Upstreams], Iterable[str]]
    lists: Literal["", "sweep_days", "recounts"] = ""

    def listing(self, section: SourceSettings) -> SourceSettings:
        """The section with a whole listing due at every run, where that is a setting of it."""
        return section.model_copy(update={"sweep_days": 0.5}) if self.lists == "sweep_days" else section

    def show(self, up: Upstreams, stage: int) -> None:
        """What the stand-in holds: at stage 0 before any change, then after one more each, two days before the run of that number."""
        world = self.world
        for number in range(1, stage + 1):
            when = started(number) - timedelta(days=2)
            world = world.revised(0.5, when)
            world = world.without(self.gone, when + timedelta(hours=2)) if self.gone else world
        up.world = world
        # A year goes, another comes.
        up.tiles.layers = [name for name in _LAYERS if name != f"{PREFIX}PLEIADES.{2012 + stage}"]


def _peps(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return GeodesSettings(url=up.geodes, collections=PEPS, since=SINCE, page_size=6, http=http)


def _swh(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return SwhSettings(url=up.geodes, since=date(2021, 7, 1), page_size=5, http=http)


def _regards(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return RegardsSettings(url=up.regards, page_size=10, api_key=SecretStr(API_KEY), http=http)


def _optical(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return _airbus(up, http, constellations=("PHR", "SPOT", "PNEO"), radar=False, page_size=10)


def _radar(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return _airbus(up, http, constellations=("PNEO",), radar=True, page_size=5)


def _airbus(up: Upstreams, http: HttpSettings, **more: object) -> SourceSettings:
    given = {"search_url": up.oneatlas, "auth_url": up.oneatlas, "sar_url": up.sar, "api_key": API_KEY, "since": SINCE, "http": http}
    return OneAtlasSettings.model_validate({**given, **more})


def _dinamis(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return DinamisSettings(stac_url=up.dinamis, page_size=8, http=http)


def _partner(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return StacSection(url=up.dinamis, collections=("spot-6-7-drs",), page_size=8, http=http)


def _csw(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return CswSection(url=up.vigisat, page_size=8, http=http)


def _opensearch(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return OpenSearchSection(url=up.seas, page_size=8, http=http)


def _oai(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return OaiPmhSection(url=up.oai, metadata_prefix="eop", http=http)


def _coverages(up: Upstreams, http: HttpSettings) -> SourceSettings:
    return CoveragesSettings(wmts_url=up.wmts, wms_url="", http=http)


def _of(source: str) -> Callable[[Upstreams], Iterable[str]]:
    return lambda up: (one.id for one in up.world.truth() if one.source == source)


def _heritage(up: Upstreams) -> Iterable[str]:
    return (one.id for one in up.swh.truth())


def _spot(up: Upstreams) -> Iterable[str]:
    """What the STAC API has of the purchased images; the rest comes in files."""
    return (one for one in _of("dinamis")(up) if one.startswith("SPOT"))


def _station(name: str) -> Callable[[Upstreams], Iterable[str]]:
    return lambda up: (f"{name}-{one.id}" for one in up.partner(name).truth())


def _radar_and_neo(up: Upstreams) -> Iterable[str]:
    yield from (one.id for one in up.world.truth() if one.source == "airbus" and one.id.startswith("ACQ_PNEO"))
    yield from (one.id for one in radar_truth(up.world))


def _layers(up: Upstreams) -> Iterable[str]:
    families = (f"{PREFIX}SPOT.", f"{PREFIX}PLEIADES.")
    ours = (name for name in up.tiles.layers if name.startswith(families) and not name.endswith((".GRAPHE-MOSAIQUAGE", ".IRC")))
    return (name.removeprefix(PREFIX).replace(".", "-").lower() for name in ours)


SUBJECTS = {
    subject.key: subject
    for subject in (
        Subject("peps", "PEPS (GEODES)", "peps", "^/geodes/api/stac/search", 1, World(200), 0, _peps, _of("peps"), "recounts"),
        Subject("swh", "SWH (GEODES)", "swh", "^/geodes/api/stac/search", 1, World(500), 0, _swh, _heritage, "recounts"),
        Subject("regards", "SWH (REGARDS)", "swh", "^/regards/.*/search", 1, World(500), 0.03, _regards, _heritage),
        Subject("optical", "Airbus optical", "airbus", "^/oneatlas/api/v2/opensearch", 1, World(200), 0.03, _optical, _of("airbus")),
        Subject("radar", "Airbus radar", "airbus", "^/sar/v1/sar/catalogue/replication", 1, World(600), 0.03, _radar, _radar_and_neo),
        Subject("dinamis", "DINAMIS (STAC)", "dinamis", "^/dinamis/stac/search", 1, World(300), 0, _dinamis, _spot),
        Subject("partner", "a partner (STAC)", "region", "^/dinamis/stac/search", 1, World(300), 0, _partner,
                lambda up: (f"region-{one}" for one in _spot(up))),
        Subject("csw", "VIGISAT (CSW)", "vigisat", "^/vigisat/", 3, World(1500), 0, _csw, _station("vigisat"), "sweep_days"),
        Subject("opensearch", "SEAS (OpenSearch)", "seas", "^/seas/opensearch/products", 2, World(1500), 0, _opensearch, _station("seas"),
                "sweep_days"),
        Subject("oai", "SEAS (OAI-PMH)", "seas", "^/seas/oai", 3, World(6000), 0.03, _oai, _station("seas"), "sweep_days"),
        Subject("coverages", "coverages (WMTS)", "coverages", "^/geopf/wmts", 1, World(5), 0, _coverages, _layers),
    )
}  # fmt: skip
