"""Records of GEODES asked for by their ids: which of them it does not hold any more."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from harvesters.errors import Retry, StopSource
from harvesters.trust import total_of

Check = Callable[[dict[str, Any]], None]


class Search(Protocol):
    def __call__(self, body: dict[str, Any], check: Check) -> dict[str, Any]: ...


class Names:
    """`ids` of a search (CNES report §2.3): several at once to find who is there, one alone to say that it is not.

    An empty answer is believed only where a witness, a record that a search showed a moment ago, is found in the same way: this
    deployment is known to give nothing at all for two collections at once, and the whole catalogue for what it does not understand.
    """

    def __init__(self, search: Search, collections: Sequence[str], size: int) -> None:
        self._search = search
        self._collections = collections
        self._size = size

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that are held no more. Raises StopSource when that cannot be established."""
        asked = list(dict.fromkeys(native_ids))
        if not asked:
            return frozenset()
        witness = self._witness()
        held: set[str] = set()
        for start in range(0, len(asked), self._size):
            held |= self._ask(asked[start : start + self._size])
        missing = [name for name in asked if name not in held]
        if missing:
            self._check(witness)
            missing = [name for name in missing if not self._ask([name])]
            self._check(witness)
        return frozenset(missing)

    def _witness(self) -> str:
        """A record that GEODES holds."""
        for collection in self._collections:
            answer = self._search({"collections": [collection], "limit": 1, "page": 1}, partial(_check_collection, collection))
            for feature in answer["features"]:
                if isinstance(feature, dict) and isinstance(feature.get("id"), str):
                    return str(feature["id"])
        raise StopSource("GEODES shows no record of these collections: whether others are gone cannot be established")

    def _check(self, witness: str) -> None:
        if self._ask([witness]) != {witness}:
            raise StopSource("GEODES does not find a record by its id: whether others are gone cannot be established")

    def _ask(self, ids: list[str]) -> set[str]:
        wanted = list(dict.fromkeys(ids))
        answer = self._search({"ids": wanted, "limit": len(wanted), "page": 1}, partial(_check_ids, frozenset(wanted)))
        return {feature["id"] for feature in answer["features"]}


def _check_collection(collection: str, answer: dict[str, Any]) -> None:
    for feature in answer["features"]:
        said = feature.get("collection") if isinstance(feature, dict) else None
        if isinstance(said, str) and said != collection:
            raise Retry(f"GEODES answers another question: {said[:40]!r} where {collection!r} was asked for")


def _check_ids(wanted: frozenset[str], answer: dict[str, Any]) -> None:
    """Raises Retry for an answer that holds what was not asked for, or that announces other than it gives."""
    ids = [feature.get("id") if isinstance(feature, dict) else None for feature in answer["features"]]
    if not wanted.issuperset(ids):
        raise Retry("GEODES answers another question: records that were not asked for by their ids")
    if total_of(answer) != len(set(ids)):
        raise Retry(f"GEODES announces {total_of(answer)} records for {len(wanted)} ids and gives {len(set(ids))}")
