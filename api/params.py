"""Search parameters, from a query string or a JSON body, to a Query. Raises Problem naming the parameter and the reason."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from api.areas import parse_bbox, parse_intersects
from api.errors import Problem, bad
from api.filtering import parse_filters
from api.phrases import parse_phrases
from api.sorting import parse_sorts
from index.query import Query
from mappings.access.policy import Accessible
from mappings.audience import Audience
from mappings.times import to_micros

DEFAULT_LIMIT = 10
MAX_LIMIT = 10_000
MAX_NAMES = 10_000

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
    accessible: Any = None
    collapse: Any = None
    token: Any = None
    filter: Any = None
    filter_lang: Any = None
    filter_crs: Any = None
    query: Any = None
    q: Any = None
    sortby: Any = None
    fields: Any = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Of parameters by the names that they have in a request."""
        return cls(**{_ATTRIBUTES.get(name, name): value for name, value in given.items()})


SEARCH_NAMES = tuple(field.name.replace("filter_", "filter-") for field in fields(SearchParams))
"""Of the parameters of /search as requests have them."""
ITEMS_NAMES = tuple(name for name in SEARCH_NAMES if name not in ("ids", "intersects"))
"""Of those of a Collection's Items."""
_ATTRIBUTES = {"filter-lang": "filter_lang", "filter-crs": "filter_crs"}


def to_query(params: SearchParams, audience: Audience) -> Query:
    """The query, still without the place that a token marks; `audience` is narrowed already to what is `accessible`."""
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
        collapse=parse_flag(params.collapse, "collapse"),
        filter=parse_filters(params.filter, params.filter_lang, params.filter_crs, params.query),
        words=parse_phrases(params.q),
        sort=parse_sorts(params.sortby),
        limit=parse_limit(params.limit),
    )


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
            near = difflib.get_close_matches(name[:100], known, n=1)
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


def parse_accessible(value: Any) -> Accessible | None:
    """true: what may be downloaded, if need be once the licence is signed; now: at once, if need be with a free account."""
    if isinstance(value, str) and value.lower() == "now":
        return Accessible.NOW
    try:
        return Accessible.TRUE if parse_flag(value, "accessible") else None
    except Problem:
        raise bad("accessible", f"true, now or false, got {str(value)[:40]!r}") from None


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
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


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
