"""Where the Items of a Collection lie: in one index, or, of a Collection that was divided, in one for each year of the sort key.

What reads and writes is an alias: `moisson index rebuild` makes new indices beside the old ones and has the alias name them. A process
may know an older division than the cluster: the cluster then refuses (an alias of several indices takes no single document, a year's
alias that has gone is not made anew), and the division is asked for again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from index.elastic.errors import Divided
from index.elastic.names import Names
from index.elastic.operation import Source
from index.elastic.schema import create_data
from index.elastic.store import Doc, Store
from index.state import ItemKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIES = 3


@dataclass(frozen=True)
class Division:
    """The generation of a Collection's indices and its years; None: undivided."""

    generation: int
    years: frozenset[int] | None


@dataclass(frozen=True)
class Lying:
    """An Item as last written, and by which alias. `elsewhere` are others that still have it: what a crash left of a move."""

    alias: str
    source: Source
    version: int
    elsewhere: tuple[str, ...] = ()


class Places:
    """The places of one store's Items."""

    def __init__(self, store: Store, names: Names) -> None:
        self._store = store
        self._names = names
        self._known: dict[str, Division | None] = {}

    def find(self, keys: Iterable[ItemKey], fields: Sequence[str] | None = None) -> dict[ItemKey, Lying]:
        """The Items that are there, as last written, refreshed or not."""
        found: dict[ItemKey, Lying] = {}
        left = list(dict.fromkeys(keys))
        for _ in range(_TRIES):
            before = {collection: self.division(collection) for collection in _collections(left)}
            found |= self._read(left, fields)
            left = [key for key in left if key not in found]
            if not self._changed({collection: before[collection] for collection in _collections(left)}):
                break
        return found

    def division(self, collection: str) -> Division | None:
        """How the Collection is divided, as far as this process knows; None while it has no index."""
        # Read once: another thread may forget it at any moment.
        known = self._known.get(collection)
        if known is None:
            known = self._known[collection] = division_of(self._store, self._names, collection)
        return known

    def place(self, collection: str, sort_key: int) -> str:
        """The alias by which an Item is written; made when it is missing."""
        division = self.division(collection)
        if division is None:
            create_data(self._store, self._names, collection, 1, None)
            self.forget()
            division = self.division(collection)
        if division is None or division.years is None:
            return self._names.collection(collection)
        year = year_of(sort_key)
        if year not in division.years:
            create_data(self._store, self._names, collection, division.generation, year)
            self._known[collection] = Division(division.generation, division.years | {year})
        return self._names.year(collection, year)

    def forget(self) -> None:
        """Asks again how Collections are divided."""
        self._known.clear()

    def _changed(self, before: Mapping[str, Division | None]) -> bool:
        """Whether one of these, of which Items were not found, is divided in another way by now."""
        # An index that is undivided, or not there, says so itself.
        asked = [name for name, division in before.items() if division is None or division.years is not None]
        now = {name: division_of(self._store, self._names, name) for name in asked}
        self._known |= now
        return any(now[name] != before[name] for name in asked)

    def _read(self, keys: Collection[ItemKey], fields: Sequence[str] | None) -> dict[ItemKey, Lying]:
        try:
            wanted, docs = self._asked(keys, fields)
        except Divided:
            self.forget()
            wanted, docs = self._asked(keys, fields)
        lying: dict[ItemKey, list[tuple[int, str, Doc]]] = {}
        for (alias, key), doc in zip(wanted, docs, strict=True):
            if doc is not None:
                lying.setdefault(key, []).append((doc["_version"], alias, doc))
        found: dict[ItemKey, Lying] = {}
        for key, copies in lying.items():
            (version, alias, doc), *others = sorted(copies, key=lambda copy: copy[:2], reverse=True)
            found[key] = Lying(alias, doc["_source"], version, tuple(other for _, other, _ in others))
        return found

    def _asked(self, keys: Collection[ItemKey], fields: Sequence[str] | None) -> tuple[list[tuple[str, ItemKey]], list[Doc | None]]:
        # Once for each Collection: one that is not there yet is asked for each time.
        aliases = {collection: self._aliases(collection) for collection in _collections(keys)}
        wanted = [(alias, key) for key in keys for alias in aliases[key.collection]]
        return wanted, list(self._store.docs([(alias, key.id) for alias, key in wanted], fields))

    def _aliases(self, collection: str) -> list[str]:
        division = self.division(collection)
        if division is None or division.years is None:
            return [self._names.collection(collection)]
        return [self._names.year(collection, year) for year in sorted(division.years)]


def _collections(keys: Iterable[ItemKey]) -> set[str]:
    return {key.collection for key in keys}


def division_of(store: Store, names: Names, collection: str) -> Division | None:
    """As the cluster says."""
    found = [names.read_data(collection, index) for index in store.behind(names.collection(collection))]
    if not found:
        return None
    years = frozenset(year for _, year in found if year is not None)
    return Division(max(generation for generation, _ in found), years or None)


def year_of(sort_key: int) -> int:
    """The year of a time in µs since 1970."""
    return (_EPOCH + timedelta(microseconds=sort_key)).year
