"""Random queries: a filter, and everything else that a search may hold."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from index.aggregation import Aggregation, Summed
from mappings.audience import EVERYTHING, Audience
from mappings.queryables import FIELDS, Kind
from tests.differential import literals, shapes
from tests.differential.answers import Asked
from tests.differential.evaluate import area_of
from tests.differential.filters import Kit, filters
from tests.differential.rows import micros
from tests.differential.world import COLLECTIONS

_OPEN = frozenset({("open", "copernicus"), ("open", "etalab-2.0"), ("view", "unknown"), ("orderable", "airbus-optical")})
_MEMBERS = _OPEN | {("held", "dinamis-spot67"), ("unknown", "unknown")}
AUDIENCES = (
    EVERYTHING,
    EVERYTHING,
    Audience("open", _OPEN),
    Audience("members", _MEMBERS),
    Audience("ruled", _OPEN, (("peps", None), ("swh", frozenset()))),
    Audience("one", frozenset({("held", "dsp-pleiades")})),
)
SORTABLE = tuple(name for name in literals.names(*Kind) if FIELDS[name].sortable)

_OPS = {
    Kind.TEXT: ("eq", "neq", "in", "startsWith", "endsWith", "contains"),
    Kind.NUMBER: ("eq", "neq", "lt", "lte", "gt", "gte", "in"),
    Kind.TIME: ("eq", "lt", "lte", "gt", "gte"),
}


def _some(draw: st.DrawFn, strategy: st.SearchStrategy[Any], share: int) -> Any:
    """Of so many tenths of the queries; else None."""
    return draw(strategy) if draw(st.integers(0, 9)) < share else None


@st.composite
def _extension(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in draw(st.lists(st.sampled_from(literals.names(Kind.TEXT, Kind.NUMBER, Kind.TIME)), min_size=1, max_size=2, unique=True)):
        kind = FIELDS[name].kind
        value = literals.instants(name) if kind is Kind.TIME else literals.near(name)
        for op in draw(st.lists(st.sampled_from(_OPS[kind]), min_size=1, max_size=2, unique=True)):
            found.setdefault(name, {})[op] = draw(st.lists(value, min_size=1, max_size=3) if op == "in" else value)
    return found


@st.composite
def _phrases(draw: st.DrawFn) -> tuple[str, ...]:
    found = []
    for _ in range(draw(st.integers(1, 2))):
        words = draw(st.sampled_from(literals.rows())).words.split()
        at, size = draw(st.integers(0, len(words) - 1)), draw(st.sampled_from((1, 1, 2, 3)))
        phrase = " ".join(words[at : at + size])
        found.append(
            draw(st.sampled_from((phrase, phrase, phrase.upper(), f"«{phrase}»!", phrase.replace("e", "é"), phrase[:-1] or phrase)))
        )
    return tuple(found)


_TIMES = st.tuples(literals.instants("start_datetime"), literals.instants("end_datetime")).map(lambda pair: sorted(pair, key=micros))
_SORTS = st.lists(st.tuples(st.sampled_from(SORTABLE), st.booleans()), min_size=1, max_size=3, unique_by=lambda sort: sort[0]).map(tuple)
_COLLECTIONS = st.lists(st.sampled_from((*COLLECTIONS, "none")), min_size=1, max_size=3, unique=True).map(tuple)
_IDS = st.integers(0, 209).map(lambda at: ("none", *(row.id for row in literals.rows()[at // 2 : at])))
_AREAS = st.integers(0, len(shapes.apart()) - 1).map(lambda at: shapes.apart()[at])
_PHRASES, _EXTENSIONS = _phrases(), _extension()


@dataclass(frozen=True)
class Drawing:
    """What a store is asked: filters of its operators, and pages of these sizes."""

    kit: Kit
    limits: tuple[int, ...] = (7, 25, 60, 300)
    audiences: tuple[Audience, ...] = AUDIENCES


@st.composite
def asked(draw: st.DrawFn, drawing: Drawing) -> Asked:
    """One query."""
    times = _some(draw, _TIMES, 2)
    start, end = times or (None, None)
    if times and draw(st.booleans()):
        start, end = (start, None) if draw(st.booleans()) else (None, end)
    return Asked(
        audience=draw(st.sampled_from(drawing.audiences)),
        collections=_some(draw, _COLLECTIONS, 2),
        ids=_some(draw, _IDS, 1),
        area=_some(draw, _AREAS, 2),
        start=start,
        end=end,
        exclude_airbus=draw(st.integers(0, 4)) == 0,
        filter=_some(draw, filters(drawing.kit), 9),
        as_text=draw(st.booleans()),
        query=_some(draw, _EXTENSIONS, 1),
        phrases=_some(draw, _PHRASES, 1),
        sort=_some(draw, _SORTS, 4) or (),
        limit=draw(st.sampled_from(drawing.limits)),
    )


def area(one: Asked) -> Any:
    """Its area as shapely."""
    return None if one.area is None else area_of(one.area)


def _summed(name: str, summed: Summed, field: str | None = None, **more: Any) -> Aggregation:
    return Aggregation(name, summed, FIELDS[field] if field else None, **more)


AGGREGATIONS = (
    _summed("count", Summed.COUNT),
    _summed("least time", Summed.LEAST, "datetime"),
    _summed("most time", Summed.MOST, "datetime"),
    _summed("least cloud", Summed.LEAST, "eo:cloud_cover"),
    _summed("most orbit", Summed.MOST, "sat:absolute_orbit"),
    _summed("platforms", Summed.TERMS, "platform"),
    _summed("few platforms", Summed.TERMS, "platform", size=3),
    _summed("collections", Summed.TERMS, "collection"),
    _summed("availabilities", Summed.TERMS, "moisson:availability"),
    _summed("licences", Summed.TERMS, "moisson:licence"),
    _summed("keywords", Summed.TERMS, "keywords"),
    _summed("months", Summed.MONTHS, "datetime"),
    _summed("years", Summed.YEARS, "created"),
    _summed("clouds", Summed.STEPS, "eo:cloud_cover", start=0, end=100, width=10),
    _summed("angles", Summed.STEPS, "view:off_nadir", start=0, end=30, width=7.5),
    _summed("coarse cells", Summed.CELLS, precision=2),
    _summed("fine cells", Summed.CELLS, precision=5, size=10),
)
