"""Scope: the members of an answer that lie in a source's area, as a Page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

from harvesters.area import Area
from harvesters.paging import Piece
from harvesters.source import Extent, Page
from mappings.record import Answer, Broken, Record, answer_of
from mappings.secrets import Clean, without_secrets

ToRecord = Callable[[dict[str, Any]], Record]


def page_of(
    source: str, stream: str, piece: Piece, to_record: ToRecord, *, area: Area | None = None, until: datetime | None = None,
    ordered: bool = False, closes: bool = False, clean: Clean = without_secrets,
) -> Page:  # fmt: skip
    """The members of one answer as a Page: each a Record under the source's configured name, a Broken, or filtered.

    `until` is exclusive, which archives with closed windows do not offer: what lies beyond it is filtered too. `clean` takes out of
    a Broken member what must not be kept. A doubtful piece moves no watermark, whatever its order: the end of its window does, with
    what is missing. `closes`: the windows are of times that a record keeps, so that one which a whole window
    does not show is absent; where a change moves a record to another one, the source's `gone` must tell.
    """
    kept = piece.members if area is None else [member for member in piece.members if not area.excludes(member)]
    answer = _answer(kept, to_record, clean)
    records = [record for record in answer.records if until is None or record.updated is None or record.updated < until]
    return Page(
        stream,
        records=tuple(record if record.source == source else replace(record, source=source) for record in records),
        broken=answer.broken,
        ordered=ordered and not piece.doubtful,
        missing=piece.missing,
        missing_since=piece.missing_since,
        filtered=len(piece.members) - len(records) - len(answer.broken),
        total=piece.total,
        closed=Extent(piece.closed.since, piece.closed.until) if piece.closed and closes else None,
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
