"""Listings of a CSW: a search, and how it is cut where the catalogue pages no further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from owslib import fes

from harvesters.csw_requests import ElementSet, Search
from harvesters.sweep import Listing
from mappings.ogc.answers import OgcAnswer, Refused

# Whole days only: many catalogues compare time stamps as text, and "2009-10-09" sorts before "2009-10-09T00:00:00Z" (§3.6).
_EPOCH = date(1970, 1, 1)
_DAY = timedelta(days=1)
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Catalogue(Protocol):
    """Who asks. Raises Refused and HarvestError."""

    def get_records(self, search: Search, position: int, size: int, elements: ElementSet, *, hits: bool = False) -> OgcAnswer: ...


@dataclass(frozen=True)
class CswListing:
    """Records whose dateStamp lies in the days [low, high), None being no bound, and whose identifier begins with `prefix`, less those
    that go on with a letter or digit when `rest`; `undated` are those without a dateStamp."""

    catalogue: Catalogue
    search: Search
    modified: str
    identifier: str
    today: date
    elements: ElementSet = "full"
    low: date | None = None
    high: date | None = None
    prefix: str = ""
    rest: bool = False
    undated: bool = False

    def count(self) -> int | None:
        try:
            return self.catalogue.get_records(self._search, 1, 1, self.elements, hits=True).matched
        except Refused:
            if self.undated:
                # Not every catalogue has this comparison, and a record without dateStamp is not valid.
                return 0
            raise

    def read(self, position: int, size: int) -> OgcAnswer:
        return self.catalogue.get_records(self._search, position, size, self.elements)

    def name(self, position: int) -> str | None:
        """By the brief form: what spoils a record is mostly in the full one."""
        try:
            answer = self.catalogue.get_records(self._search, position, 1, "brief").answer
        except Refused:
            return None
        return answer.records[0].native_id if len(answer.records) == 1 else None

    def parts(self) -> Sequence[Listing]:
        """Halves of its days; of a single day by the beginning of the identifier."""
        if self.undated or self.prefix or self.rest:
            return self._by_letter()
        floor, ceiling = self.low or min(_EPOCH, self.today), self.high or max(self.today, self.low or self.today) + _DAY
        days = (ceiling - floor).days
        if days < 2:
            return self._by_letter()
        middle = floor + timedelta(days=days // 2)
        halves = [replace(self, high=middle), replace(self, low=middle)]
        return [replace(self, undated=True), *halves] if self.low is None and self.high is None else halves

    def _by_letter(self) -> Sequence[Listing]:
        if self.rest:
            return ()
        return [*(replace(self, prefix=self.prefix + letter) for letter in _LETTERS), replace(self, rest=True)]

    @property
    def _search(self) -> Search:
        return replace(self.search, constraints=(*self.search.constraints, *self._bounds()))

    def _bounds(self) -> list[Any]:
        found: list[Any] = []
        if self.undated:
            found.append(fes.PropertyIsNull(self.modified))
        if self.low is not None:
            found.append(fes.PropertyIsGreaterThanOrEqualTo(self.modified, self.low.isoformat()))
        if self.high is not None:
            found.append(fes.PropertyIsLessThan(self.modified, self.high.isoformat()))
        if self.prefix:
            found.append(self._like(self.prefix))
        if self.rest:
            found.append(fes.Not([fes.Or([self._like(self.prefix + letter) for letter in _LETTERS])]))
        return found

    def _like(self, beginning: str) -> Any:
        return fes.PropertyIsLike(self.identifier, f"{beginning}*", escapeChar="\\", singleChar="?", wildCard="*")


def day_before(when: datetime, overlap: timedelta) -> date:
    """The day to read from so that nothing since `when` is left out: at least one back, for stamps come without a zone."""
    return (when - max(overlap, _DAY)).astimezone(UTC).date()


def equal_to(terms: Mapping[str, str]) -> tuple[Any, ...]:
    """Constraints that properties have these values."""
    return tuple(fes.PropertyIsEqualTo(name, value) for name, value in terms.items())
