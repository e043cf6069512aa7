"""Collection search: which Collections an answer holds, in what order, on which page, and what of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.catalogue.places import Place, make_place, read_place
from api.catalogue.sieve import check_fields, sifted
from api.collections import Described
from api.errors import bad
from api.fields import Selection
from api.filtering import parse_filters, refusal
from api.params import parse_limit
from api.phrases import parse_phrases
from api.sorting import parse_order
from api.token import canonical
from index.filters.nodes import FilterError, Predicate
from mappings.catalogue import CollectionInfo
from mappings.queryables import fold_accents, fold_case, words

Document = Mapping[str, Any]

SORTABLE: Mapping[str, Callable[[Document], Any]] = {
    "id": lambda document: document["id"],
    "title": lambda document: fold_accents(fold_case(document["title"])),
    "license": lambda document: document["license"],
    "moisson:licence": lambda document: document["moisson:licence"],
    "moisson:items": lambda document: document["moisson:items"],
}
"""What Collections are put in order by; titles without case and accents."""
_MOST_FIELDS = 100
_ALWAYS = ("type", "id", "links")


@dataclass(frozen=True)
class Choice:
    """`phrases` are folded; `sorts` are (name, descending); no `limit` is all on one page."""

    filter: Predicate | None = None
    phrases: tuple[str, ...] | None = None
    sorts: tuple[tuple[str, bool], ...] = ()
    selection: Selection | None = None
    limit: int | None = None
    token: str | None = None


@dataclass(frozen=True)
class Chosen:
    """A page, how many there are on all, and the token of the next."""

    documents: Sequence[dict[str, Any]]
    matched: int
    token: str | None


def parse_choice(given: Mapping[str, str | None]) -> Choice:
    """Raises Problem naming the parameter and the reason."""
    limit = given.get("limit")
    predicate = parse_filters(*(given.get(name) for name in ("filter", "filter-lang", "filter-crs", "query")))
    if predicate is not None:
        check_fields(predicate)
    return Choice(
        filter=predicate,
        phrases=parse_phrases(given.get("q")),
        sorts=tuple(parse_order(given.get("sortby"), SORTABLE)),
        selection=parse_members(given.get("fields")),
        limit=parse_limit(limit) if limit not in (None, "") else None,
        token=given.get("token"),
    )


def parse_members(value: str | None) -> Selection | None:
    """`fields` of a Collection: "id,title" or "-summaries,-providers", its own members only."""
    if not value:
        return None
    names = [name.strip() for name in value.split(",")]
    if len(names) > _MOST_FIELDS:
        raise bad("fields", f"at most {_MOST_FIELDS} names")
    if not all(name.lstrip("+-") for name in names):
        raise bad("fields", "a list of names, none of them empty")
    include = [name.removeprefix("+") for name in names if not name.startswith("-")]
    wanted: dict[tuple[str, ...], bool] = {(name[1:],): False for name in names if name.startswith("-") and name[1:] not in _ALWAYS}
    return Selection(wanted | {(name,): True for name in (*_ALWAYS, *include)}, else_wanted=not include)


def choose(documents: Sequence[dict[str, Any]], choice: Choice, described: Described, secret: bytes, bound: str) -> Chosen:
    """`bound` says all else that decides which Collections there are: a token holds for nothing else."""
    found = [document for document in documents if choice.phrases is None or _says(described.info(document["id"]), choice.phrases)]
    found = _ordered(_filtered(found, choice.filter), choice.sorts)
    bound = repr((bound, canonical(choice.filter), choice.phrases, choice.sorts))
    start = _start(found, choice, read_place(choice.token, secret, bound)) if choice.token else 0
    page = found[start : None if choice.limit is None else start + choice.limit]
    more = start + len(page) < len(found)
    token = make_place(Place(page[-1]["id"], _values(page[-1], choice.sorts)), secret, bound) if more else None
    chosen = [choice.selection.of(document) for document in page] if choice.selection else page
    return Chosen(chosen, len(found), token)


def _filtered(documents: list[dict[str, Any]], predicate: Predicate | None) -> list[dict[str, Any]]:
    if predicate is None or not documents:
        return documents
    try:
        return sifted(documents, predicate)
    except FilterError as error:
        raise refusal(error) from None


def _says(info: CollectionInfo, phrases: Sequence[str]) -> bool:
    """Whether one of the phrases stands, as whole words, in what is said of a Collection in either language."""
    said = (info.id, info.title_fr, info.title_en, info.description_fr, info.description_en, *info.keywords)
    return any(f" {phrase} " in f" {words(text)} " for text in said for phrase in phrases)


def _ordered(documents: Sequence[dict[str, Any]], sorts: Sequence[tuple[str, bool]]) -> list[dict[str, Any]]:
    """By each sort, then ascending id."""
    found = sorted(documents, key=SORTABLE["id"])
    for name, descending in reversed(sorts):
        found.sort(key=SORTABLE[name], reverse=descending)
    return found


def _values(document: Document, sorts: Sequence[tuple[str, bool]]) -> tuple[Any, ...]:
    return tuple(SORTABLE[name](document) for name, _ in sorts)


def _start(found: Sequence[Document], choice: Choice, place: Place) -> int:
    """Where the page after a place begins, whether its Collection is still there or not."""
    for position, document in enumerate(found):
        if _after(document, choice.sorts, place):
            return position
    return len(found)


def _after(document: Document, sorts: Sequence[tuple[str, bool]], place: Place) -> bool:
    for (name, descending), value in zip(sorts, place.values, strict=True):
        own = SORTABLE[name](document)
        if own != value:
            return bool(own < value) if descending else bool(own > value)
    return bool(document["id"] > place.collection)
