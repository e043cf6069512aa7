"""Answers of OAI-PMH: ListRecords, GetRecord, ListIdentifiers."""

from dataclasses import replace

from mappings.ogc.answer import OgcAnswer, Refused, count, message_of
from mappings.ogc.elements import Element, attribute, child, children, words
from mappings.ogc.identity import is_deleted, oai_id, told_apart
from mappings.ogc.records import MEDIA_TYPE, broken_of, record_of
from mappings.ogc.redaction import kept_bytes
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable
from mappings.times import usable_time
from mappings.xml import local

_VERBS = ("ListRecords", "GetRecord", "ListIdentifiers")


def parse_oai(root: Element, source: str) -> OgcAnswer:
    """What an OAI-PMH answer says. Raises Refused, NotAnAnswer."""
    for error in children(root, "error"):
        code = attribute(error, "code") or "error"
        if code == "noRecordsMatch":
            return OgcAnswer(Answer(()), "oai-pmh")
        raise Refused(code, message_of(error))
    verb = next((one for one in root if local(one) in _VERBS), None)
    if verb is None:
        raise NotAnAnswer(f"OAI-PMH, but no records: {', '.join(local(one) for one in root)[:200]}")
    records: list[Record] = []
    faults: list[Broken] = []
    listed: list[str] = []
    nodes = 0
    for one in verb:
        if local(one) not in ("record", "header"):
            continue
        nodes += 1
        try:
            found = _record(one, source)
        except Unmappable as error:
            faults.append(broken_of(one, error))
            continue
        if isinstance(found, Record):
            records.append(found)
        else:
            listed.append(found)
    token = child(verb, "resumptionToken")
    kept, shared = told_apart(records)
    return OgcAnswer(
        Answer(tuple(kept), tuple(faults)),
        "oai-pmh",
        matched=count(attribute(token, "completeListSize")),
        token=words(token),
        nodes=nodes,
        listed=tuple(listed),
        shared=shared,
    )


def _record(element: Element, source: str) -> Record | str:
    """The record, or only its identifier when it was listed without its metadata.

    Its name is that of the header, word for word: a deleted one has no other, and of `oai:host:uuid` no part is surely unique.
    """
    header = element if local(element) == "header" else child(element, "header")
    if header is None:
        raise Unmappable("an OAI record without header", "record")
    name, stamp = oai_id(header), usable_time(words(child(header, "datestamp")))
    if is_deleted(header):
        return Record(source, name, stamp, kept_bytes(header), deleted=True, media_type=MEDIA_TYPE)
    if header is element:
        return name
    metadata = child(element, "metadata")
    inner = next(iter(metadata), None) if metadata is not None else None
    if inner is None:
        raise Unmappable("an OAI record without metadata", "record.metadata")
    record = record_of(inner, source, name)
    return replace(record, updated=stamp or record.updated)
