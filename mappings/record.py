"""Record: what an archive announced, as received; Unmappable: why it cannot become an Item."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol

import orjson

Item = dict[str, Any]
"""A STAC 1.1 Item as JSON members."""


class Unmappable(Exception):
    """The record cannot become a valid Item: `reason` in words, `field` the member of the record that is at fault."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.reason = reason
        self.field = field


class NotAnAnswer(Exception):
    """The bytes are no answer of this archive; the message says what they look like."""


@dataclass(frozen=True)
class Record:
    """One record of one archive.

    `updated` is the archive's own time of change (aware UTC) or None; `raw` the record as received (XML) or the JSON feature
    re-serialised; `url` where it was read, if it has a place of its own.
    """

    source: str
    native_id: str
    updated: datetime | None
    raw: bytes
    deleted: bool = False
    media_type: str = "application/geo+json"
    url: str | None = None

    @cached_property
    def json(self) -> dict[str, Any]:
        """The record's JSON members. Callers must not change them."""
        members: dict[str, Any] = orjson.loads(self.raw)
        return members


@dataclass(frozen=True)
class Broken:
    """A member of an answer that is not even a record: kept with its bytes, never dropped."""

    native_id: str
    reason: str
    field: str
    raw: bytes


@dataclass(frozen=True)
class Answer:
    """The records found in one answer of an archive, and what was in it that is no record."""

    records: tuple[Record, ...]
    broken: tuple[Broken, ...] = ()


class Mapping(Protocol):
    """What a source's mapping module offers. `volatile` lists the members (paths) that say nothing about the image."""

    version: str
    volatile: Sequence[tuple[str, ...]]

    def read(self, body: bytes) -> Answer:
        """Records of a recorded answer, in any dialect that the archive has had. Raises NotAnAnswer."""

    def to_item(self, record: Record) -> Item:
        """One Item, or Unmappable. Pure and total."""

    def merge(self, items: Sequence[Item]) -> Item:
        """The Item of several records, whatever their order."""


def fingerprint(record: Record, mapping: Mapping) -> bytes:
    """16 bytes that change when the record says something new, or when the mapping does."""
    if record.media_type.endswith("json"):
        content = _without(record.json, mapping.volatile)
        data = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    else:
        data = record.raw
    return blake2b(data, digest_size=16, person=mapping.version.encode()[:16]).digest()


def _without(members: dict[str, Any], paths: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """The members less the paths; only the dicts on the way are copied."""
    for path in paths:
        head, *rest = path
        if head not in members:
            continue
        members = dict(members)
        if not rest:
            del members[head]
        elif isinstance(members[head], dict):
            members[head] = _without(members[head], [tuple(rest)])
    return members


def documents(body: bytes) -> list[Any]:
    """The JSON values of an answer: one, or one a line (NDJSON). Raises NotAnAnswer."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise NotAnAnswer("empty")
    try:
        try:
            found = [orjson.loads(text)]
        except orjson.JSONDecodeError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            found = [orjson.loads(line) for line in lines]
        # What orjson reads (1024 levels) it does not always write (254): such a value could not be kept as a record.
        orjson.dumps(found)
    except orjson.JSONDecodeError as error:
        raise NotAnAnswer(f"not JSON: {error}") from None
    except TypeError:
        raise NotAnAnswer("nested more deeply than a record can be kept") from None
    return found


Clean = Callable[[Any], Any]
"""Takes out of a value what must not be kept."""

# No archive nests its metadata more deeply; what lies deeper could hide anything, and stacks are finite.
_DEEPEST = 64
_NESTED = frozenset((str, dict, list))
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_NO_SCHEME = re.compile(r"[^\s/:@;,\"']+:[^\s/@;,\"']+@")
# To the end of the line: what follows an address's `?` or `#` may be written with blanks.
_QUERY = re.compile(r"(://[^?#\n]*)[?#][^\n]*|[?&#;][\w.%-]+=[^\n]*")
_NAMED = re.compile(r"[\w-]*(?:token|signature|passw|secret|api[-_]?key|access[-_]?key|credential)[\w-]*[\"']?\s*[=:]\s*[^\s&;,]+", re.I)
# Contract and session data by the names of every archive (Airbus report §1.3), and what carries a right anywhere.
_PRIVATE = frozenset(
    (
        "accesstoken", "access_token", "activityid", "apikey", "api_key", "archivecorrelationid", "authorization", "commercialreference",
        "correlationid", "customerreference", "dataaccess", "datauri", "orderid", "password", "rights", "secret", "token",
        "up42.data_path", "workspaceid", "workspacename", "workspacetitle",
    )
)  # fmt: skip


def rewritten(value: Any, text: Callable[[str], str], drop: frozenset[str] = frozenset(), depth: int = _DEEPEST) -> Any:
    """The value with `text` applied to every text in it, names of members too, less the members whose lower-case name is in `drop`.

    Of members whose names become the same each stays, the later ones with a number. What is nested too deeply becomes null.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        members: dict[str, Any] = {}
        for name, member in value.items() if depth else ():
            if drop and name.lower() in drop:
                continue
            # A word holds no address. Most members are words and numbers: a call for each would cost more than all the rest.
            key = bare = name if name.isidentifier() else text(name)
            while key in members:
                key = f"{bare}-{len(members)}"
            kind = type(member)
            members[key] = text(member) if kind is str else rewritten(member, text, drop, depth - 1) if kind in _NESTED else member
        return members if depth else None
    if isinstance(value, list):
        if not depth:
            return None
        return [rewritten(member, text, drop, depth - 1) if type(member) in _NESTED else member for member in value]
    return value


def without_secrets(value: Any) -> Any:
    """What may be kept of a member that no mapping understood: no query, no user name of any address, no contract data."""
    return rewritten(value, _bare, _PRIVATE)


def _bare(text: str) -> str:
    if "=" not in text and ":" not in text:
        return text
    return _NAMED.sub("", _QUERY.sub(r"\1", _NO_SCHEME.sub("", _USER.sub("", text))))


def answer_of(features: Iterable[Any], to_record: Callable[[dict[str, Any]], Record], clean: Clean = without_secrets) -> Answer:
    """Records of a list of features; a member that cannot be one is kept as Broken, cleaned, with a name made from its content."""
    records: list[Record] = []
    broken: list[Broken] = []
    for feature in features:
        try:
            if not isinstance(feature, dict):
                raise Unmappable("not an object", "feature")
            records.append(to_record(feature))
        except Unmappable as error:
            raw = orjson.dumps(clean(feature))
            name = f"broken-{blake2b(raw, digest_size=8).hexdigest()}"
            broken.append(Broken(name, error.reason, error.field, raw))
    return Answer(tuple(records), tuple(broken))
