"""Response: what an archive answered; and the one function that says what to do about it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from harvesters.errors import HarvestError, Misconfigured, Rejected, Retry, StopSource

_LONGEST = 200
# Where the archives put their message: OneAtlas and REGARDS, resto, STAC APIs, OAuth, problem details (RFC 9457).
_MESSAGES = ("message", "ErrorMessage", "description", "detail", "error_description", "title", "error")
_BUSY = frozenset((429, 503))
_PASSING = frozenset((408, 425, 500, 502, 504))
# Real answers nest some 15 levels; orjson writes no more than 254, and what reads a record goes down it by recursion.
MAX_DEPTH = 100
_VALIDATOR = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,500}")


@dataclass(frozen=True)
class Response:
    """One complete answer. `headers` by lower-case name; `body` decompressed; `url` as asked, with its query."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def classify(response: Response, *, now: datetime, setting: str = "the credentials") -> HarvestError | None:
    """The error that an answer means, or None for a good one. `setting` is what to look at when access is refused."""
    status = response.status
    if 200 <= status < 300:
        return None
    said = f"HTTP {status} from {place(response.url)}"
    if status == 304:
        return StopSource(f"{said}: not modified, to a request without a condition")
    if 300 <= status < 400:
        target = urlsplit(urljoin(response.url, response.headers.get("location", ""))).hostname
        return StopSource(f"{said}: redirected to {target}, which is not followed: set the archive's new address if it moved")
    message = message_of(response)
    said = f"{said}: {message}" if message else said
    if status in _BUSY:
        return Retry(said, retry_after(response, now))
    if status in _PASSING:
        return Retry(said)
    if status in (401, 403):
        # GEODES says with 403 that an hourly quota is used up (CNES report §2.6): waiting helps, another key does not.
        if status == 403 and _is_json(response) and "quota" in message.lower():
            return Retry(said, retry_after(response, now))
        return Misconfigured(f"{said}: access is refused, check {setting}")
    if status >= 500 and status not in (501, 505):
        return Retry(said)
    return Rejected(said, status, response.body) if 400 <= status < 500 else StopSource(said)


def skewed(response: Response, now: datetime, seconds: float) -> HarvestError | None:
    """The error that an archive's clock means when it is so far ahead: the times that it gives would hide all that comes before."""
    try:
        ahead = parsedate_to_datetime(response.headers.get("date", "")) - now
    except (ValueError, TypeError):
        return None
    if ahead.total_seconds() <= seconds:
        return None
    where = place(response.url)
    return StopSource(f"{where}: its clock is {ahead.days} days ahead of ours: one of both is wrong, and its times cannot be used")


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds to wait by Retry-After (seconds or HTTP date), None without a usable one."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def place(url: str) -> str:
    """Host and path of an address: query strings and user names may hold secrets."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the configured address"
    return f"{parts.hostname or ''}{port}{parts.path}"


def message_of(response: Response) -> str:
    """The archive's own words in one short line; an HTML page's title; nothing when there is neither."""
    text = response.body[:65_536].decode("utf-8", "replace")
    if _is_json(response):
        return short(_member(response.body))
    title = re.search(r"<title[^<>]{0,200}>([^<]{0,1000})</title", text, re.IGNORECASE)
    if title or text.lstrip().startswith("<"):
        return short(title.group(1) if title else "")
    return short(text)


def short(text: str) -> str:
    """One printable line without query strings, cut to 200 characters: it goes into logs and run reports."""
    # Of a long text only the start is looked at: an expression takes quadratic time over a hostile one.
    line = "".join(char if char.isprintable() else " " for char in re.sub(r"\?[^\s\"']*=[^\s\"']*", "", text[: 10 * _LONGEST]))
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def validator_of(response: Response) -> str | None:
    """What a later request may be sent as `known`, from ETag and Last-Modified; None when the archive gives neither. Opaque."""
    found = [response.headers.get(name, "").strip() for name in ("etag", "last-modified")]
    usable = [value if _VALIDATOR.fullmatch(value) else "" for value in found]
    return json.dumps(usable) if any(usable) else None


def conditions(known: str | None) -> dict[str, str]:
    """The headers that make a request conditional; none for a validator that `validator_of` did not make."""
    try:
        values = json.loads(known) if known else None
    except ValueError:
        return {}
    if not isinstance(values, list) or len(values) != 2:
        return {}
    pairs = zip(("If-None-Match", "If-Modified-Since"), values, strict=True)
    return {name: value for name, value in pairs if isinstance(value, str) and _VALIDATOR.fullmatch(value)}


def decode(response: Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises StopSource for one that is nested without an end, and Retry for what is none: gateways
    answer 200 with a page of HTML while a service restarts."""
    where = place(response.url)
    try:
        document = _parsed(response.body)
        deep = _deeper(document, MAX_DEPTH)
    except RecursionError:
        document, deep = None, True
    except ValueError as error:
        kind = short(response.headers.get("content-type", "")) or "an unknown type"
        raise Retry(f"{where}: not JSON but {kind} ({message_of(response) or short(str(error))})") from None
    if deep:
        raise StopSource(f"{where}: the JSON is nested more than {MAX_DEPTH} levels deep, which is not read")
    if not isinstance(document, dict):
        raise Retry(f"{where}: JSON, but no object")
    return document


def _parsed(body: bytes) -> Any:
    """JSON, also with NaN, damaged UTF-8 or lone surrogates in it: one such member must not hide the other hundred of its page.
    Raises ValueError, and RecursionError for a depth at which both parsers give up."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)


def _deeper(document: Any, depth: int) -> bool:
    """Whether lists and objects lie more than `depth` levels deep, looked at level by level."""
    level = [document]
    for _ in range(depth):
        level = [
            member
            for holder in level
            for member in (holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ())
            if type(member) in (dict, list)
        ]
        if not level:
            return False
    return True


def _is_json(response: Response) -> bool:
    return "json" in response.headers.get("content-type", "") or response.body[:1] == b"{"


def _member(body: bytes) -> str:
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        return ""
    found = (document.get(name) for name in _MESSAGES)
    return next((text for text in found if isinstance(text, str) and text.strip()), "")
