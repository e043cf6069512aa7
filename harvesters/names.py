"""Names: which of a source's records its archive does not hold any more, asked by their ids."""

from collections.abc import Callable, Sequence
from typing import Any

from harvesters.errors import Retry, StopSource
from harvesters.paging import identity_of


class Names:
    """Several ids at once to find who is there, one alone to say that it is not.

    `ask` gives those of some ids that the archive finds, `witness` a record that it holds, None when it shows none. An empty answer
    is believed only where the witness, which a search showed a moment ago, is found in the same way: a filter that is ignored, or
    that finds nothing whatever it is given, says of nobody that he is gone.
    """

    def __init__(self, archive: str, ask: Callable[[list[str]], set[str]], witness: Callable[[], str | None], size: int) -> None:
        self._archive = archive
        self._ask = ask
        self._find_witness = witness
        self._size = size

    def gone(self, native_ids: Sequence[str]) -> frozenset[str]:
        """Those that are held no more. Raises StopSource when that cannot be established."""
        asked = list(dict.fromkeys(native_ids))
        if not asked:
            return frozenset()
        witness = self._find_witness()
        if witness is None:
            raise StopSource(f"{self._archive} shows no record of what is harvested: whether others are gone cannot be established")
        held: set[str] = set()
        for start in range(0, len(asked), self._size):
            held |= self._ask(asked[start : start + self._size])
        missing = [name for name in asked if name not in held]
        if missing:
            self._check(witness)
            missing = [name for name in missing if not self._ask([name])]
            self._check(witness)
        return frozenset(missing)

    def _check(self, witness: str) -> None:
        if self._ask([witness]) != {witness}:
            raise StopSource(f"{self._archive} does not find a record by its id: whether others are gone cannot be established")


def check_ids(archive: str, wanted: frozenset[str], features: Sequence[Any], total: int | None) -> None:
    """Raises Retry for an answer that holds what was not asked for, or that announces other than it gives."""
    ids = frozenset(identity_of(feature) for feature in features)
    if not wanted >= ids:
        raise Retry(f"{archive} answers another question: records that were not asked for by their ids")
    if total != len(ids):
        raise Retry(f"{archive} announces {total} records for {len(wanted)} ids and gives {len(ids)}")
