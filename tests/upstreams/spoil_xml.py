"""A page of XML records that can be spoilt: CSW GetRecords and GetRecordById, OAI-PMH, Atom, layers of a WMTS, or one ISO record alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from .rules import Seen
from .spoil_json import later

_OAI_LISTS = ("ListRecords", "ListIdentifiers", "GetRecord")
_ISO_ROOTS = ("MD_Metadata", "MI_Metadata")
_PLACES = frozenset(
    ("Decimal", "posList", "pos", "coordinates", "lowerCorner", "upperCorner", "LowerCorner", "UpperCorner", "box", "polygon", "point")
)
_MODIFIED = frozenset(("dateStamp", "datestamp", "dateInfo", "modified", "modificationDate", "updated", "published", "responseDate"))
_TOTALS = ("numberOfRecordsMatched", "completeListSize", "totalResults")
_RETURNED = ("numberOfRecordsReturned",)
_START = re.compile(r"startPosition\s*=\s*[\"']?(\d+)", re.I)


def _local(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def _child(element: Any, *names: str) -> Any:
    return next((child for child in element if _local(child) in names), None)


class XmlPage:
    """The records of an answer below their `holder`, which also says where the next page is; an ISO record alone has none."""

    def __init__(self, root: Any, holder: Any, records: Callable[[], list[Any]]) -> None:
        self._root, self._holder, self._records = root, holder, records

    @classmethod
    def of(cls, body: bytes) -> XmlPage | None:
        """None for any other answer."""
        try:
            root = etree.fromstring(body)
        except (etree.XMLSyntaxError, ValueError):
            return None
        name = _local(root)
        if name in _ISO_ROOTS:
            return cls(root, None, lambda: [root])
        if name == "feed":
            return cls(root, root, lambda: [child for child in root if _local(child) == "entry"])
        if name in ("GetRecordsResponse", "GetRecordByIdResponse"):
            results = root if name == "GetRecordByIdResponse" else _child(root, "SearchResults")
            return None if results is None else cls(root, results, lambda: [child for child in results if _local(child)])
        if name == "Capabilities":
            contents = _child(root, "Contents")
            return None if contents is None else cls(root, contents, lambda: [child for child in contents if _local(child) == "Layer"])
        listed = _child(root, *_OAI_LISTS) if name == "OAI-PMH" else None
        return None if listed is None else cls(root, listed, lambda: [one for one in listed if _local(one) in ("record", "header")])

    @property
    def records(self) -> list[Any]:
        return self._records()

    @property
    def size(self) -> int:
        return len(self.records)

    def to_bytes(self) -> bytes:
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8"))

    def repeat(self, before: XmlPage) -> None:
        if self._holder is None:
            return
        old = self.records
        feed = _local(self._holder) == "feed"
        at = self._holder.index(old[0]) if old else len(self._holder) if feed else 0
        for record in old:
            self._holder.remove(record)
        for offset, record in enumerate(before.records):
            self._holder.insert(at + offset, deepcopy(record))

    def past_end(self, before: XmlPage | None, seen: Seen) -> None:
        if before is not None and not self.records:
            self.repeat(before)
        if self._holder is not None and self._holder.get("nextRecord") == "0":
            self._holder.set("nextRecord", "1")
        asked = _asked_token(seen)
        if asked and _local(self._holder) in _OAI_LISTS:
            token = self._token
            if token is None:
                token = etree.SubElement(self._holder, f"{{{etree.QName(self._holder).namespace}}}resumptionToken")
            token.text = token.text or asked

    def stick(self, seen: Seen, url: str) -> None:
        if self._holder is None:
            return
        if self._holder.get("nextRecord", "0") != "0":
            found = _START.search(seen.query) or _START.search(seen.body)
            self._holder.set("nextRecord", found[1] if found else "1")
        if self._token is not None and self._token.text:
            self._token.text = _asked_token(seen) or self._token.text
        for link in self._next_links():
            link.set("href", f"{url}?{seen.query}" if seen.query else url)

    def malform(self) -> None:
        if records := self.records:
            broken = records[len(records) // 2]
            for element in _ids(broken):
                element.getparent().remove(element)
            for element in broken.iter():
                if _local(element) in _PLACES:
                    element.text = "POINT"

    def pad(self, megabytes: float) -> None:
        """In pieces of at most a megabyte: parsers refuse a text of ten."""
        left = int(megabytes * 1_000_000)
        for record in self.records[:1]:
            while left > 0:
                piece = etree.SubElement(record, "{urn:x-padding}padding")
                piece.text = "x" * min(left, 1_000_000)
                left -= 1_000_000

    def miscount(self, off: int) -> None:
        self._count(_TOTALS, lambda total: max(total + off, 0))

    def duplicate(self) -> None:
        for record in self.records if self._holder is not None else []:
            record.addnext(deepcopy(record))

    def double(self) -> None:
        for record in self.records if self._holder is not None else []:
            twin = deepcopy(record)
            for element in _ids(twin):
                for leaf in element.iter():
                    if leaf.text and leaf.text.strip():
                        leaf.text = f"{leaf.text.strip()}-2"
                        break
            record.addnext(twin)
        self._count((*_TOTALS, *_RETURNED), lambda total: total * 2)

    def empty(self) -> None:
        holder = self._holder
        if holder is None:
            return
        for gone in (*self.records, *self._next_links()):
            holder.remove(gone)
        self._count((*_TOTALS, *_RETURNED), lambda total: 0)
        if "nextRecord" in holder.attrib:
            holder.set("nextRecord", "0")
        if _local(holder) in _OAI_LISTS:
            error = etree.Element(f"{{{etree.QName(holder).namespace}}}error", code="noRecordsMatch")
            error.text = "no record matches"
            self._root.replace(holder, error)

    def skew(self, seconds: float) -> None:
        for element in self._root.iter():
            if _local(element) == "SearchStatus" and element.get("timestamp"):
                element.set("timestamp", later(element.get("timestamp"), seconds))
            if _local(element) in _MODIFIED:
                for leaf in element.iter():
                    if leaf.text and leaf.text.strip():
                        leaf.text = later(leaf.text.strip(), seconds)

    @property
    def _token(self) -> Any:
        return None if self._holder is None else _child(self._holder, "resumptionToken")

    def _next_links(self) -> list[Any]:
        if self._holder is None:
            return []
        return [child for child in self._holder if _local(child) == "link" and child.get("rel") == "next"]

    def _count(self, names: tuple[str, ...], change: Callable[[int], int]) -> None:
        for element in self._root.iter():
            for name in names:
                if element.get(name, "").isdigit():
                    element.set(name, str(change(int(element.get(name)))))
                if _local(element) == name and (element.text or "").strip().isdigit():
                    element.text = str(change(int(element.text)))


def _asked_token(seen: Seen) -> str | None:
    found = parse_qs(seen.query).get("resumptionToken") or parse_qs(seen.body).get("resumptionToken")
    return found[0] if found else None


def _ids(record: Any) -> list[Any]:
    """The elements that name a record: of OAI-PMH those of header and content."""
    if _local(record) == "record":
        header, content = _child(record, "header"), _child(record, "metadata")
        inner = [] if content is None else [one for child in content if _local(child) for one in _ids(child)]
        return [*([] if header is None else _ids(header)), *inner]
    return [child for child in record if _local(child) in ("identifier", "Identifier", "fileIdentifier", "metadataIdentifier", "id")]
