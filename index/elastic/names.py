"""The names of the Elasticsearch indices and aliases, and the ids of the documents of the state."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import quote, unquote

import orjson

STATE = ("records", "watermarks", "runs", "quarantine", "leases", "changes", "meta", "deleted", "notes", "scenes", "matches")

_MAX_ID_BYTES = 512
_MAX_NAME_BYTES = 150
_TOO_MANY_CHARACTERS = re.compile(r"[^a-z0-9_.-]")


class Names:
    """The names of the indices under one prefix."""

    def __init__(self, prefix: str) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,60}", prefix):
            raise ValueError(f"not a prefix for indices (a-z, 0-9, '-', '_', '.'): {prefix!r}")
        self.prefix = prefix
        self.items = f"{prefix}-items-*"
        self.every_data = f"{prefix}-data-*"
        self.records, self.watermarks, self.runs, self.quarantine, self.leases, self.changes, self.meta, self.deleted, self.notes = (
            f"{prefix}-{name}" for name in STATE[:9]
        )
        self.scenes, self.matches = (f"{prefix}-{name}" for name in STATE[9:])

    def collection(self, collection: str) -> str:
        """The alias by which a collection's Items are read, and written while they are undivided."""
        return f"{self.prefix}-items-{_coded(collection)}"

    def year(self, collection: str, year: int) -> str:
        """The alias by which a year's Items of a divided collection are written."""
        return f"{self.prefix}-years-{_coded(collection)}~{year}"

    def data(self, collection: str, generation: int, year: int | None = None) -> str:
        """The index of a collection's Items, or of one year's, that aliases name."""
        return f"{self.prefix}-data-{_coded(collection)}~{generation}" + (f"~{year}" if year is not None else "")

    def read_data(self, collection: str, index: str) -> tuple[int, int | None]:
        """Generation and year of an index that `data` named."""
        generation, _, year = index.removeprefix(f"{self.prefix}-data-{_coded(collection)}~").partition("~")
        return int(generation), int(year) if year else None

    def collections(self, collections: Sequence[str] | None) -> str:
        """The indices that hold these collections; all of them when there are too many to stand in a request's first line."""
        names = ",".join(sorted({self.collection(collection) for collection in collections or ()}))
        return names if names and len(names) < 1500 else self.items


def _coded(collection: str) -> str:
    """A collection's name as an index may have it: other characters become `=` and hex, a long name `==` and a hash. Never with `~`."""
    name = _TOO_MANY_CHARACTERS.sub(lambda match: "".join(f"={byte:02x}" for byte in match[0].encode()), collection)
    return name if len(name) <= _MAX_NAME_BYTES else "==" + blake2b(collection.encode(), digest_size=20).hexdigest()


def doc_id(owner: str, name: str) -> str:
    """One id of two names; hashed when it is longer than Elasticsearch allows."""
    made = f"{quote(owner, safe='')}/{name}"
    if len(made.encode()) <= _MAX_ID_BYTES and not name.startswith("/"):
        return made
    return f"{quote(owner[:30], safe='')}//{blake2b(orjson.dumps([owner, name]), digest_size=32).hexdigest()}"


def id_names(made: str) -> tuple[str, str] | None:
    """The two names of an id of `doc_id`; None for a hash."""
    owner, _, name = made.partition("/")
    return None if name.startswith("/") else (unquote(owner), name)
