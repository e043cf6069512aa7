"""Listings of an OpenSearch service: by positions where its template has them, else page after page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

from harvesters.errors import StopSource
from harvesters.opensearch_description import Template
from harvesters.paging import Loop
from harvesters.partner_pages import origin
from harvesters.response import place
from harvesters.sweep import Limits, Listing, Verdict
from mappings.ogc.answers import OgcAnswer
from mappings.record import Answer
from mappings.times import format_time

_FINEST = timedelta(hours=1)


class Client(Protocol):
    """Who asks. Raises Refused and HarvestError."""

    def search(self, url: str) -> OgcAnswer: ...


@dataclass(frozen=True)
class OpenSearchListing:
    """What a template gives for the values; `sensed` are the times of acquisition, both of them given or none."""

    client: Client
    template: Template
    values: Mapping[str, str]
    exact: bool
    ends: tuple[datetime, datetime]
    bounded: bool = False

    def count(self) -> int | None:
        return self.read(1, 1).matched if self.exact else None

    def read(self, position: int, size: int) -> OgcAnswer:
        given = {"startIndex": str(self.template.first_index + position - 1), "count": str(size)}
        answer = self.client.search(self.template.url({**self._values, **given}))
        return answer if self.exact else replace(answer, matched=None)

    def name(self, position: int) -> str | None:
        """There is no shorter form to ask for."""
        return None

    def parts(self) -> Sequence[Listing]:
        """Halves of the time of acquisition; what lies in both comes twice."""
        low, high = self.ends
        if not {"time:start", "time:end"} <= self.template.names or high - low < 2 * _FINEST:
            return ()
        middle = (low + (high - low) / 2).replace(microsecond=0)
        return [replace(self, ends=(low, middle), bounded=True), replace(self, ends=(middle, high), bounded=True)]

    @property
    def _values(self) -> Mapping[str, str]:
        if not self.bounded:
            return self.values
        return {**self.values, "time:start": format_time(self.ends[0]), "time:end": format_time(self.ends[1])}


class Pages:
    """A search without positions: by its page numbers, else along its links to the next page, which must lead to the same host."""

    def __init__(self, client: Client, template: Template, values: Mapping[str, str], limits: Limits, *, exact: bool) -> None:
        self._client = client
        self._template = template
        self._values = {**values, "count": str(limits.size)}
        self._exact = exact
        self.verdict = Verdict(False)

    def __iter__(self) -> Iterator[Answer]:
        numbered = "startPage" in self._template.names
        ids, totals, page = set[str](), set[int](), self._template.first_page
        url, loop = self._url(page if numbered else None), Loop()
        while True:
            loop.check(url, place(url))
            answer = self._client.search(url)
            names = {record.native_id for record in answer.answer.records} | {one.native_id for one in answer.answer.broken}
            if self._exact and answer.matched is not None:
                totals.add(answer.matched)
            if not names or names <= ids:
                break
            ids |= names
            yield answer.answer
            if totals and len(ids) >= max(totals):
                break
            page += 1
            following = self._url(page) if numbered else self._next(url, answer)
            if following is None:
                break
            url = following
        missing = max(0, max(totals, default=0) - len(ids))
        self.verdict = Verdict(not missing and len(totals) < 2 and (not totals or totals == {len(ids)}), missing)

    def _url(self, page: int | None) -> str:
        return self._template.url(self._values if page is None else {**self._values, "startPage": str(page)})

    @staticmethod
    def _next(url: str, answer: OgcAnswer) -> str | None:
        if answer.next_url is None:
            return None
        try:
            following = urljoin(url, answer.next_url)
            here = origin(following) == origin(url)
        except ValueError:
            raise StopSource(f"{place(url)}: its link to the next page cannot be read") from None
        if not here:
            raise StopSource(f"{place(url)}: its next page is at {place(following)}, another host, which is not followed")
        return following
