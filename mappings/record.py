"""Record: what an archive announced, as received; Unmappable: why it cannot become an Item."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from mappings.secrets import Clean, without_secrets

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

    @property
    def version(self) -> str:
        """Of what the mapping says; at most 16 bytes of it count."""

    @property
    def volatile(self) -> Sequence[tuple[str, ...]]:
        """Members (paths) of JSON records."""

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


def json_members(record: Record) -> dict[str, Any]:
    """The members of a JSON record. Callers must not change them. Raises Unmappable."""
    try:
        members: Any = record.json
    except orjson.JSONDecodeError as error:
        raise Unmappable(f"not JSON: {error}", "record") from None
    if not isinstance(members, dict):
        raise Unmappable("not an object", "record")
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
