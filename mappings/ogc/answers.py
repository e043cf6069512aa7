"""Answers of catalogues: CSW, OAI-PMH, Atom feeds of OpenSearch-EO, and records on their own, taken apart into records."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from mappings.ogc.elements import Element, anywhere, attribute, child, children, first, words
from mappings.ogc.identity import RECORDS, broken, inside, is_deleted, modified, native_id, oai_id, told_apart
from mappings.ogc.redaction import clean, kept_bytes
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable
from mappings.times import usable_time
from mappings.values import integer
from mappings.xml import local, text_of

MEDIA_TYPE = "application/xml"
# The largest recorded one has 116 kB.
MAX_RECORD = 5_000_000
_DUBLIN_CORE = frozenset(("Record", "SummaryRecord", "BriefRecord", "dc"))
_VERBS = ("ListRecords", "GetRecord", "ListIdentifiers")
_ADVICE = "ask for outputSchema http://www.isotc211.org/2005/gmd (OAI-PMH: metadataPrefix iso19139)"


class Refused(Exception):
    """The server answered with an error of its protocol (OWS exception, OAI error, SOAP fault): `code` and `message` as it said them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class OgcAnswer:
    """One answer. `kind` is csw, csw-id, oai-pmh, atom, iso, eop or list; numbers and tokens are as the server said them, None when it
    said none; `nodes` counts the record elements that are really there.

    `next_position` is CSW's nextRecord, `token` OAI's resumptionToken, `next_url` Atom's rel=next, unresolved. `listed` are the
    identifiers of live records that OAI's ListIdentifiers gives without the records; `shared` those that several different records of
    this answer have.
    """

    answer: Answer
    kind: str
    matched: int | None = None
    returned: int | None = None
    next_position: int | None = None
    token: str | None = None
    next_url: str | None = None
    nodes: int = 0
    listed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


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
        return _oai(root, source)
    if name == "feed":
        return _feed(root, source)
    if name == "entry" or name in RECORDS:
        return _from([root], source, {"entry": "atom", "EarthObservation": "eop"}.get(name, "iso"))
    if name in _DUBLIN_CORE:
        return _from([root], source, "csw-id")
    return _list(root, source)


def _csw(root: Element, source: str) -> OgcAnswer:
    results = child(root, "SearchResults")
    if results is None:
        raise NotAnAnswer("a GetRecordsResponse without SearchResults")
    return replace(
        _answer(results, source, "csw"),
        matched=_count(attribute(results, "numberOfRecordsMatched")),
        returned=_count(attribute(results, "numberOfRecordsReturned")),
        next_position=_count(attribute(results, "nextRecord")),
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
        matched=_count(words(child(root, "totalResults"))),
        returned=_count(words(child(root, "itemsPerPage"))),
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


def _oai(root: Element, source: str) -> OgcAnswer:
    for error in children(root, "error"):
        code = attribute(error, "code") or "error"
        if code == "noRecordsMatch":
            return OgcAnswer(Answer(()), "oai-pmh")
        raise Refused(code, _message(error))
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
            found = _oai_record(one, source)
        except Unmappable as error:
            faults.append(_broken(one, error))
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
        matched=_count(attribute(token, "completeListSize")),
        token=words(token),
        nodes=nodes,
        listed=tuple(listed),
        shared=shared,
    )


def _oai_record(element: Element, source: str) -> Record | str:
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
    record = _record(inner, source, name)
    return replace(record, updated=stamp or record.updated)


def _answer(parent: Element, source: str, kind: str) -> OgcAnswer:
    return _from(list(parent), source, kind)


def _from(elements: Iterable[Element], source: str, kind: str) -> OgcAnswer:
    records: list[Record] = []
    faults: list[Broken] = []
    for element in elements:
        try:
            records.append(_record(element, source))
        except Unmappable as error:
            faults.append(_broken(element, error))
    kept, shared = told_apart(records)
    return OgcAnswer(Answer(tuple(kept), tuple(faults)), kind, nodes=len(records) + len(faults), shared=shared)


def _record(element: Element, source: str, name: str | None = None) -> Record:
    """The Record of a record element. Raises Unmappable."""
    _check(element)
    found = name or native_id(element)
    if not found:
        raise Unmappable("no identifier", "eop:identifier" if local(element) == "EarthObservation" else "fileIdentifier")
    raw = kept_bytes(element)
    if len(raw) > MAX_RECORD:
        raise Unmappable(f"a record of {len(raw)} bytes, more than {MAX_RECORD}", "record")
    return Record(source, clean(found).strip() or f"id-{found}", modified(element), raw, media_type=MEDIA_TYPE)


def _check(element: Element) -> None:
    """Raises Unmappable for an element that no mapping reads."""
    name, space = local(element), str(element.tag)
    if "19115/-3" in space:
        raise Unmappable(f"ISO 19115-3 ({name}), which is not read: {_ADVICE}", "outputSchema")
    if name in _DUBLIN_CORE:
        raise Unmappable(f"Dublin Core ({name}), which has neither time nor footprint: {_ADVICE}", "outputSchema")
    if name != "entry" and name not in RECORDS:
        raise Unmappable(f"no record that is read here: {name[:60]}; {_ADVICE}", "record")


def _broken(element: Element, error: Unmappable) -> Broken:
    header = element if local(element) == "header" else child(element, "header")
    return broken(element, kept_bytes(element), error.reason, error.field, words(child(header, "identifier")))


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
        return Refused(code, f"{_message(inner)} ({where})" if where else _message(inner))
    code = text_of(child(report, "faultcode")) or text_of(child(report, "Code", "Value")) or "Fault"
    reason = child(report, "faultstring")
    return Refused(code[:100], _message(reason if reason is not None else report))


def _message(element: Element) -> str:
    return str(clean(text_of(element) or ""))[:500]


def _count(value: str | None) -> int | None:
    found = integer(value)
    return found if found is not None and found >= 0 else None
