"""Collections as STAC 1.1 documents: what the mappings say of them, with the counts and extents that the index holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pystac

from api.catalogue.links import asking_links, dates_href, family, languages, named, page_links, titled
from api.licences.documents import licence_reference
from api.links import GEOJSON, collection_href
from index.query import Summary
from mappings.catalogue import CollectionInfo
from mappings.licences import Table
from mappings.registry import collection_info
from mappings.times import from_micros
from mappings.words import Language, Text

_WORLD = [-180.0, -90.0, 180.0, 90.0]
_DATES = Text("Par date", "By date")


@dataclass(frozen=True)
class Described:
    """What is said of Collections: `own` by the operator, else by the mappings."""

    own: Mapping[str, CollectionInfo] = field(default_factory=dict)

    def info(self, collection_id: str) -> CollectionInfo:
        return self.own.get(collection_id) or collection_info(collection_id) or _unnamed(collection_id)

    def title(self, collection_id: str, language: Language) -> str:
        """What a Collection is called."""
        info = self.info(collection_id)
        return Text(info.title_fr, info.title_en).in_(language)


def collection_document(info: CollectionInfo, summary: Summary, base: str, known: Table, language: Language) -> dict[str, Any]:
    """One Collection with `moisson:items`, the number of Items that the asker may find; `known` is the licence table."""
    collection_id = info.id
    licence = known.get(info.licence) or known["unknown"]
    collection = pystac.Collection(
        id=collection_id,
        title=Text(info.title_fr, info.title_en).in_(language),
        description=Text(info.description_fr, info.description_en).in_(language),
        extent=_extent(summary),
        license=licence.stac,
        keywords=list(info.keywords),
        providers=[pystac.Provider(p.name, roles=[pystac.ProviderRole(role) for role in p.roles], url=p.url) for p in info.providers],
        extra_fields={"moisson:items": summary.count, "moisson:licence": info.licence, **languages(language)},
    )
    document = collection.to_dict(include_self_link=False, transform_hrefs=False)
    href = collection_href(base, collection_id)
    links = [
        *family(base, href, f"{base}/"),
        named("items", f"{href}/items", GEOJSON),
        licence_reference(info.licence, known, base),
        named("child", dates_href(base, collection_id), title=_DATES.in_(language)),
        *asking_links(href),
        *page_links(href),
    ]
    document["links"] = titled(links, language)
    return document


def _extent(summary: Summary) -> pystac.Extent:
    bbox = list(summary.bbox) if summary.bbox else _WORLD
    interval = [from_micros(summary.start), from_micros(summary.end)]
    return pystac.Extent(pystac.SpatialExtent([bbox]), pystac.TemporalExtent([list(interval)]))


def _unnamed(collection_id: str) -> CollectionInfo:
    """A Collection that an older or newer mapping filled: still shown, with nothing claimed."""
    return CollectionInfo(
        id=collection_id,
        title_fr=collection_id,
        title_en=collection_id,
        description_fr="Collection sans description.",
        description_en="A collection without a description.",
        licence="unknown",
        keywords=(),
        providers=(),
    )
