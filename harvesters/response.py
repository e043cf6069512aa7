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

from harvesters.errors import HarvestError, Misconfigured, Retry, StopSource

_LONGEST = 200
# Where the archives put their message: OneAtlas and REGARDS, resto, STAC APIs, OAuth, problem details (RFC 9457).
_MESSAGES = ("message", "ErrorMessage", "description", "detail", "error_description", "title", "error")
_BUSY = frozenset((429, 503))
_PASSING = frozenset((408, 425, 500, 502, 504))


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
    return StopSource(said)


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
    title = re.search(r"<title[^>]*>([^<]*)</title", text, re.IGNORECASE)
    if title or text.lstrip().startswith("<"):
        return short(title.group(1) if title else "")
    return short(text)


def short(text: str) -> str:
    """One printable line without query strings, cut to 200 characters: it goes into logs and run reports."""
    line = "".join(char if char.isprintable() else " " for char in re.sub(r"\?[^\s\"']*=[^\s\"']*", "", text))
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def decode(response: Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises Retry: gateways answer 200 with a page of HTML while a service restarts."""
    where = place(response.url)
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        document = _nearly_json(response.body)
        if document is None:
            kind = short(response.headers.get("content-type", "")) or "an unknown type"
            raise Retry(f"{where}: not JSON but {kind} ({message_of(response) or short(str(error))})") from None
    if not isinstance(document, dict):
        raise Retry(f"{where}: JSON, but no object")
    return document


def _nearly_json(body: bytes) -> Any:
    """JSON with NaN, damaged UTF-8 or lone surrogates in it: one such member must not hide the other hundred of its page."""
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


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
