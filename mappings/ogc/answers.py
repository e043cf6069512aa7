"""Answers of catalogues: CSW, OAI-PMH, Atom feeds of OpenSearch-EO, and records on their own, taken apart into records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mappings.ogc.answer import OgcAnswer, Refused, count, message_of
from mappings.ogc.elements import Element, anywhere, attribute, child, children, first, words
from mappings.ogc.identity import RECORDS, inside, told_apart
from mappings.ogc.oai import parse_oai
from mappings.ogc.records import DUBLIN_CORE, MAX_RECORD, MEDIA_TYPE, broken_of, record_of
from mappings.ogc.redaction import kept_bytes
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable
from mappings.times import usable_time
from mappings.xml import local, text_of

__all__ = ["MAX_RECORD", "MEDIA_TYPE", "OgcAnswer", "Refused", "parse_answer"]


def parse_answer(root: Element, source: str) -> OgcAnswer:
    """What the answer whose root element this is says. Raises Refused for an error of the server, NotAnAnswer for anything that holds
    no records (capabilities, a description document, a request)."""
    name = local(root)
    if name == "Envelope":
        return parse_answer(_soap_content(root), source)
    if name in ("ExceptionReport", "ServiceExceptionReport", "Fault"):
        raise _refusal(root)
    if name == "GetRecordsResponse":
        return _csw(root, source)
    if name == "GetRecordByIdResponse":
        return _answer(root, source, "csw-id")
    if name == "OAI-PMH":
        return parse_oai(root, source)
    if name == "feed":
        return _feed(root, source)
    if name == "entry" or name in RECORDS:
        return _from([root], source, {"entry": "atom", "EarthObservation": "eop"}.get(name, "iso"))
    if name in DUBLIN_CORE:
        return _from([root], source, "csw-id")
    return _list(root, source)


def _csw(root: Element, source: str) -> OgcAnswer:
    results = child(root, "SearchResults")
    if results is None:
        raise NotAnAnswer("a GetRecordsResponse without SearchResults")
    return replace(
        _answer(results, source, "csw"),
        matched=count(attribute(results, "numberOfRecordsMatched")),
        returned=count(attribute(results, "numberOfRecordsReturned")),
        next_position=count(attribute(results, "nextRecord")),
    )


def _feed(root: Element, source: str) -> OgcAnswer:
    entries = list(children(root, "entry"))
    _without_answer_time(entries, words(child(root, "updated")))
    found = _from(entries, source, "atom")
    notices = tuple(_notice(one, source) for one in children(root, "deleted-entry") if attribute(one, "ref"))
    return replace(
        found,
        answer=Answer((*found.answer.records, *notices), found.answer.broken),
        nodes=found.nodes + len(notices),
        matched=count(words(child(root, "totalResults"))),
        returned=count(words(child(root, "itemsPerPage"))),
        next_url=next((attribute(link, "href") for link in children(root, "link") if attribute(link, "rel") == "next"), None),
    )


def _without_answer_time(entries: list[Element], feed_time: str | None) -> None:
    """FedEO writes the time of its answer into each entry: it says nothing of the record, which would seem changed every day."""
    stamps = [stamp for entry in entries if (stamp := child(entry, "updated")) is not None]
    if feed_time and len(stamps) == len(entries) and all(words(stamp) == feed_time for stamp in stamps):
        for entry, stamp in zip(entries, stamps, strict=True):
            if inside(entry) is not None:
                entry.remove(stamp)


def _notice(element: Element, source: str) -> Record:
    """A tombstone of RFC 6721."""
    name, when = attribute(element, "ref") or "", usable_time(attribute(element, "when"))
    return Record(source, name, when, kept_bytes(element), deleted=True, media_type=MEDIA_TYPE)


def _answer(parent: Element, source: str, kind: str) -> OgcAnswer:
    return _from(list(parent), source, kind)


def _from(elements: Iterable[Element], source: str, kind: str) -> OgcAnswer:
    records: list[Record] = []
    faults: list[Broken] = []
    for element in elements:
        try:
            records.append(record_of(element, source))
        except Unmappable as error:
            faults.append(broken_of(element, error))
    kept, shared = told_apart(records)
    return OgcAnswer(Answer(tuple(kept), tuple(faults)), kind, nodes=len(records) + len(faults), shared=shared)


def _list(root: Element, source: str) -> OgcAnswer:
    """Records in an envelope of somebody's own, not inside one another."""
    found = list(_outermost(root))
    if not found:
        raise NotAnAnswer(_looks_like(root))
    return _from(found, source, "list")


def _outermost(root: Element) -> Iterator[Element]:
    last: Any = None
    for element in anywhere(root, "entry", *sorted(RECORDS)):
        if last is None or not any(above is last for above in element.iterancestors()):
            last = element
            yield element


def _looks_like(root: Element) -> str:
    name = local(root)
    if name.lower() == "html":
        return f"a page of HTML: {text_of(first(root, 'title')) or ''}"[:200]
    if name.endswith("Capabilities"):
        return f"capabilities ({name}), not records"
    if name == "OpenSearchDescription":
        return "an OpenSearch description document, not records"
    if name in ("GetRecords", "GetRecordById", "GetCapabilities", "DescribeRecord"):
        return f"a request ({name}), not an answer"
    if name == "Acknowledgement":
        return "an acknowledgement: the server would answer later, elsewhere"
    return f"XML with {name[:60]} and no record in it"


def _soap_content(envelope: Element) -> Element:
    body = child(envelope, "Body")
    if body is None or not len(body):
        raise NotAnAnswer("a SOAP envelope without content")
    content = body[0]
    if local(content) == "Fault":
        raise _refusal(content)
    return content


def _refusal(report: Element) -> Refused:
    inner = first(report, "Exception", "ServiceException")
    if inner is not None:
        code = attribute(inner, "exceptionCode") or attribute(inner, "code") or "NoApplicableCode"
        where = attribute(inner, "locator")
        return Refused(code, f"{message_of(inner)} ({where})" if where else message_of(inner))
    code = text_of(child(report, "faultcode")) or text_of(child(report, "Code", "Value")) or "Fault"
    reason = child(report, "faultstring")
    return Refused(code[:100], message_of(reason if reason is not None else report))
