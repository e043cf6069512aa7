"""The Item of several records of one image, whatever their order."""

from collections.abc import Sequence
from typing import Any

import orjson

from mappings.item import extensions_of
from mappings.record import Item

# The most exact description first; a list that people keep last.
_FORMS = {"eop": 0, "stac": 1, "iso": 2, "atom": 3, "inventory": 4}
_OPENNESS = ("open", "held", "orderable", "view", "unknown")
_FACTS = (
    "license", "order:status", "auth:schemes",
    "moisson:availability", "moisson:licence", "moisson:licence_source", "moisson:licence_superseded",
    "moisson:online", "moisson:online_as_of",
)  # fmt: skip
_TIMES = ("datetime", "start_datetime", "end_datetime")
_PLACE = ("moisson:footprint", "moisson:axis_rule")
_TERMS = ("license", "terms-of-service")
_OWN = (*_FACTS, *_TIMES, *_PLACE, "moisson:source_id", "moisson:alternate_source_ids")


def merge(items: Sequence[Item]) -> Item:
    """The best described Item counts; what it leaves out is filled from the others. Access facts are those of the least open one: no
    record opens what another one restricts."""
    if not items:
        raise ValueError("nothing to merge")
    if len(items) == 1:
        return items[0]
    ranked = sorted(items, key=_rank)
    first = ranked[0]
    strict = max(ranked, key=lambda item: _OPENNESS.index(item["properties"]["moisson:availability"]))
    timed = next((item for item in ranked if item["properties"]["datetime"]), first)
    located = next((item for item in ranked if item["geometry"] and "moisson:footprint" not in item["properties"]), None)
    located = located or next((item for item in ranked if item["geometry"]), first)
    properties: dict[str, Any] = {}
    for item in ranked:
        properties |= {name: value for name, value in item["properties"].items() if name not in properties and name not in _OWN}
    for names, item in ((_FACTS, strict), (_TIMES, timed), (_PLACE, located)):
        properties |= {name: item["properties"][name] for name in names if name in item["properties"]}
    ids = {
        name
        for item in ranked
        for name in (item["properties"]["moisson:source_id"], *item["properties"].get("moisson:alternate_source_ids", ()))
    }
    properties["moisson:source_id"] = first["properties"]["moisson:source_id"]
    others = sorted(ids - {properties["moisson:source_id"]})
    if others:
        properties["moisson:alternate_source_ids"] = others
    merged: Item = {name: value for name, value in first.items() if name not in ("geometry", "bbox")}
    merged |= {name: located[name] for name in ("geometry", "bbox") if name in located}
    merged["properties"] = properties
    merged["assets"] = _assets(ranked, properties)
    merged["links"] = _links(first, strict, ranked)
    merged["stac_extensions"] = extensions_of(merged)
    return merged


def _rank(item: Item) -> tuple[int, str, str, bytes]:
    """Then the identifier; the bytes only break ties, so that the order of arrival never counts."""
    properties = item["properties"]
    form = _FORMS.get(properties.get("moisson:record_form", ""), len(_FORMS))
    return form, properties["moisson:source_id"], properties.get("updated", ""), orjson.dumps(item, option=orjson.OPT_SORT_KEYS)


def _assets(ranked: list[Item], properties: dict[str, Any]) -> dict[str, Any]:
    """Each address once; image files follow the facts that were chosen."""
    found: dict[str, Any] = {}
    for item in ranked:
        for name, asset in item["assets"].items():
            if name not in found and all(asset["href"] != one["href"] for one in found.values()):
                found[name] = {key: value for key, value in asset.items() if key != "auth:refs"}
    files = [asset for asset in found.values() if "data" in asset.get("roles", ())]
    if properties["moisson:availability"] == "open" or not files:
        properties.pop("auth:schemes", None)
        return found
    properties.setdefault("auth:schemes", {"partner": {"type": "account", "description": "Ask the archive"}})
    for asset in files:
        asset["auth:refs"] = ["partner"]
    return found


def _links(first: Item, strict: Item, ranked: list[Item]) -> list[dict[str, Any]]:
    """The collection's, the licence's and the terms of the facts that were chosen, then all others once."""
    found = [link for link in first["links"] if link["rel"] == "collection"]
    found += [link for rel in _TERMS for link in strict["links"] if link["rel"] == rel]
    for item in ranked:
        found += [link for link in item["links"] if link["rel"] not in ("collection", *_TERMS) and link not in found]
    return found
