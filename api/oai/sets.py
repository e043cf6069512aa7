"""Sets: the records of one archive, or of one availability."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from api.catalogue.archives import archive_info, archives
from index.aggregation import Aggregation, Summed
from index.protocol import Index
from index.query import Query
from index.state import Facts
from mappings.audience import Audience
from mappings.facts import Availability
from mappings.queryables import FIELDS
from mappings.words import Text

_ARCHIVE, _AVAILABILITY = "archive", "availability"
_NAMES = {
    _ARCHIVE: Text("Par archive", "By archive"),
    _AVAILABILITY: Text("Par disponibilité", "By availability"),
    "open": Text("En libre accès", "Open to anyone"),
    "held": Text("Déjà acquises", "Already purchased"),
    "orderable": Text("À commander", "To be ordered"),
    "view": Text("À visualiser seulement", "For viewing only"),
    "unknown": Text("Accès non établi", "Access not established"),
}


@dataclass(frozen=True)
class Selection:
    """What one set holds; `None` is everything."""

    spec: str | None = None

    def __call__(self, facts: Facts) -> bool:
        return self.spec is None or self.spec in (_ARCHIVE, _AVAILABILITY) or self.spec in specs_of(facts)


def specs_of(facts: Facts) -> tuple[str, str]:
    """The sets of a record."""
    return f"{_ARCHIVE}:{facts.source}", f"{_AVAILABILITY}:{facts.availability}"


def sets(index: Index, audience: Audience) -> Iterator[tuple[str, str]]:
    """(setSpec, setName) of the two hierarchies, which always are, and in them of those in which the audience finds something."""
    query = Query(audience)
    yield _ARCHIVE, _both(_NAMES[_ARCHIVE])
    for name in archives(index, query):
        yield f"{_ARCHIVE}:{name}", _both(archive_info(name).title)
    yield _AVAILABILITY, _both(_NAMES[_AVAILABILITY])
    wanted = Aggregation(_AVAILABILITY, Summed.TERMS, FIELDS["moisson:availability"])
    yield from _availabilities(str(bucket.key) for bucket in index.aggregate(query, [wanted])[wanted.name].buckets)


def _availabilities(there: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = frozenset(there)
    for one in Availability:
        if one in known:
            yield f"{_AVAILABILITY}:{one}", _both(_NAMES[one])


def _both(text: Text) -> str:
    return text.fr if text.fr == text.en else f"{text.fr} · {text.en}"
