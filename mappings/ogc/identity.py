"""Which record is which: one name for the same record each time, two names for two records."""

import re
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from mappings.ogc.elements import Element, attribute, child, first, said, words
from mappings.record import Broken, Record, Unmappable
from mappings.times import usable_time
from mappings.xml import local

# The last is the Swiss profile's: the same, with members of its own.
RECORDS = frozenset(("MD_Metadata", "MI_Metadata", "EarthObservation", "CHE_MD_Metadata"))
_LONGEST = 2000
_ROW_NUMBER = re.compile(r"\d+")
_SHORTEST = 8


def native_id(element: Element) -> str | None:
    """The identifier that a record gives itself: gmd:fileIdentifier, eop:identifier, that of the record inside an Atom entry, else
    dc:identifier, else atom:id."""
    kind = local(element)
    if kind == "EarthObservation":
        found = said(first(element, "EarthObservationMetaData"), "identifier")
    elif kind in RECORDS:
        identification = child(element, "identificationInfo")
        citation = first(identification, "CI_Citation")
        found = (
            said(element, "fileIdentifier")
            or said(element, "metadataIdentifier", "MD_Identifier", "code")
            or said(citation, "identifier", "MD_Identifier", "code")
            or said(citation, "identifier", "RS_Identifier", "code")
        )
    elif kind == "entry":
        inner = inside(element)
        found = (native_id(inner) if inner is not None else None) or said(element, "identifier") or words(child(element, "id"))
    else:
        # csw:Record and oai_dc: told by name, so that the right answer takes their place.
        found = words(child(element, "identifier"))
    return found[:_LONGEST] if found else None


def inside(entry: Element) -> Element | None:
    """The record inside an Atom entry, directly or in its content; None when it has but its own members."""
    return first(entry, *sorted(RECORDS))


def modified(element: Element) -> datetime | None:
    """When the record was changed, as it says itself: gmd:dateStamp, eop:modificationDate, atom:updated. A day is its start in UTC."""
    if local(element) == "entry":
        inner = inside(element)
        return (modified(inner) if inner is not None else None) or usable_time(words(child(element, "updated")))
    if local(element) == "EarthObservation":
        return usable_time(said(first(element, "EarthObservationMetaData"), "modificationDate"))
    return usable_time(said(element, "dateStamp"))


def own_id(record_id: str, element: Element) -> str:
    """The identifier that an Item is named after: the record's own where `record_id` is the same in OAI's words (`oai:host:<own>`) and
    it tells the record from all others, else `record_id`, which is unique at its source."""
    own = native_id(element)
    alike = own is not None and record_id.startswith("oai:") and record_id.endswith(f":{own}")
    return own if own and alike and len(own) >= _SHORTEST and not _ROW_NUMBER.fullmatch(own) else record_id


def apart(record: Record) -> Record:
    """The record under a name made of its identifier and its content, for one that shares its identifier with another."""
    return replace(record, native_id=f"{record.native_id}~{digest(record.raw)}")


def told_apart(records: list[Record]) -> tuple[list[Record], tuple[str, ...]]:
    """(the records, identifiers that several of them share): of those that share one but not their content the first by content keeps
    the name, whatever their order. The same record twice stays so: whoever counts sees the repeat."""
    contents: dict[str, set[bytes]] = {}
    for record in records:
        contents.setdefault(record.native_id, set()).add(record.raw)
    shared = {name: min(raws, key=digest) for name, raws in contents.items() if len(raws) > 1}
    kept = [apart(record) if record.native_id in shared and record.raw != shared[record.native_id] else record for record in records]
    return kept, tuple(sorted(shared))


def digest(raw: bytes) -> str:
    """16 hexadecimal digits of the content."""
    return blake2b(raw, digest_size=8).hexdigest()


def broken(element: Element, raw: bytes, reason: str, field: str, name: str | None = None) -> Broken:
    """What is no record, under its own identifier if it has one."""
    return Broken(name or native_id(element) or f"broken-{digest(raw)}", reason, field, raw[:100_000])


def oai_id(header: Element) -> str:
    """The identifier of an OAI header, which live and deleted records share. Raises Unmappable."""
    found = words(child(header, "identifier"))
    if not found:
        raise Unmappable("an OAI header without identifier", "header.identifier")
    return found[:_LONGEST]


def is_deleted(header: Element) -> bool:
    """Whether an OAI header says that its record was deleted."""
    return (attribute(header, "status") or "").lower() == "deleted"
