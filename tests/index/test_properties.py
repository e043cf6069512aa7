"""Any query over any Items: the index finds what a plain reading of the rules finds."""

from typing import Any

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Document
from index.matches import Better, MatchBatch
from index.protocol import Index
from index.query import Query
from index.state import ItemKey
from mappings.audience import EVERYTHING, Audience
from mappings.geometry import box
from tests.index.helpers import NOW, batch, pages
from tests.support.items import LICENCES, make_document

EXAMPLES = 20
QUERIES = 8
DAY = 86_400_000_000
COLLECTIONS = ("a", "b", "c")
SOURCES = ("x", "y", "z")
# Items stand on a grid of half degrees and areas a little beside it: no two borders meet, where stores round differently.
OFFSET = 1e-3

spots = st.tuples(st.integers(-359, 359), st.integers(-160, 150))
sizes = st.tuples(st.integers(1, 40), st.integers(1, 20))


def _corners(spot: tuple[int, int], size: tuple[int, int], offset: float = 0.0) -> tuple[float, float, float, float]:
    """west > east where the box crosses the antimeridian."""
    west, south = spot[0] / 2 + offset, spot[1] / 2 + offset
    east, north = west + size[0] / 2, min(south + size[1] / 2, 89 + offset)
    return (west, south, east - 360 if east > 180 else east, north)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    number = draw(st.integers(1, 60))
    return [_document(draw, f"i{n:02d}") for n in range(number)]


def _document(draw: st.DrawFn, name: str) -> Document:
    day, length, shape = draw(st.integers(0, 60)), draw(st.integers(0, 20)), draw(st.sampled_from(["instant", "interval", "both"]))
    first, last = _time(day), _time(day + length)
    times: dict[str, Any] = {
        "instant": {"datetime": first},
        "interval": {"datetime": None, "start": first, "end": last},
        "both": {"datetime": _time(day + length // 2), "start": first, "end": last},
    }[shape]
    spot, size = draw(spots), draw(sizes)
    kind = draw(st.sampled_from(["box", "box", "triangle", "hole", "nowhere"]))
    west, south, east, north = _corners(spot, size)
    if kind == "nowhere":
        times["box"] = None
    elif kind == "box" or west > east:
        times["box"] = (west, south, east, north)
    elif kind == "triangle":
        times["geometry"] = shapely.Polygon([(west, south), (east, south), (west, north)])
    else:
        inner = shapely.box(west + 0.1, south + 0.1, east - 0.1, north - 0.1).exterior.coords[::-1]
        times["geometry"] = shapely.Polygon(shapely.box(west, south, east, north).exterior.coords, [inner])
    facts = {"availability": draw(st.sampled_from(sorted(LICENCES))), "source": draw(st.sampled_from(SOURCES))}
    return make_document(name, draw(st.sampled_from(COLLECTIONS)), **facts, **times)


def _time(day: int) -> str:
    return f"2024-{1 + day // 28:02d}-{1 + day % 28:02d}T00:00:00Z"


_START = 1_704_067_200_000_000
pairs = [(availability, licence) for availability, licence in LICENCES.items()]
found = st.one_of(st.none(), st.frozensets(st.sampled_from(pairs), max_size=4))
rules = st.lists(st.tuples(st.sampled_from((*SOURCES, "none")), found), max_size=3, unique_by=lambda rule: rule[0]).map(tuple)
audiences = st.one_of(st.just(EVERYTHING), st.builds(Audience, st.just("some"), found), st.builds(Audience, st.just("some"), found, rules))
betters = st.builds(
    lambda collection, source, pair: Better(collection, source, *pair),
    st.sampled_from(COLLECTIONS),
    st.sampled_from(SOURCES),
    st.sampled_from(pairs),
)
# Of most Items no copy is better; the sets of those that are differ.
better_lists = st.lists(st.one_of(st.just([]), st.lists(betters, max_size=3)), min_size=60, max_size=60)


@st.composite
def areas(draw: st.DrawFn) -> Any:
    spot = draw(spots)
    width, height = draw(st.one_of(sizes, st.tuples(st.integers(100, 700), st.integers(50, 300))))
    west, south, east, north = _corners((spot[0], min(spot[1], 100)), (width, height), OFFSET)
    kind = draw(st.sampled_from(["box", "box", "triangle", "hole", "two"]))
    if kind == "box" or west > east:
        return box(west, south, east, north)
    if kind == "triangle":
        return shapely.Polygon([(west, south), (east, south), (east, north)])
    if kind == "two":
        other = _corners((draw(st.integers(-359, 300)), -175), (10, 8), OFFSET)
        return shapely.MultiPolygon([shapely.box(west, max(south, -70 + OFFSET), east, max(north, -60 + OFFSET)), box(*other)])
    hole = shapely.box(west + 0.2, south + 0.2, east - 0.2, north - 0.2).exterior.coords[::-1]
    return shapely.Polygon(shapely.box(west, south, east, north).exterior.coords, [hole])


maybe_time = st.one_of(st.none(), st.integers(-5, 70).map(lambda day: _START + day * DAY + DAY // 2))
queries = st.builds(
    Query,
    audience=audiences,
    collections=st.one_of(st.none(), st.lists(st.sampled_from((*COLLECTIONS, "none")), max_size=3).map(tuple)),
    ids=st.one_of(st.none(), st.none(), st.lists(st.integers(0, 70).map(lambda n: f"i{n:02d}"), max_size=30).map(tuple)),
    area=st.one_of(st.none(), areas(), areas()),
    start=maybe_time,
    end=maybe_time,
    exclude_airbus=st.booleans(),
    collapse=st.booleans(),
    limit=st.sampled_from((1, 3, 10, 1000)),
)


def is_left_out(better: list[Better], query: Query) -> bool:
    """The rule of a collapsed answer, as plainly as it can be said."""
    ruled = [name for name, _ in query.audience.sources]
    return (query.collapse and query.ids is None) and any(
        one.source not in ruled
        and (query.audience.discover is None or (one.availability, one.licence) in query.audience.discover)
        and not (query.exclude_airbus and one.availability == "orderable")
        and (query.collections is None or one.collection in query.collections)
        for one in better
    )


def matches(document: Document, better: list[Better], query: Query) -> bool:
    """The rules, as plainly as they can be said."""
    return (
        not is_left_out(better, query)
        and query.audience.finds(document.source, document.availability, document.licence)
        and (query.collections is None or document.collection in query.collections)
        and (query.ids is None or document.id in query.ids)
        and (query.start is None or document.end >= query.start)
        and (query.end is None or document.start <= query.end)
        and not (query.exclude_airbus and document.availability == "orderable")
        and (query.area is None or (document.wkb is not None and bool(shapely.intersects(query.area, shapely.from_wkb(document.wkb)))))
    )


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    # The store is not emptied between examples: each one removes what the one before left.
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(stored=documents(), copies=better_lists, asked=st.lists(queries, min_size=QUERIES, max_size=QUERIES))
def test_search_count_and_summaries_find_what_matches(
    index: Index, stored: list[Document], copies: list[list[Better]], asked: list[Query]
) -> None:
    better = {ItemKey(one.collection, one.id): found for one, found in zip(stored, copies, strict=False)}
    keys = {(document.collection, document.id) for document in stored}
    old = [change.key for change in index.changes() if not change.deleted and change.key not in keys]
    index.apply(batch(items=stored, removed=old))
    index.apply_matches(MatchBatch(NOW, better=better))
    index.refresh()
    for query in asked:
        _check(index, stored, better, query)


def _check(index: Index, stored: list[Document], better: dict[ItemKey, list[Better]], query: Query) -> None:
    meant = (one for one in stored if matches(one, better[ItemKey(one.collection, one.id)], query))
    expected = sorted(meant, key=lambda one: (-one.sort_key, one.id, one.collection))
    found = pages(index, query)
    assert [(item.collection, item.id) for page in found for item in page] == [(one.collection, one.id) for one in expected]
    assert all(len(page) == query.limit for page in found[:-1])
    assert index.count(query) == len(expected)
    summaries = index.summaries(query)
    assert set(summaries) == {one.collection for one in expected}
    for collection, summary in summaries.items():
        _check_summary(summary, [one for one in expected if one.collection == collection])


def _check_summary(summary: Any, expected: list[Document]) -> None:
    boxes = [bounds for one in expected for bounds in one.boxes]
    bbox = None
    if boxes:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        bbox = (min(wests), min(souths), max(easts), max(norths))
    assert summary.count == len(expected)
    assert summary.bbox == bbox
    assert (summary.start, summary.end) == (min(one.start for one in expected), max(one.end for one in expected))
