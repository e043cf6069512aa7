"""Pages of partners' catalogues: an answer's records under the source's name, in its area; and addresses with a query."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from harvesters.area import Area
from harvesters.source import Page
from mappings.record import Answer, Record, Unmappable
from mappings.record import Mapping as RecordMapping


@dataclass(frozen=True)
class Scope:
    """Whose records these are and which of them are wanted. What lies outside of the area is told here, by the Item that a record
    makes: catalogues disagree on the order of coordinates in a box (OGC report §3.9), so that none is asked."""

    source: str
    mapping: RecordMapping
    area: Area | None = None
    until: datetime | None = None

    def page(self, stream: str, answer: Answer) -> Page:
        """The wanted records; `until` is exclusive. Notices of deletion are always wanted."""
        kept = [record for record in answer.records if record.deleted or self.holds(record)]
        return Page(
            stream,
            records=tuple(record if record.source == self.source else replace(record, source=self.source) for record in kept),
            broken=answer.broken,
            filtered=len(answer.records) - len(kept),
            # What cannot be read is there all the same.
            present=tuple(one.native_id for one in answer.broken),
        )

    def holds(self, record: Record) -> bool:
        """Whether the record is wanted; one whose footprint cannot be told is left to the mapping to judge."""
        if self.until is not None and record.updated is not None and record.updated >= self.until:
            return False
        if self.area is None:
            return True
        try:
            return not self.area.excludes(self.mapping.to_item(record))
        except Unmappable:
            return True


def with_query(url: str, given: Mapping[str, str]) -> str:
    """An address with more parameters than it has."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(given)) if part)
    return urlunsplit(parts._replace(query=query))


def earlier(when: datetime, by: timedelta) -> datetime:
    """So much earlier, but no earlier than there is time: catalogues hold records of the year 1."""
    first = datetime.min.replace(tzinfo=UTC)
    return when - by if when - first > by else first


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what must be the same for an address that an answer names to be followed. Raises ValueError."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
