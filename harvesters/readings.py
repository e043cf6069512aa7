"""Readings: what one pass through a listing brought, and whether its numbers agree (OGC report §3.3-3.4)."""

from dataclasses import dataclass, field
from hashlib import blake2b

from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Answer, Broken


@dataclass
class Reading:
    """`totals` as they were announced, page by page; `nodes` records that came, counted by us; `moved` says that records came or went
    meanwhile; `unread` are those without a name. `spoilt` could not be read and are not handed on yet."""

    ids: set[str] = field(default_factory=set)
    totals: list[int] = field(default_factory=list)
    nodes: int = 0
    moved: bool = False
    unread: int = 0
    spoilt: list[Broken] = field(default_factory=list)
    _latest: str = ""

    def take(self, answer: OgcAnswer, before: frozenset[str] = frozenset()) -> Answer:
        """Takes note of an answer; what of it the page `before` has not brought."""
        if answer.matched is not None:
            self.totals.append(answer.matched)
        names = names_of(answer)
        self.nodes += answer.nodes - len(names & before)
        self.ids |= names
        self._latest = next((record.native_id for record in reversed(answer.answer.records)), self._latest)
        spoilt, self.spoilt = tuple(self.spoilt), []
        return Answer(
            tuple(record for record in answer.answer.records if record.native_id not in before),
            (*spoilt, *(one for one in answer.answer.broken if one.native_id not in before)),
        )

    def lose(self, name: str | None, position: int, error: Refused) -> None:
        """Takes note of a record that the catalogue holds and cannot give: under its own identifier if that could be learnt, else told
        by its neighbour, for positions change."""
        if name is None:
            self.unread += 1
            name = f"unread-{blake2b(self._latest.encode(), digest_size=8).hexdigest()}"
        self.ids.add(name)
        self._latest = name
        self.nodes += 1
        said = str(error)
        self.spoilt.append(Broken(name, f"position {position}: the catalogue cannot give it: {said}"[:500], "record", said.encode()[:1000]))

    @property
    def total(self) -> int | None:
        """The number announced last."""
        return self.totals[-1] if self.totals else None

    @property
    def short(self) -> int:
        """How many different records fewer came than were announced."""
        return max(0, (self.total or 0) - len(self.ids))

    @property
    def still(self) -> bool:
        """Whether nothing moved while it was read."""
        return not self.moved and len(set(self.totals)) < 2

    @property
    def agrees(self) -> bool:
        """Whether as many different records came as were announced, all the time."""
        return self.still and self.total in (None, len(self.ids))

    def repeats(self, before: "Reading | None") -> bool:
        """Whether it is the same as the one before: then numbers that disagree do so for a reason that stays (two records of one
        identifier)."""
        return before is not None and self.still and (self.ids, self.nodes, self.total) == (before.ids, before.nodes, before.total)


def names_of(answer: OgcAnswer) -> frozenset[str]:
    """The identifiers of an answer's records."""
    return frozenset((*(record.native_id for record in answer.answer.records), *(one.native_id for one in answer.answer.broken)))
