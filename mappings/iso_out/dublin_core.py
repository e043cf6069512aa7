"""An Item as unqualified Dublin Core: oai_dc:dc, which every OAI-PMH repository gives."""

from collections.abc import Iterator
from typing import Any

from mappings.iso_out.shown import Shown
from mappings.iso_out.terms import statements
from mappings.iso_out.writing import OAI_DC, Element, element, root, to_xml
from mappings.values import items

SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"


def to_oai_dc(shown: Shown) -> bytes:
    """oai_dc:dc in UTF-8, without XML declaration: terms in French and English, with their addresses."""
    return to_xml(root("oai_dc:dc", ("oai_dc", "dc", "xsi"), *_members(shown), xsi_schemaLocation=f"{OAI_DC} {SCHEMA}"))


def _members(shown: Shown) -> Iterator[Element]:
    yield element("dc:title", shown.title)
    for creator in _named(shown, "producer"):
        yield element("dc:creator", creator)
    for subject in _subjects(shown):
        yield element("dc:subject", subject)
    if description := shown.said("description"):
        yield element("dc:description", description)
    for publisher in _named(shown, "host", "licensor"):
        yield element("dc:publisher", publisher)
    yield element("dc:contributor", shown.catalogue.title)
    yield element("dc:date", shown.start)
    yield element("dc:type", "Image")
    yield element("dc:format", "application/geo+json")
    for identifier in dict.fromkeys((shown.href, shown.id, shown.said("moisson:source_id"))):
        if identifier:
            yield element("dc:identifier", identifier)
    if archive := shown.said("moisson:source"):
        yield element("dc:source", archive)
    yield element("dc:relation", f"{shown.catalogue.base}/collections/{shown.href.rsplit('/', 3)[1]}")
    yield from _coverage(shown)
    yield from _rights(shown)


def _named(shown: Shown, *roles: str) -> list[str]:
    return list(dict.fromkeys(str(one["name"]) for one in shown.providers if set(roles) & set(map(str, items(one.get("roles"))))))


def _subjects(shown: Shown) -> list[str]:
    own: list[Any] = items(shown.properties.get("keywords"))
    words = (shown.said("platform"), shown.said("constellation"), *shown.instruments, shown.said("moisson:availability"), *own)
    return list(dict.fromkeys(word for word in words if isinstance(word, str) and word))


def _coverage(shown: Shown) -> Iterator[Element]:
    """The box and the period as DCMI writes them."""
    bbox = items(shown.item.get("bbox"))
    if len(bbox) == 4:
        west, south, east, north = map(float, bbox)
        box = f"northlimit={north!r}; southlimit={south!r}; westlimit={west!r}; eastlimit={east!r}; units=degrees; projection=EPSG:4326"
        yield element("dc:coverage", box)
    end = shown.said("end_datetime")
    if end:
        yield element("dc:coverage", f"start={shown.start}; end={end}; scheme=W3C-DTF")


def _rights(shown: Shown) -> Iterator[Element]:
    for one in (shown.licence_title, *statements(shown)):
        yield element("dc:rights", one.fr, xml_lang="fr")
        yield element("dc:rights", one.en, xml_lang="en")
    yield element("dc:rights", shown.licence.href)
    yield element("dc:rights", shown.licence_href)
