"""From a partner's section to its source."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from harvesters.csw import CswSettings, CswSource
from harvesters.folder import FolderSettings, FolderSource
from harvesters.http import Fetcher
from harvesters.moisson import MoissonSettings, MoissonSource
from harvesters.oaipmh import OaiPmhSettings, OaiPmhSource
from harvesters.opensearch import OpenSearchSettings, OpenSearchSource
from harvesters.source import Source
from harvesters.stacapi import StacApiSettings, StacApiSource
from mappings import delivered_lines
from mappings.ogc import stac
from mappings.record import Mapping
from moisson.sections import (
    CswSection,
    FolderSection,
    MoissonSection,
    OaiPmhSection,
    OpenSearchSection,
    PartnerSection,
    StacFilesSection,
    StacSection,
)
from moisson.sections.base import midnight


def build_partner(section: PartnerSection, name: str, mapping: Mapping, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    """The source of a partner's catalogue, by its protocol."""
    match section:
        case CswSection():
            return CswSource(name, fetcher, _csw(section), mapping, now=now)
        case OaiPmhSection():
            return OaiPmhSource(name, fetcher, _oai_pmh(section), mapping, now=now)
        case OpenSearchSection():
            return OpenSearchSource(name, fetcher, _opensearch(section), mapping, now=now)
        case StacSection():
            settings = StacApiSettings(
                section.url, section.collections, section.area, section.page_size, section.method, section.exact_totals
            )
            return StacApiSource(name, fetcher, settings, mapping, partial(stac.to_record, source=name))
        case MoissonSection():
            return _moisson(section, name, mapping, fetcher, now)
        case FolderSection() | StacFilesSection():
            settle = timedelta(seconds=section.settle_seconds)
            size = int(section.http.max_mib * 2**20)
            return FolderSource(name, FolderSettings(section.path, section.area, settle, size), mapping, now=now)
    raise TypeError(f"no source is built from {type(section).__name__}")


def _moisson(section: MoissonSection, name: str, mapping: Mapping, fetcher: Fetcher, now: Callable[[], datetime]) -> Source:
    to_record = partial(delivered_lines.to_record, source=name)
    if section.by == "search":
        search = StacApiSettings(
            section.url, section.collections, section.area, section.page_size, api_key=section.key(), named_by_collection=True
        )
        return StacApiSource(name, fetcher, search, mapping, to_record)
    settings = MoissonSettings(
        section.url, section.collections, section.area, section.page_size, section.key(), timedelta(days=section.relist_days)
    )
    return MoissonSource(name, fetcher, settings, mapping, to_record, now=now)


def _csw(section: CswSection) -> CswSettings:
    return CswSettings(
        url=section.url,
        method=section.method,
        output_schema=section.output_schema,
        type_names=section.type_names,
        page_size=section.page_size,
        area=section.area,
        where=section.where,
        sort_by=section.sort_by or None,
        overlap=timedelta(days=section.overlap_days),
        sweep_every=timedelta(days=section.sweep_days),
        sweep=section.sweep,
        window_limit=section.window_limit,
    )


def _oai_pmh(section: OaiPmhSection) -> OaiPmhSettings:
    return OaiPmhSettings(
        url=section.url,
        metadata_prefix=section.metadata_prefix,
        set_spec=section.set_spec,
        area=section.area,
        overlap=timedelta(days=section.overlap_days),
        sweep_every=timedelta(days=section.sweep_days) if section.sweep_days else None,
        exact_sizes=section.exact_sizes,
    )


def _opensearch(section: OpenSearchSection) -> OpenSearchSettings:
    return OpenSearchSettings(
        url=section.url,
        collections=section.collections,
        template=section.template,
        parameters=section.parameters,
        area=section.area,
        send_area=section.send_area,
        sensed_since=midnight(section.sensed_since),
        sensed_until=midnight(section.sensed_until),
        page_size=section.page_size,
        overlap=timedelta(days=section.overlap_days),
        sweep_every=timedelta(days=section.sweep_days),
        exact_totals=section.exact_totals,
        window_limit=section.window_limit,
    )
