"""The CSW 2.0.2 of vigisat, with the habits of real ones (OGC report §3)."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .clocks import seconds
from .ogc_filters import BadFilter, select
from .ogc_habits import Habits
from .ogc_records import iso
from .ogc_scenes import Partner

ROOT = "/vigisat/csw"
_HEAD = (
    'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows" xmlns:gmd="http://www.isotc211.org/2005/gmd" '
    'version="2.0.2"'
)


@dataclass(frozen=True)
class Search:
    """A GetRecords request, read."""

    hits: bool
    position: int
    size: int
    elements: str
    condition: Any
    sort: str | None


class Refusal(Exception):
    """What is answered with an exception report."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def answer(body: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, media_type="application/xml")


def _refused(error: Refusal, status: int) -> Response:
    report = (
        f'<ows:ExceptionReport {_HEAD.replace("2.0.2", "1.2.0", 1)}><ows:Exception exceptionCode="{error.code}" locator="service">'
        f"<ows:ExceptionText>{escape(str(error))}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )
    return answer(report, status)


def _read_post(body: bytes) -> tuple[str, Any]:
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Refusal("NoApplicableCode", str(error)) from None
    if root.find(".//{*}DistributedSearch") is not None:
        raise Refusal("NoApplicableCode", "this catalogue does not ask others")
    return root.tag.rpartition("}")[2], root


def _search_of_post(root: Any) -> Search:
    sort = root.find(".//{*}SortBy/{*}SortProperty/{*}PropertyName")
    return Search(
        root.get("resultType") == "hits",
        int(root.get("startPosition", "1")),
        int(root.get("maxRecords", "10")),
        root.findtext(".//{*}ElementSetName") or "summary",
        root.find(".//{*}Filter"),
        None if sort is None else sort.text,
    )


def _search_of_get(given: Mapping[str, str]) -> Search:
    constraint = given.get("constraint")
    return Search(
        given.get("resulttype") == "hits",
        int(given.get("startposition", "1")),
        int(given.get("maxrecords", "10")),
        given.get("elementsetname", "summary"),
        None if constraint is None else etree.fromstring(constraint),
        given["sortby"].removesuffix(":A") if "sortby" in given else None,
    )


@dataclass(frozen=True)
class Catalogue:
    """One station as a CSW."""

    partner: Partner
    habits: Habits

    def records(self, search: Search) -> str:
        """GetRecordsResponse. Raises Refusal."""
        habits = self.habits
        if search.sort is not None and not habits.sort:
            raise Refusal("InvalidParameterValue", "SortBy is not supported")
        if search.sort not in (None, "apiso:Identifier", "apiso:Modified"):
            raise Refusal("InvalidParameterValue", f"Invalid ogc:SortProperty/ogc:PropertyName: {search.sort!r}")
        try:
            numbers = select(self.partner, search.condition, as_text=habits.as_text, dated=habits.dated)
        except BadFilter as error:
            raise Refusal("InvalidParameterValue", f"Invalid Constraint: {error}") from None
        matched = len(numbers) if habits.capped is None else min(len(numbers), habits.capped)
        limit = min(one for one in (habits.capped, habits.window, 10**9) if one is not None)
        if search.position + (0 if search.hits else min(search.size, habits.largest)) - 1 > limit and search.position > 1:
            raise Refusal("NoApplicableCode", f"Result window is too large, from + size must be less than or equal to: [{limit}]")
        found = [] if search.hits else self._ordered(numbers, search)
        return self._page(search, matched, found)

    def _ordered(self, numbers: Sequence[int], search: Search) -> list[int]:
        size = min(search.size, self.habits.largest, (self.habits.capped or 10**9) - search.position + 1)
        page = slice(search.position - 1, search.position - 1 + max(size, 0))
        if search.sort == "apiso:Modified":
            return sorted(numbers, key=self._changed)[page]
        if search.sort is None and self.habits.restless:
            return random.Random(random.random()).sample(list(numbers), len(numbers))[page]
        return list(numbers[page])

    def _changed(self, number: int) -> tuple[str, int]:
        entry = self.partner.entry(number)
        assert entry is not None
        return self.partner.stamp(entry), number

    def _page(self, search: Search, matched: int, numbers: list[int]) -> str:
        spoilt = self.habits.unreadable if search.elements == "full" else self.habits.nameless
        for number in numbers:
            if number in spoilt:
                raise Refusal("NoApplicableCode", f"Raised exception while searching metadata: the value of {number} is null")
        records = "".join(iso(self.partner, entry, search.elements) for one in numbers if (entry := self.partner.entry(one)) is not None)
        # As pycsw reckons it: by positions, also where no record is given (§3.3).
        returned = min(search.size, self.habits.largest, max(matched - search.position + 1, 0))
        return (
            f'<csw:GetRecordsResponse {_HEAD}><csw:SearchStatus timestamp="{seconds(self.partner.world.latest)}Z"/>'
            f'<csw:SearchResults numberOfRecordsMatched="{matched}" numberOfRecordsReturned="{returned}" {self._next(search, matched)}'
            f'recordSchema="http://www.isotc211.org/2005/gmd" elementSet="{search.elements}">{records}</csw:SearchResults>'
            "</csw:GetRecordsResponse>"
        )

    def _next(self, search: Search, matched: int) -> str:
        """nextRecord; beyond the end it is 1, as pycsw says it."""
        following = search.position + min(search.size, self.habits.largest)
        kind = self.habits.next_record
        if kind == "absent":
            return ""
        if kind == "zero":
            # Too early: on every page.
            return 'nextRecord="0" '
        if search.position > matched:
            return 'nextRecord="1" '
        last = matched + 1 if kind == "one more" else 0
        return f'nextRecord="{following if following <= matched else last}" '

    def by_id(self, identifier: str, elements: str) -> str:
        """GetRecordByIdResponse, empty for an unknown identifier."""
        number = self.partner.number(identifier)
        entry = self.partner.entry(number) if number is not None and self.habits.by_id else None
        return f"<csw:GetRecordByIdResponse {_HEAD}>{iso(self.partner, entry, elements) if entry else ''}</csw:GetRecordByIdResponse>"


def _capabilities() -> str:
    # Many name a host that only they themselves reach (§3.10).
    inner = "http://127.0.0.1:1/geonetwork/srv/fre/csw"
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    operations = "".join(
        f'<ows:Operation name="{name}"><ows:DCP><ows:HTTP><ows:Post {link} xlink:href="{inner}"/></ows:HTTP></ows:DCP>'
        '<ows:Parameter name="outputSchema"><ows:Value>http://www.isotc211.org/2005/gmd</ows:Value></ows:Parameter></ows:Operation>'
        for name in ("GetCapabilities", "GetRecords", "GetRecordById")
    )
    return (
        f"<csw:Capabilities {_HEAD}><ows:ServiceIdentification><ows:Title>VIGISAT</ows:Title><ows:ServiceType>CSW</ows:ServiceType>"
        f"</ows:ServiceIdentification><ows:OperationsMetadata>{operations}</ows:OperationsMetadata></csw:Capabilities>"
    )


def routes(partner: Callable[[], Partner], habits: Callable[[], Habits]) -> list[Route]:
    async def csw(request: Request) -> Response:
        catalogue = Catalogue(partner(), habits())
        try:
            if request.method == "POST":
                return answer(_post(catalogue, await request.body()))
            return answer(_get(catalogue, {name.lower(): value for name, value in request.query_params.items()}))
        except Refusal as error:
            return _refused(error, catalogue.habits.failing_status)

    return [Route(ROOT, csw, methods=["GET", "POST"])]


def _post(catalogue: Catalogue, body: bytes) -> str:
    name, root = _read_post(body)
    if name == "GetRecords":
        return catalogue.records(_search_of_post(root))
    if name == "GetRecordById":
        return catalogue.by_id(root.findtext("{*}Id") or "", root.findtext("{*}ElementSetName") or "summary")
    raise Refusal("OperationNotSupported", name)


def _get(catalogue: Catalogue, given: Mapping[str, str]) -> str:
    name = given.get("request", "")
    if name == "GetCapabilities":
        return _capabilities()
    if name == "GetRecords":
        return catalogue.records(_search_of_get(given))
    if name == "GetRecordById":
        # A comma separates identifiers.
        return catalogue.by_id(given.get("id", "").split(",")[0], given.get("elementsetname", "summary"))
    raise Refusal("OperationNotSupported", name)
