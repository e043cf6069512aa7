"""The rules that tell whether an image of the commercial catalogue and a held product are one acquisition (report §5.3, M1 to M4).

What they never look at: the catalogue's `acquisitionDate`, which is hours late for old records (trap 3); a difference of a second or
less without the offset (trap 2: two images of one tri-stereo set are 0.1 s apart so); and the search's own identifier.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from mappings.areas import overlaps, share
from mappings.matching.acquisition import Acquisition, Kind, Token
from mappings.matching.leap import MOST, is_leap, leap_seconds

VERSION = "matching-1"
"""Changes with the rules: what other rules found is then found again."""

_SECOND = 1_000_000
SIBLING = 120 * _SECOND
"""Two images of one satellite that are no further apart may be of one stereo set."""

# An identifier of a SPOT product has its time 0.2 s after that of the strip, to the millisecond (4 of 4; report §5.2).
_SEN_TOLERANCE = 250_000
_NEAR = 2 * _SECOND
_COUNTERS = 10
_LEAST_OVERLAP = 0.8
_ALONG = 1.0

BEFORE = MOST * _SECOND + _NEAR
"""A product's token stands at most so much before the catalogue's, µs; and at most AFTER behind it."""
AFTER = _NEAR


@dataclass(frozen=True)
class Verdict:
    """`method` is the rule (M1 to M4), `score` how sure it is (0 to 1), `coverage` area(held ∩ catalogue) / area(catalogue);
    a `candidate` does not count until somebody looked."""

    method: str
    score: float
    coverage: float
    candidate: bool = False

    def beside(self, claims: int, held: Acquisition) -> "Verdict | None":
        """What remains of it when so many images of the catalogue claim the product by identifiers: where several do, each is a
        candidate; where one does, and the product names no second strip, time and ground have no say for another."""
        if self.method == "M4":
            return self if not claims or len(held.names) > 1 else None
        return replace(self, candidate=True) if claims > 1 else self


def judge(catalogue: Acquisition, held: Acquisition, siblings: Iterable[Acquisition] = ()) -> Verdict | None:
    """The verdict of the first rule that holds, None when none does. `siblings` are other images of the catalogue near it in time;
    those that are no stereo partners do no harm."""
    by_name = not set(catalogue.names).isdisjoint(held.names)
    if catalogue.platform != held.platform:
        # A mosaic names strips of other satellites too.
        return _verdict("M1", 1.0, catalogue, held) if by_name else None
    if by_name:
        return _verdict("M1", 1.0, catalogue, held)
    if _same_token(catalogue, held):
        return _verdict("M2", 0.98, catalogue, held)
    if any(_is_leap_pair(one, other) for one, other in product(catalogue.tokens, held.tokens)):
        return _verdict("M3", 0.95, catalogue, held)
    return _near(catalogue, held, siblings)


def are_siblings(one: Acquisition, other: Acquisition) -> bool:
    """Whether two images of the catalogue may be of one stereo set: the same satellite within 120 s, over common ground."""
    if one.platform != other.platform:
        return False
    if not any(abs(mine - theirs) <= SIBLING for mine, theirs in product(one.instants, other.instants)):
        return False
    return one.area is None or other.area is None or overlaps(one.area, other.area)


def _verdict(method: str, score: float, catalogue: Acquisition, held: Acquisition) -> Verdict | None:
    """Identifiers agree; then the ground must. Where one has no footprint somebody must look, save for equal identifiers, and where
    those are equal but the ground is not."""
    if catalogue.area is None or held.area is None:
        return Verdict(method, score, 0.0, candidate=method != "M1")
    if not overlaps(catalogue.area, held.area):
        return Verdict(method, score, 0.0, candidate=True) if method == "M1" else None
    return Verdict(method, score, coverage_of(catalogue, held))


def coverage_of(catalogue: Acquisition, held: Acquisition) -> float:
    """The share of the catalogue's footprint that the held one covers; to a ten-thousandth, so that equal ones are equal."""
    if catalogue.area is None or held.area is None:
        return 0.0
    return round(share(held.area, catalogue.area), 4)


# --- M2: the same token ----------------------------------------------------------------------------------------------------------


def _same_token(catalogue: Acquisition, held: Acquisition) -> bool:
    cells = ({_cell(token) for token in of.tokens if token.cell} for of in (catalogue, held))
    mine, theirs = cells
    if mine and theirs and mine.isdisjoint(theirs):
        return False
    kinds = {Kind.PRODUCT} if catalogue.is_pleiades else {Kind.PRODUCT, Kind.CATALOGUE}
    return any(_is_same(one, other) for one, other in product(_of(catalogue, kinds), _of(held, kinds)))


def _of(acquisition: Acquisition, kinds: set[Kind]) -> Iterator[Token]:
    return (token for token in acquisition.tokens if token.kind in kinds)


def _cell(token: Token) -> str:
    """The square of one degree; Pléiades also tell the cell inside of it, which SPOT do not."""
    return (token.cell or "").partition("_")[0]


def _is_same(one: Token, other: Token) -> bool:
    tolerance = _SEN_TOLERANCE if (one.grammar == "SEN") != (other.grammar == "SEN") else 0
    return abs(one.micros - other.micros) <= tolerance


# --- M3: the leap-second offset --------------------------------------------------------------------------------------------------


def _is_leap_pair(one: Token, other: Token) -> bool:
    """Whether the catalogue's and the product's identifiers of Pléiades differ by TAI - UTC, and in nothing else."""
    if one.grammar != "PHR" or other.grammar != "PHR" or (one.kind, other.kind) != (Kind.CATALOGUE, Kind.PRODUCT):
        return False
    return is_leap(one.micros, other.micros) and _place(one) == _place(other) and _counters_agree(one, other)


def _place(token: Token) -> tuple[str | None, ...]:
    return token.station, token.mode, token.cell


def _counters_agree(one: Token, other: Token) -> bool:
    return one.counter is not None and other.counter is not None and abs(one.counter - other.counter) <= _COUNTERS


# --- M4: time and ground ---------------------------------------------------------------------------------------------------------


def _near(catalogue: Acquisition, held: Acquisition, siblings: Iterable[Acquisition]) -> Verdict | None:
    """Always a candidate. In a stereo set, the counter or the along-track angle must tell the image from its siblings."""
    pairs = _near_pairs(catalogue, held)
    if not pairs or catalogue.area is None or held.area is None:
        return None
    angles = _angles_agree(catalogue.along, held.along)
    if angles is False:
        return None
    overlap = max(share(held.area, catalogue.area), share(catalogue.area, held.area))
    if overlap < _LEAST_OVERLAP:
        return None
    if any(are_siblings(catalogue, other) for other in siblings):
        pairs = _near_pairs(catalogue, held, in_set=True)
        counters = _pairs_agree([(one, other) for _, one, other in pairs])
        if not pairs or counters is False or not (counters or angles):
            return None
    nearest = min(apart for apart, _, _ in pairs)
    score = 0.7 + 0.1 * (overlap - _LEAST_OVERLAP) / (1 - _LEAST_OVERLAP) + 0.1 * (1 - nearest / _NEAR)
    return Verdict("M4", round(min(score, 0.9), 3), coverage_of(catalogue, held), candidate=True)


def _near_pairs(catalogue: Acquisition, held: Acquisition, *, in_set: bool = False) -> list[tuple[int, Token, Token]]:
    pairs = product(catalogue.tokens, held.tokens)
    return [(apart, one, other) for one, other in pairs if (apart := _apart(one, other, in_set)) <= _NEAR]


def _apart(one: Token, other: Token, in_set: bool) -> int:
    """How far two instants are apart, with or without the offset of Pléiades' catalogue, whichever is less; µs. In a stereo set, where
    what is equal without it is a sibling's (37 s are a usual step), an identifier of a product counts with the offset only."""
    difference = one.micros - other.micros
    seconds = (
        leap_seconds(other.micros) if (one.kind, one.grammar) == (Kind.CATALOGUE, "PHR") and other.kind is not Kind.CATALOGUE else None
    )
    if seconds is None:
        return abs(difference)
    with_offset = abs(difference - seconds * _SECOND)
    return with_offset if in_set and other.kind is Kind.PRODUCT else min(abs(difference), with_offset)


def _angles_agree(one: float | None, other: float | None) -> bool | None:
    """None when one is not known."""
    if one is None or other is None:
        return None
    return abs(one - other) <= _ALONG and one * other >= 0


def _pairs_agree(pairs: Sequence[tuple[Token, Token]]) -> bool | None:
    """Whether the counters of one pair agree; None when none has both."""
    told = [_counters_agree(one, other) for one, other in pairs if one.counter is not None and other.counter is not None]
    return any(told) if told else None
