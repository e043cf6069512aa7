"""The OpenSearch of seas with the EO extension (OGC 13-026): a description document, and Atom feeds with EOP inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import box_of
from .clocks import parse, seconds
from .feeds import Entry
from .ogc_csw import answer
from .ogc_habits import Habits
from .ogc_records import eop
from .ogc_scenes import Partner
from .places import Area

ROOT = "/seas/opensearch"
COLLECTION = "urn:eop:SEAS:GUYANE"
_SPACES = (
    'xmlns="http://a9.com/-/spec/opensearch/1.1/" xmlns:g="http://a9.com/-/opensearch/extensions/geo/1.0/" '
    'xmlns:time="http://a9.com/-/opensearch/extensions/time/1.0/" xmlns:eo="http://a9.com/-/opensearch/extensions/eo/1.0/"'
)
# Prefixes are the document's own business: it binds geo to g.
_SLOTS = {"uid": "g:uid?", "bbox": "g:box?", "start": "time:start?", "end": "time:end?"}


@dataclass(frozen=True)
class Wanted:
    """What a search asks of scenes; it can be compared, so that what it selects is reckoned once."""

    partner: Partner
    area: Area | None
    start: int | None
    end: int | None
    since: int | None

    def __call__(self, entry: Entry) -> bool:
        if self.since is not None and entry.updated < self.since:
            return False
        if self.area is None and self.start is None and self.end is None:
            return True
        shot = self.partner.shot(entry.number)
        if (self.start is not None and shot.stop < self.start) or (self.end is not None and shot.start > self.end):
            return False
        return self.area is None or self.area.tester().touches(shot.ring)


def description(base: str, habits: Habits, *, granules: bool) -> str:
    slots = dict(_SLOTS)
    if granules:
        slots |= {"parentIdentifier": "eo:parentIdentifier?"}
        if habits.changes:
            slots |= {"modified": "eo:modificationDate?"}
    slots |= {"n": "count?"}
    slots |= {"positions": {"from": "startIndex?"}, "pages": {"page": "startPage?"}, "links": {}}[
        habits.paging if granules else "positions"
    ]
    query = "&amp;".join(f"{name}={{{slot}}}" for name, slot in slots.items())
    kind, path = ("results", "products") if granules else ("collection", "collections")
    return (
        f"<OpenSearchDescription {_SPACES}><ShortName>SEAS</ShortName><Description>SEAS Guyane</Description>"
        f'<Url type="text/html" template="{base}/page.html?q={{searchTerms}}"/>'
        f'<Url rel="{kind}" type="application/atom+xml" template="{base}/{path}?{query}"/></OpenSearchDescription>'
    )


def feed(base: str, total: int, entries: str, following: str | None = None, now: str = "") -> str:
    link = f'<link rel="next" type="application/atom+xml" href="{escape(following)}"/>' if following else ""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:os="http://a9.com/-/spec/opensearch/1.1/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><id>{base}</id><title>SEAS</title><updated>{now}</updated>'
        f"<os:totalResults>{total}</os:totalResults>{link}{entries}</feed>"
    )


def entry_of(partner: Partner, base: str, entry: Entry) -> str:
    identifier = partner.identifier(entry.number)
    return (
        f"<entry><id>{base}/products?uid={identifier}</id><title>{identifier}</title><dc:identifier>{identifier}</dc:identifier>"
        f"<updated>{seconds(entry.updated)}Z</updated>{eop(partner, entry)}</entry>"
    )


@dataclass(frozen=True)
class Service:
    partner: Partner
    habits: Habits
    base: str

    def products(self, given: Mapping[str, str]) -> str | None:
        """A feed; None where the service refuses."""
        if self.habits.two_steps and given.get("parentIdentifier") not in (COLLECTION, None):
            return feed(self.base, 0, "")
        size = min(int(given.get("n") or 20), self.habits.largest)
        start = int(given.get("from") or 1) - 1
        if given.get("page"):
            start = (int(given["page"]) - 1) * size
        numbers = self._numbers(given)
        if self.habits.past_end and start and start >= len(numbers):
            return None
        page = list(numbers[start : start + size])
        entries = "".join(entry_of(self.partner, self.base, one) for number in page if (one := self.partner.entry(number)) is not None)
        following = None
        if self.habits.paging == "links" and start + size < len(numbers):
            following = f"{self.base}/products?{urlencode({**given, 'from': start + size + 1, 'n': size})}"
        return feed(self.base, max(len(numbers) + self.habits.off, 0), entries, following, f"{seconds(self.partner.world.latest)}Z")

    def _numbers(self, given: Mapping[str, str]) -> Sequence[int]:
        if given.get("uid"):
            number = self.partner.number(given["uid"])
            return [] if number is None or self.partner.entry(number) is None else [number]
        if given.get("parentIdentifier") not in (None, "", COLLECTION):
            return []
        since = parse(given["modified"].removeprefix("[")) if given.get("modified") else None
        area = Area.of_box(*box_of(given["bbox"])) if given.get("bbox") else None
        start, end = (parse(given[name]) if given.get(name) else None for name in ("start", "end"))
        if since is None and area is None and start is None and end is None:
            return self.partner.selected(None, None)
        return self.partner.selected(since, None, Wanted(self.partner, area, start, end, since))

    def collections(self) -> str:
        link = f'<link rel="search" type="application/opensearchdescription+xml" href="{self.base}/of/guyane.xml"/>'
        other = "<entry><id>urn:x</id><title>x</title><dc:identifier>urn:eop:SEAS:ELSEWHERE</dc:identifier></entry>"
        one = f"<entry><id>urn:y</id><title>Guyane</title><dc:identifier>{COLLECTION}</dc:identifier>{link}</entry>"
        return feed(self.base, 2, other + one)


def routes(partner: Callable[[], Partner], habits: Callable[[], Habits]) -> list[Route]:
    def service(request: Request) -> Service:
        return Service(partner(), habits(), f"{request.url.scheme}://{request.url.netloc}{ROOT}")

    async def described(request: Request) -> Response:
        found = service(request)
        granules = not found.habits.two_steps or request.url.path.endswith("guyane.xml")
        body = answer(description(found.base, found.habits, granules=granules))
        body.headers["content-type"] = "application/opensearchdescription+xml"
        return body

    async def products(request: Request) -> Response:
        try:
            body = service(request).products(dict(request.query_params))
        except ValueError as error:
            return answer(f"<error>{escape(str(error))}</error>", 400)
        return answer("<error>beyond the end</error>", 400) if body is None else answer(body)

    async def collections(request: Request) -> Response:
        return answer(service(request).collections())

    return [
        Route(f"{ROOT}/description.xml", described),
        Route(f"{ROOT}/of/guyane.xml", described),
        Route(f"{ROOT}/products", products),
        Route(f"{ROOT}/collections", collections),
    ]
