"""Keys given, and an index that counts what is asked of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.identity.keys import ApiKey, new_key
from api.identity.store import KEY, change
from index.protocol import Index, IndexUnavailable
from index.state import Note
from tests.api.identity.parts import Clock

DAY = date(2026, 6, 15)


def give_key(index: Index, clock: Clock, organisation: str = "ign", **members: Any) -> tuple[str, ApiKey]:
    text, key = new_key(organisation, members.get("person"), members.get("until"), clock())
    assert change(index, KEY, key.id, ApiKey, lambda _: key) == key
    return text, key


class Counting:
    """An index whose notes are counted, and whose writes may fail."""

    def __init__(self, inner: Index) -> None:
        self._inner = inner
        self.reads = 0
        self.writes = 0
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def notes(self, kind: str) -> Mapping[str, Note]:
        self.reads += 1
        return self._inner.notes(kind)

    def write_note(self, kind: str, name: str, value: Mapping[str, Any] | None, seen: Note | None) -> bool:
        self.writes += 1
        if self.broken:
            raise IndexUnavailable("read only")
        return self._inner.write_note(kind, name, value, seen)
