"""Search parameters, from a query string or a JSON body, to a Query. Raises Problem naming the parameter and the reason."""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from api.errors import bad
from index.query import Query
from mappings.audience import Audience
from mappings.geometry import box
from mappings.times import to_micros

DEFAULT_LIMIT = 10
MAX_LIMIT = 10_000
MAX_POSITIONS = 10_000
MAX_NAMES = 10_000
_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII)


@dataclass(frozen=True)
class SearchParams:
    """The parameters as received: strings from a GET, JSON values from a POST; None is absent."""

    collections: Any = None
    ids: Any = None
    bbox: Any = None
    intersects: Any = None
    datetime: Any = None
    limit: Any = None
    exclude_airbus: Any = None
    token: Any = None


def to_query(params: SearchParams, audience: Audience) -> Query:
    """The query, still without the place that a token marks."""
    if params.bbox not in (None, "") and params.intersects not in (None, ""):
        raise bad("intersects", "give bbox or intersects, not both")
    start, end = parse_interval(params.datetime)
    return Query(
        audience=audience,
        collections=parse_names(params.collections, "collections"),
        ids=parse_names(params.ids, "ids"),
        area=parse_intersects(params.intersects) if params.intersects not in (None, "") else parse_bbox(params.bbox),
        start=start,
        end=end,
        exclude_airbus=parse_flag(params.exclude_airbus, "exclude_airbus"),
        limit=parse_limit(params.limit),
    )


# What each member of a POST body must be; a GET has texts for all of them.
_BODY: dict[str, tuple[type, str]] = {
    "collections": (list, "a list of names"),
    "ids": (list, "a list of names"),
    "bbox": (list, "a list of 4 or 6 numbers"),
    "intersects": (dict, "a GeoJSON geometry"),
    "datetime": (str, "a text"),
    "limit": (int, "a whole number"),
    "exclude_airbus": (bool, "true or false"),
    "token": (str, "a text"),
}


def check_body(body: Mapping[str, Any]) -> None:
    """JSON has types: a number in a text is a mistake, however well it could be read."""
    for name, (kind, wanted) in _BODY.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise bad(name, f"{wanted}, got {str(value)[:40]!r}")


def refuse_repeated(given: Iterable[tuple[str, str]]) -> None:
    """Of a parameter that comes twice one value would be ignored; the same value twice does no harm."""
    seen: dict[str, str] = {}
    for name, value in given:
        if seen.setdefault(name, value) != value:
            raise bad(name[:100], "given twice, with different values; lists are comma-separated")


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """A parameter that is silently ignored answers another question than the one asked."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise bad(name[:100], f"no such parameter{f'; did you mean {near[0]}?' if near else ''}")


def parse_limit(value: Any) -> int:
    """Between 1 and 10,000: more is brought down, less is refused."""
    if value is None or value == "":
        return DEFAULT_LIMIT
    try:
        number = value if isinstance(value, int) and not isinstance(value, bool) else int(_plain(value))
    except ValueError:
        raise bad("limit", f"not a whole number: {str(value)[:40]!r}") from None
    if number < 1:
        raise bad("limit", f"at least 1, got {number}")
    return min(number, MAX_LIMIT)


def _plain(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[+-]?\d{1,4000}", value.strip(), re.ASCII):
        raise ValueError
    return value


def parse_flag(value: Any, name: str) -> bool:
    """true or false."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise bad(name, f"true or false, got {str(value)[:40]!r}")


def parse_names(value: Any, name: str) -> tuple[str, ...] | None:
    """Comma-separated in a GET, a list of strings in a POST; an empty list is no condition."""
    if value is None or value in ("", []):
        return None
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(part, str) and part and _is_text(part) for part in names):
        raise bad(name, "a list of names, none of them empty")
    if len(names) > MAX_NAMES:
        raise bad(name, f"at most {MAX_NAMES} names")
    return tuple(dict.fromkeys(names))


def _is_text(value: str) -> bool:
    """Whether the text can be written as UTF-8: JSON may hold half a character."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def parse_bbox(value: Any) -> Any:
    """The area of [west, south, east, north] or its 3-D form, degrees; west > east crosses the antimeridian."""
    if value is None or value == "":
        return None
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) not in (4, 6):
        raise bad("bbox", "4 or 6 numbers: west,south,east,north in degrees")
    try:
        numbers = [_number(part) for part in parts]
    except (TypeError, ValueError, OverflowError):
        raise bad("bbox", f"not numbers: {str(value)[:80]!r}") from None
    if not all(math.isfinite(number) for number in numbers):
        raise bad("bbox", f"not numbers: {str(value)[:80]!r}")
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise bad("bbox", f"longitudes are between -180 and 180, got {west} and {east}")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise bad("bbox", f"latitudes are between -90 and 90, got {south} and {north}; the order is west,south,east,north")
    if south > north:
        raise bad("bbox", f"south {south} is above north {north}; the order is west,south,east,north")
    return box(west, south, east, north)


def _number(value: Any) -> float:
    """Of a JSON number, or of a text as JSON writes numbers: Python's float takes more than that."""
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,20}(\.\d{0,40})?([eE][+-]?\d{1,3})?\s*", value, re.ASCII):
        raise ValueError
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def parse_intersects(value: Any) -> Any:
    """A valid GeoJSON geometry within the world, as shapely."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad("intersects", "not JSON: give a GeoJSON geometry") from None
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "GeometryCollection":
        raise bad("intersects", "a GeometryCollection has no one shape to meet: ask once per geometry, or use a Multi… geometry")
    if kind not in _SHAPES:
        raise bad("intersects", f"a GeoJSON geometry ({', '.join(_SHAPES)}), got {str(kind)[:40]!r}")
    _check_positions(value.get("coordinates"))
    try:
        geometry = shapely.force_2d(shape(value))
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise bad("intersects", f"not a {kind}: {str(error)[:120]}") from None
    if geometry.is_empty:
        raise bad("intersects", "an empty geometry meets nothing")
    bounds = geometry.bounds
    if bounds[0] < -180 or bounds[2] > 180 or bounds[1] < -90 or bounds[3] > 90:
        raise bad("intersects", "outside ±180, ±90 degrees: positions are [longitude, latitude]; split what crosses the antimeridian")
    if not geometry.is_valid:
        raise bad("intersects", f"not a valid geometry: {shapely.is_valid_reason(geometry)[:120]}")
    return geometry


def _check_positions(coordinates: Any) -> None:
    """Finite numbers, at most four lists deep, not too many: looked at without recursion, so that a hostile depth ends here."""
    count, todo = 0, [(coordinates, 0)]
    while todo:
        value, depth = todo.pop()
        if not isinstance(value, list) or depth > 3:
            raise bad("intersects", "coordinates are nested lists of [longitude, latitude]")
        if value and isinstance(value[0], list):
            todo.extend((part, depth + 1) for part in value)
            continue
        count += 1
        if count > MAX_POSITIONS:
            raise bad("intersects", f"at most {MAX_POSITIONS} positions: simplify the geometry")
        if value and not (2 <= len(value) <= 4 and all(_is_number(number) for number in value)):
            raise bad("intersects", f"not a position of finite numbers: {str(value)[:80]}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def parse_interval(value: Any) -> tuple[int | None, int | None]:
    """(start, end) in µs since 1970, both inclusive, None where open, of an RFC 3339 instant or interval."""
    if value is None:
        return None, None
    if not isinstance(value, str) or not value:
        raise bad("datetime", "an RFC 3339 instant, or start/end with .. for an open end")
    parts = value.split("/")
    if len(parts) > 2:
        raise bad("datetime", "more than one slash")
    if len(parts) == 1:
        instant = to_micros(_instant(parts[0]))
        return instant, instant
    start, end = (None if part in ("", "..") else to_micros(_instant(part)) for part in parts)
    if start is None and end is None:
        raise bad("datetime", "one end of the interval must be given")
    if start is not None and end is not None and start > end:
        raise bad("datetime", "the interval ends before it starts")
    return start, end


def _instant(text: str) -> datetime:
    # "+" in a query string that was not encoded arrives as a space.
    match = _INSTANT.fullmatch(text.replace(" ", "+") if text.count(" ") == 1 else text)
    if match is None:
        raise bad("datetime", f"not an RFC 3339 date-time with a zone: {text[:60]!r}")
    year, month, day, hour, minute, second, fraction, zulu, sign, zone_hour, zone_minute = match.groups()
    leap = second == "60"
    try:
        when = datetime(int(year), int(month), int(day), int(hour), int(minute), 59 if leap else int(second), tzinfo=UTC)
        when += timedelta(seconds=1 if leap else 0, microseconds=int(((fraction or "") + "000000")[:6]))
        if zulu:
            return when
        if int(zone_hour) > 23 or int(zone_minute) > 59:
            raise ValueError("zone out of range")
        shift = timedelta(hours=int(zone_hour), minutes=int(zone_minute))
        return when - shift if sign == "+" else when + shift
    except (ValueError, OverflowError) as error:
        raise bad("datetime", f"{text[:60]!r}: {error}") from None
