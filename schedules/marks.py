"""Marks: where a run's streams begin, how far they have come, and what of it may be kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harvesters.source import Page
from index.protocol import Index
from mappings.watermark import GAP, Watermark, advance

# Clocks of schedulers differ by less.
_SLACK = timedelta(days=1)
# The boundary of a gap that has closed: the watermark moves on past it, and it stays closed.
_CLOSED = frozenset({"closed"})


@dataclass
class Marks:
    """The watermarks of one run. `label` goes before the names of its streams, for sources that share an archive's records.

    `since` overrides where streams begin; `until` makes the run a backfill, which keeps nothing. No watermark passes `latest`, the
    run's own beginning: a time of the future would hide all that comes before it.
    """

    index: Index
    source: str
    label: str = ""
    since: datetime | None = None
    until: datetime | None = None
    latest: datetime | None = None
    _stored: dict[str, Watermark | None] = field(default_factory=dict)
    _began: dict[str, Watermark | None] = field(default_factory=dict)
    _reached: dict[str, Watermark] = field(default_factory=dict)
    _unordered: set[str] = field(default_factory=set)
    _missed: set[str] = field(default_factory=set)
    _holding: dict[str, Watermark] = field(default_factory=dict)

    def begin(self, stream: str) -> Watermark | None:
        """Where the stream begins: its watermark, or the start of the earliest window that no run has got whole since."""
        if stream not in self._began:
            mark, gap = self._kept(stream), self._gap(stream)
            begin = gap if gap and mark else mark
            if begin and self.latest and begin.value > self.latest:
                begin = Watermark(self.latest)
            self._began[stream] = Watermark(self.since) if self.since else begin
        return self._began[stream]

    def advance(self, page: Page) -> None:
        """Takes note of a page's records."""
        mark = self._reached.get(page.stream) or self._kept(page.stream)
        for record in page.records:
            if record.updated is not None and (self.latest is None or record.updated <= self.latest):
                mark = advance(mark, record.updated, record.native_id)
        if mark is not None:
            self._reached[page.stream] = mark
        if not page.ordered:
            self._unordered.add(page.stream)

    def with_page(self, page: Page, *, hold: bool = False) -> dict[str, Watermark]:
        """What is kept together with the page: an ordered stream's watermark, and the gap that the page reports. `hold` leaves the
        watermark for `held`: what the page told is not done yet."""
        marks: dict[str, Watermark] = {}
        if page.ordered and hold:
            # As far as here, and not as what comes after it in no order.
            if page.stream in self._reached:
                self._holding[page.stream] = self._reached[page.stream]
        elif page.ordered and self._may_keep(page.stream):
            marks[page.stream] = self._reached[page.stream]
        if page.ordered and page.missing_since is not None and self.until is None:
            gap = self._kept(page.stream + GAP) if page.stream in self._missed else self._gap(page.stream)
            # An earlier gap stays: one of this run, or one that lies before where this run began.
            if gap is None or page.missing_since < gap.value or (page.stream not in self._missed and self._covers(page.stream, gap)):
                marks[page.stream + GAP] = Watermark(page.missing_since)
            self._missed.add(page.stream)
        return self._keep(marks)

    def held(self) -> dict[str, Watermark]:
        """The watermarks that were left by `with_page`."""
        held, self._holding = self._holding, {}
        return self._keep({stream: mark for stream, mark in held.items() if self._may_keep(stream)})

    def at_the_end(self, *, whole: bool) -> dict[str, Watermark]:
        """What is kept once every stream was read to its end: unordered watermarks if nothing is missing, and the gaps that closed."""
        marks = {stream: self._reached[stream] for stream in self._unordered if whole and self._may_keep(stream)}
        for stream in self._began.keys() & self._reached.keys() - self._missed - self._holding.keys():
            gap = self._gap(stream)
            if gap is not None and self.until is None and self._covers(stream, gap):
                marks[stream + GAP] = Watermark(self._reached[stream].value, _CLOSED)
        return self._keep(marks)

    def miss(self, stream: str, since: datetime) -> dict[str, Watermark]:
        """A gap that the run leaves: the next one begins there."""
        gap = self._gap(stream)
        return self._keep({stream + GAP: Watermark(min(since, gap.value) if gap else since)})

    def _keep(self, marks: dict[str, Watermark]) -> dict[str, Watermark]:
        self._stored |= marks
        return {self.label + stream: mark for stream, mark in marks.items()}

    def _kept(self, stream: str) -> Watermark | None:
        if stream not in self._stored:
            found = self.index.watermark(self.source, self.label + stream)
            if found and self.latest and found.value > self.latest + _SLACK:
                # Of a clock that was wrong: what came since lies before it, so that the stream is read anew.
                found = None
            self._stored[stream] = found
        return self._stored[stream]

    def _gap(self, stream: str) -> Watermark | None:
        """The stream's open gap: one that begins before its watermark."""
        gap, mark = self._kept(stream + GAP), self._kept(stream)
        return gap if gap and gap.boundary != _CLOSED and mark and gap.value < mark.value else None

    def _covers(self, stream: str, gap: Watermark) -> bool:
        """Whether this run began at or before the gap."""
        begin = self._began.get(stream)
        return begin is None or begin.value <= gap.value

    def _may_keep(self, stream: str) -> bool:
        """A backfill keeps no watermark, nor does a run that began later than the stored one: it would hide what is between."""
        stored, reached = self._kept(stream), self._reached.get(stream)
        if self.until is not None or reached is None or reached == stored:
            return False
        return self.since is None or (stored is not None and self.since <= stored.value)
