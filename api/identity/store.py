"""The register of organisations and the API keys in the index's notes: changed by compare-and-set, read through a short memory."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from api.identity.keys import ApiKey
from index.protocol import Index, IndexUnavailable
from index.state import Note
from mappings.access.organisation import Organisation

LOGGER = logging.getLogger(__name__)
ORGANISATION = "organisation"
"""Kind of the notes by organisation id."""
KEY = "key"
"""Kind of the notes by key id."""
MEMORY = timedelta(seconds=3)
"""How long a change of the register, or a revoked key, may still go unnoticed."""

_TRIES = 20
_Row = TypeVar("_Row", bound=BaseModel)


class Damaged(ValueError):
    """A note does not hold what it should: not written by this version, or by hand."""


def read_all(index: Index, kind: str, model: type[_Row]) -> dict[str, _Row]:
    """All rows of a kind by name, ascending. Raises Damaged."""
    return {name: _parse(model, kind, name, note) for name, note in index.notes(kind).items()}


def change(index: Index, kind: str, name: str, model: type[_Row], make: Callable[[_Row | None], _Row | None]) -> _Row | None:
    """Writes what `make` makes of the row as it is then (None: is not there; made None: is removed), whoever else writes it too; what
    is the same is not written. Raises Damaged, and IndexUnavailable."""
    for _ in range(_TRIES):
        seen = index.note(kind, name)
        before = _parse(model, kind, name, seen) if seen else None
        after = make(before)
        if after == before:
            return after
        value = after.model_dump(mode="json", by_alias=True, exclude_none=True) if after is not None else None
        if index.write_note(kind, name, value, seen):
            return after
    raise IndexUnavailable(f"{kind} {name} is written by others all the time")


def _parse(model: type[_Row], kind: str, name: str, note: Note) -> _Row:
    try:
        return model.model_validate(note.value)
    except ValidationError as error:
        first = error.errors()[0]
        raise Damaged(f"{kind} {name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@dataclass
class _Memory(Generic[_Row]):
    """The rows of one kind as they were read at `read`; a damaged row is left out, so that it gives no right."""

    kind: str
    model: type[_Row]
    read: datetime | None = None
    rows: Mapping[str, _Row] = field(default_factory=dict)
    versions: dict[str, tuple[int, _Row]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, now: datetime, index: Index) -> Mapping[str, _Row]:
        with self.lock:
            # A clock that went back does not keep rows for longer.
            if self.read is None or not timedelta() <= now - self.read < MEMORY:
                self.rows, self.read = self._load(index), now
            return self.rows

    def _load(self, index: Index) -> dict[str, _Row]:
        rows, versions = {}, {}
        for name, note in index.notes(self.kind).items():
            known = self.versions.get(name)
            try:
                row = known[1] if known and known[0] == note.version else _parse(self.model, self.kind, name, note)
            except Damaged as error:
                LOGGER.error("%s: gives no right", error)
                continue
            rows[name], versions[name] = row, (note.version, row)
        self.versions = versions
        return rows


class Directory:
    """Organisations and keys as they were at most MEMORY ago. Every method may raise IndexUnavailable."""

    def __init__(self, index: Index, now: Callable[[], datetime]) -> None:
        self._index = index
        self._now = now
        self._organisations = _Memory(ORGANISATION, Organisation)
        self._keys = _Memory(KEY, ApiKey)

    def organisations(self) -> Mapping[str, Organisation]:
        """By id."""
        return self._organisations.at(self._now(), self._index)

    def keys(self) -> Mapping[str, ApiKey]:
        """By the id that a key shows."""
        return self._keys.at(self._now(), self._index)
