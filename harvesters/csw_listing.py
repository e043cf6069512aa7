"""Listings of a CSW: a search, and how it is cut where the catalogue pages no further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from owslib import fes

from harvesters.csw_requests import ElementSet, Search
from harvesters.partner_pages import earlier
from harvesters.sweep import Listing
from mappings.ogc.answers import OgcAnswer, Refused

# Whole days only: many catalogues compare time stamps as text, and "2009-10-09" sorts before "2009-10-09T00:00:00Z" (§3.6).
_EPOCH = date(1970, 1, 1)
_DAY = timedelta(days=1)
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:/"
# Where a long listing is looked at for what its identifiers begin with; an order by identifier would put alike ones together.
_SAMPLES = (1, 10, 100, 1000, 5000, 10_000, 15_000)


class Catalogue(Protocol):
    """Who asks. Raises Refused and HarvestError."""

    def get_records(self, search: Search, position: int, size: int, elements: ElementSet, *, hits: bool = False) -> OgcAnswer: ...


@dataclass(frozen=True)
class CswListing:
    """Records whose dateStamp lies in the days [low, high), None being no bound, and whose identifier begins with `prefix` and with
    none of `others`; `undated` are those without a dateStamp. One that is `last` cannot be cut."""

    catalogue: Catalogue
    search: Search
    modified: str
    identifier: str
    today: date
    elements: ElementSet = "full"
    low: date | None = None
    high: date | None = None
    prefix: str = ""
    others: tuple[str, ...] = ()
    undated: bool = False
    last: bool = False

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
        if self.undated or self.prefix or self.others:
            return self._by_identifier()
        floor, ceiling = self.low or min(_EPOCH, self.today), self.high or max(self.today, self.low or self.today) + _DAY
        days = (ceiling - floor).days
        if days < 2:
            return self._by_identifier()
        middle = floor + timedelta(days=days // 2)
        halves = [replace(self, high=middle), replace(self, low=middle)]
        return [replace(self, undated=True), *halves] if self.low is None and self.high is None else halves

    def _by_identifier(self) -> Sequence[Listing]:
        """One for each character that follows what most have in common, one for all other characters, one for those that begin
        otherwise: nothing lies outside of all."""
        if self.last:
            return ()
        common = self._in_common()
        following = tuple(common + letter for letter in _LETTERS)
        parts = [replace(self, prefix=one) for one in following]
        parts.append(replace(self, prefix=common, others=(*self.others, *following), last=True))
        if common != self.prefix:
            parts.append(replace(self, others=(*self.others, common)))
        return parts

    def _in_common(self) -> str:
        found = set()
        for position in _SAMPLES:
            try:
                answer = self.catalogue.get_records(self._search, position, 1, "brief").answer
            except Refused:
                continue
            found |= {record.native_id for record in answer.records if record.native_id.startswith(self.prefix)}
        if len(found) < 2:
            return self.prefix
        # What the first and the last have in common, all have.
        low, high = min(found), max(found)
        return next((low[:at] for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), low)

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
        if len(self.others) > 1:
            found.append(fes.Not([fes.Or([self._like(one) for one in self.others])]))
        elif self.others:
            found.append(fes.Not([self._like(self.others[0])]))
        return found

    def _like(self, beginning: str) -> Any:
        return fes.PropertyIsLike(self.identifier, f"{beginning}*", escapeChar="\\", singleChar="?", wildCard="*")


def day_before(when: datetime, overlap: timedelta) -> date:
    """The day to read from so that nothing since `when` is left out: at least one back, for stamps come without a zone."""
    return earlier(when, max(overlap, _DAY)).astimezone(UTC).date()


def equal_to(terms: Mapping[str, str]) -> tuple[Any, ...]:
    """Constraints that properties have these values."""
    return tuple(fes.PropertyIsEqualTo(name, value) for name, value in terms.items())
