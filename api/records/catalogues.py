"""Record collections as documents (OGC 20-004r1, §7.3): everything, and each STAC Collection."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.catalogue.landing import DESCRIPTION
from api.catalogue.links import languages
from api.catalogue.site import Site
from api.collections import collection_document
from api.filtering import CRS84
from api.records.ids import EVERYTHING
from api.records.links import catalogue_links, licences_link
from api.records.record import contacts
from api.terms import MetadataLicence
from index.query import Summary
from mappings.catalogue import CollectionInfo
from mappings.words import Language

Document = dict[str, Any]

_TIMES = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_ORDER = [{"field": "datetime", "direction": "desc"}]


def catalogue_documents(
    site: Site, summaries: Mapping[str, Summary], base: str, language: Language, licence: MetadataLicence | None
) -> list[Document]:
    """Everything first, then each Collection in which there is something, by id."""
    each = [catalogue_document(site, name, summary, base, language) for name, summary in sorted(summaries.items()) if name != EVERYTHING]
    return [everything_document(site, summaries.values(), base, language, licence), *each]


def catalogue_document(site: Site, name: str, summary: Summary, base: str, language: Language) -> Document:
    """The record collection of one STAC Collection."""
    told = collection_document(site.described.info(name), summary, base, site.access.policy.table, language)
    licence = next(link for link in told["links"] if link["rel"] == "license")
    found = _document(told, base, language)
    return {**found, "license": told["license"], "moisson:licence": told["moisson:licence"], "links": [*found["links"], licence]}


def everything_document(
    site: Site, summaries: Iterable[Summary], base: str, language: Language, licence: MetadataLicence | None
) -> Document:
    """The record collection of all that the asker finds; it is there when that is nothing, so that clients may keep its address."""
    whole = _joined(list(summaries))
    info = CollectionInfo(
        id=EVERYTHING,
        title_fr=site.title,
        title_en=site.title,
        description_fr=DESCRIPTION.fr,
        description_en=DESCRIPTION.en,
        licence="unknown",
        keywords=(),
        providers=(),
    )
    told = collection_document(info, whole or Summary(0, None, 0, 0), base, site.access.policy.table, language)
    found = _document(told, base, language)
    if whole is None:
        del found["extent"]
    if licence is None:
        # Its records have many licences, each its own.
        return {**found, "license": "other", "links": [*found["links"], licences_link(base, language)]}
    rights = {"rights": licence.attribution} if licence.attribution else {}
    return {**found, "license": licence.id, **rights, "links": [*found["links"], licence.link()]}


def _document(told: Mapping[str, Any], base: str, language: Language) -> Document:
    extent = told["extent"]
    return {
        "id": told["id"],
        "type": "Collection",
        "itemType": "record",
        "title": told["title"],
        "description": told["description"],
        **({"keywords": told["keywords"]} if told.get("keywords") else {}),
        **languages(language),
        "extent": {"spatial": {**extent["spatial"], "crs": CRS84}, "temporal": {**extent["temporal"], "trs": _TIMES}},
        "crs": [CRS84],
        **({"contacts": contacts(told["providers"])} if told.get("providers") else {}),
        "defaultSortOrder": _ORDER,
        "moisson:items": told["moisson:items"],
        "links": catalogue_links(base, told["id"], language),
    }


def _joined(summaries: list[Summary]) -> Summary | None:
    """Of all of them together; None for none."""
    if not summaries:
        return None
    boxes = [one.bbox for one in summaries if one.bbox]
    wests, souths, easts, norths = zip(*boxes, strict=True) if boxes else ((), (), (), ())
    return Summary(
        count=sum(one.count for one in summaries),
        bbox=(min(wests), min(souths), max(easts), max(norths)) if boxes else None,
        start=min(one.start for one in summaries),
        end=max(one.end for one in summaries),
    )
