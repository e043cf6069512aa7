"""Scope: the area a source is configured for, and the members of an answer that lie in it as a Page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from harvesters.paging import Piece
from harvesters.source import Page
from mappings.geometry import box, clean_footprint, mapping_of
from mappings.record import Answer, Broken, Record, Unmappable, answer_of
from mappings.secrets import Clean, without_secrets

ToRecord = Callable[[dict[str, Any]], Record]


@dataclass(frozen=True)
class Area:
    """A bounding box in degrees; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, bounds: tuple[float, float, float, float] | None) -> "Area | None":
        return None if bounds is None else cls(*bounds)

    @property
    def crosses(self) -> bool:
        return self.west > self.east

    @property
    def bounds(self) -> list[float]:
        return [self.west, self.south, self.east, self.north]

    @property
    def text(self) -> str:
        """The bounds as a comma list, without exponents: resto's grammar has none (CNES report §1.2)."""
        return ",".join(f"{value:.7f}".rstrip("0").rstrip(".") for value in self.bounds)

    @property
    def geometry(self) -> Any:
        """A shapely Polygon, or a MultiPolygon of the two sides of the antimeridian."""
        return box(*self.bounds)

    @property
    def geojson(self) -> dict[str, Any]:
        return mapping_of(self.geometry)

    def excludes(self, member: Any) -> bool:
        """Whether a feature surely lies outside; what has no readable footprint is left to the mapping to judge."""
        try:
            footprint, _ = clean_footprint(member.get("geometry") if isinstance(member, dict) else None)
        except Unmappable:
            return False
        return not shapely.intersects(shape(footprint), self.geometry)


def page_of(
    source: str, stream: str, piece: Piece, to_record: ToRecord, *, area: Area | None = None, until: datetime | None = None,
    ordered: bool = False, clean: Clean = without_secrets,
) -> Page:  # fmt: skip
    """The members of one answer as a Page: each a Record under the source's configured name, a Broken, or filtered.

    `until` is exclusive, which archives with closed windows do not offer: what lies beyond it is filtered too. `clean` takes out of
    a Broken member what must not be kept.
    """
    kept = piece.members if area is None else [member for member in piece.members if not area.excludes(member)]
    answer = _answer(kept, to_record, clean)
    records = [record for record in answer.records if until is None or record.updated is None or record.updated < until]
    return Page(
        stream,
        records=tuple(record if record.source == source else replace(record, source=source) for record in records),
        broken=answer.broken,
        ordered=ordered,
        missing=piece.missing,
        missing_since=piece.missing_since,
        filtered=len(piece.members) - len(records) - len(answer.broken),
        total=piece.total,
    )


def _answer(members: Sequence[Any], to_record: ToRecord, clean: Clean) -> Answer:
    try:
        return answer_of(members, to_record, clean)
    except orjson.JSONEncodeError:
        pass
    # A member that can be read but not written again (300 levels deep, a lone surrogate): only that one is broken.
    records: list[Record] = []
    broken: list[Broken] = []
    for member in members:
        try:
            answer = answer_of([member], to_record, clean)
            records += answer.records
            broken += answer.broken
        except orjson.JSONEncodeError as error:
            raw = ascii(clean(member)).encode()
            broken.append(Broken(f"broken-{blake2b(raw, digest_size=8).hexdigest()}", f"cannot be kept as JSON: {error}", "feature", raw))
    return Answer(tuple(records), tuple(broken))


def utc_now() -> datetime:
    """The clock of a source, unless it is given another."""
    return datetime.now(UTC)
