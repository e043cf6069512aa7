"""From settings to the parts: the index, the sources. The only place that knows every class."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import singledispatch
from time import sleep

from harvesters import airbus, coverages, dinamis, geodes, oneatlas, regards, resto, sar
from harvesters.guard import hosts_of
from harvesters.http import Fetcher, HttpPolicy
from harvesters.inventories import Inventory
from harvesters.source import Source
from harvesters.stacapi import StacApiSettings
from index.elastic import ElasticIndex
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings import swh
from mappings.coverages import Services
from mappings.delivered import DeliveredMapping
from mappings.partners import PartnerMapping, PartnerSettings
from mappings.record import Mapping
from mappings.registry import MAPPINGS
from moisson.build_partners import build_partner
from moisson.sections import (
    ConfigError,
    CoveragesSettings,
    DescribedSection,
    DinamisSettings,
    GeodesSettings,
    MoissonSection,
    OneAtlasSettings,
    PartnerSection,
    RegardsSettings,
    RestoSettings,
    SourceSettings,
    StacFilesSection,
    SwhSettings,
)
from moisson.sections.base import midnight
from moisson.sections.elasticsearch import Cluster, is_cluster
from moisson.settings import Settings

_MIB = 2**20


def open_index(settings: Settings) -> Index:
    """The store that `index` names: a file path (SQLite), or https://host:9200/prefix (Elasticsearch). Raises ConfigError,
    IndexUnavailable."""
    return _open_elastic(settings) if is_cluster(settings.index) else SqliteIndex.open(settings.index)


def migrate_index(settings: Settings) -> dict[str, int]:
    """Brings a store of an older version to this one: the Collections whose Items were written anew, with their number. A file is
    brought there by opening it."""
    if not is_cluster(settings.index):
        SqliteIndex.open(settings.index).close()
        return {}
    with _open_elastic(settings, migrating=True) as index:
        return dict(index.migrate())


def _open_elastic(settings: Settings, *, migrating: bool = False) -> ElasticIndex:
    cluster, way = Cluster.parse(settings.index), settings.elasticsearch
    return ElasticIndex.open(
        ",".join(cluster.hosts),
        prefix=cluster.prefix,
        api_key=way.key(),
        basic_auth=cluster.login or way.login(),
        ca_certs=way.ca_certs(),
        timeout=way.timeout,
        migrating=migrating,
    )


def chosen_sources(settings: Settings, names: list[str]) -> list[str]:
    """The names asked for, or all that are enabled. Raises ConfigError for one that is not configured."""
    for name in names:
        if name not in settings.sources:
            known = ", ".join(settings.sources) or "none: see moisson.toml"
            raise ConfigError(f"{name}: no such source; configured: {known}")
    chosen = names or [name for name, section in settings.sources.items() if section.enabled]
    if not chosen:
        raise ConfigError("no source is configured: run where moisson.toml is, or set MOISSON_CONFIG")
    return chosen


def archive_of(name: str, section: SourceSettings) -> str:
    """The archive whose records the source brings: its records, Items, quarantine and lease go by that name. Two sources may share
    one, as PEPS and GEODES do, whose records of a product must meet; a partner's is the source's own."""
    return name if isinstance(section, PartnerSection) else section.mapping


def mapping_of(name: str, section: SourceSettings) -> Mapping:
    """The mapping of the source's records."""
    if not isinstance(section, PartnerSection):
        return MAPPINGS[section.mapping]
    if isinstance(section, MoissonSection):
        return section.mapping_of(name)
    if isinstance(section, StacFilesSection):
        return DeliveredMapping(name, section.rows())
    assert isinstance(section, DescribedSection)
    usual = MAPPINGS.get(name)
    return PartnerMapping(name, section.partner(usual.settings if isinstance(usual, PartnerMapping) else PartnerSettings()))


@contextmanager
def open_source(
    name: str, section: SourceSettings, now: Callable[[], datetime], sleep: Callable[[float], None] = sleep
) -> Iterator[Source]:
    """The source over its own HTTP client, which is closed at the end; `sleep` waits (seconds) between tries.

    It is named after the archive, not after its section: PEPS and GEODES announce the same products, whose records must meet.
    """
    with Fetcher(_policy(section), setting=f"sources.{name}", sleep=sleep) as fetcher:
        if isinstance(section, PartnerSection):
            yield build_partner(section, name, mapping_of(name, section), fetcher, now)
        else:
            yield _build(section, archive_of(name, section), fetcher, now)


@singledispatch
def _build(section: SourceSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    raise TypeError(f"no source is built from {type(section).__name__}")


@_build.register
def _geodes(section: GeodesSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = geodes.GeodesSettings(
        collections=section.collections,
        url=section.url,
        area=section.area,
        since=midnight(section.since),
        page_size=section.page_size,
        overlap=timedelta(hours=section.overlap_hours),
    )
    return geodes.GeodesSource(name, fetcher, settings, now=now)


@_build.register
def _swh(section: SwhSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = geodes.GeodesSettings(
        collections=section.collections,
        url=section.url,
        area=section.area,
        since=midnight(section.since),
        page_size=section.page_size,
        overlap=timedelta(hours=section.overlap_hours),
        published=section.published,
    )
    return geodes.GeodesSource(name, fetcher, settings, mapping=swh, to_record=swh.geodes.to_record, now=now)


@_build.register
def _regards(section: RegardsSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = regards.RegardsSettings(
        url=section.url,
        search_path=section.search_path,
        item_path=section.item_path,
        token=section.key(),
        area=section.area,
        page_size=section.page_size,
        first_page=section.first_page,
        parameters=section.parameters,
    )
    return regards.RegardsSource(name, fetcher, settings, now=now)


@_build.register
def _resto(section: RestoSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = resto.RestoSettings(
        collections=section.collections, url=section.url, area=section.area, since=midnight(section.since), page_size=section.page_size
    )
    return resto.RestoSource(name, fetcher, settings, now=now)


@_build.register
def _oneatlas(section: OneAtlasSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = oneatlas.OneAtlasSettings(
        constellations=section.constellations,
        workspaces=section.workspaces,
        search_url=section.search_url,
        auth_url=section.auth_url,
        api_key=section.key(),
        area=section.area,
        since=midnight(section.since),
        page_size=section.page_size,
    )
    radar = settings.api_key is not None if section.radar is None else section.radar
    if not radar:
        return oneatlas.OneAtlasSource(name, fetcher, settings, now=now)
    more = sar.SarSettings(
        url=section.sar_url,
        auth_url=section.auth_url,
        api_key=settings.api_key,
        area=section.area,
        since=settings.since,
        page_size=section.page_size,
    )
    return airbus.AirbusSource(name, fetcher, settings, more, now=now)


@_build.register
def _dinamis(section: DinamisSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = dinamis.DinamisSettings(
        stac=StacApiSettings(section.stac_url, section.collections, page_size=section.page_size) if section.stac_url else None,
        inventories=tuple(Inventory(entry.path, entry.columns) for entry in section.inventories),
        deliveries=section.deliveries,
        area=section.area,
    )
    return dinamis.DinamisSource(name, fetcher, settings)


@_build.register
def _coverages(section: CoveragesSettings, name: str, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    settings = coverages.CoveragesSettings(
        services=Services(section.wmts_url, section.wms_url, section.portal_url),
        inventories=tuple(Inventory(entry.path, entry.columns) for entry in section.inventories),
        area=section.area,
    )
    return coverages.CoveragesSource(name, fetcher, settings)


def _policy(section: SourceSettings) -> HttpPolicy:
    http = section.http
    # Every address of the section is one that the operator named.
    named = [value for _, value in section if isinstance(value, str) and value.startswith(("http://", "https://"))]
    return HttpPolicy(
        timeout=http.timeout,
        max_bytes=int(http.max_mib * _MIB),
        attempts=http.attempts,
        requests_per_second=http.requests_per_second,
        hosts=hosts_of(*named, *http.hosts),
        private_hosts=frozenset(host.lower() for host in http.private_hosts),
        proxy=http.proxy,
    )
