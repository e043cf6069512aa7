"""Records of GEODES asked for by their ids (CNES report §2.3): this deployment is known to give nothing at all for two collections at
once, and the whole catalogue for what it does not understand."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from harvesters.errors import Retry
from harvesters.names import Names, check_ids
from harvesters.trust import total_of

Check = Callable[[dict[str, Any]], None]


class Search(Protocol):
    def __call__(self, body: dict[str, Any], check: Check) -> dict[str, Any]: ...


def names_of(search: Search, collections: Sequence[str], size: int) -> Names:
    """Who is gone of the collections; `size` ids are asked for at once."""
    return Names("GEODES", partial(_ask, search), partial(_witness, search, collections), size)


def _witness(search: Search, collections: Sequence[str]) -> str | None:
    """A record that GEODES holds."""
    for collection in collections:
        answer = search({"collections": [collection], "limit": 1, "page": 1}, partial(_check_collection, collection))
        for feature in answer["features"]:
            if isinstance(feature, dict) and isinstance(feature.get("id"), str):
                return str(feature["id"])
    return None


def _ask(search: Search, ids: list[str]) -> set[str]:
    wanted = list(dict.fromkeys(ids))
    answer = search({"ids": wanted, "limit": len(wanted), "page": 1}, partial(_check_ids, frozenset(wanted)))
    return {feature["id"] for feature in answer["features"]}


def _check_ids(wanted: frozenset[str], answer: dict[str, Any]) -> None:
    # Ids of features only, not of what lies in their properties.
    features = [{"id": feature.get("id")} if isinstance(feature, dict) else None for feature in answer["features"]]
    check_ids("GEODES", wanted, features, total_of(answer))


def _check_collection(collection: str, answer: dict[str, Any]) -> None:
    for feature in answer["features"]:
        said = feature.get("collection") if isinstance(feature, dict) else None
        if isinstance(said, str) and said != collection:
            raise Retry(f"GEODES answers another question: {said[:40]!r} where {collection!r} was asked for")
