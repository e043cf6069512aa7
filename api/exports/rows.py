"""Rows: an Item in a few plain columns, for tables and maps."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from index.document import placed

TEXTS = (
    *("id", "collection", "title", "platform", "constellation", "instruments", "archive", "availability"),
    *("licence", "licence_spdx", "licence_title", "licence_url", "attribution"),
    *("download", "order", "reason_fr", "reason_en", "link"),
)
TIMES = ("datetime", "start_datetime", "end_datetime")
NUMBERS = ("gsd", "cloud_cover", "west", "south", "east", "north")
COLUMNS = (
    *("id", "collection", *TIMES, "title", "platform", "constellation", "instruments", "gsd", "cloud_cover"),
    *("archive", "availability", "licence", "licence_spdx", "licence_title", "licence_url", "attribution"),
    *("download", "order", "reason_fr", "reason_en", "west", "south", "east", "north", "link"),
)
"""In the order in which they are shown. `download` and `order` are what the asker may do, `reason_…` why."""

_OWNERS = {"licensor", "producer"}


class Row(NamedTuple):
    """`values` by column, None where there is nothing; the footprint as WKB, None where the Item is unlocated."""

    values: dict[str, str | float | None]
    wkb: bytes | None


def row_of(body: bytes) -> Row:
    """The row of an Item's public JSON."""
    item = orjson.loads(body)
    properties = item["properties"]
    access = properties["moisson:access"]
    links = {link["rel"]: link for link in reversed(item["links"])}
    licence = links["license"]
    values: dict[str, str | float | None] = {
        "id": item["id"],
        "collection": item["collection"],
        "instruments": _joined(properties.get("instruments")),
        "gsd": _number(properties.get("gsd")),
        "cloud_cover": _number(properties.get("eo:cloud_cover")),
        "archive": properties["moisson:source"],
        "availability": properties["moisson:availability"],
        "licence": properties["moisson:licence"],
        "licence_spdx": _text(properties.get("license")),
        "licence_title": licence.get("title"),
        "licence_url": licence["href"],
        "attribution": attribution_of(properties),
        "download": access["download"],
        "order": access["order"],
        "reason_fr": access["reason"]["fr"],
        "reason_en": access["reason"]["en"],
        "link": links["self"]["href"],
    }
    values |= {name: _text(properties.get(name)) for name in (*TIMES, "title", "platform", "constellation")}
    values |= zip(("west", "south", "east", "north"), _box(item.get("bbox")), strict=True)
    return Row(values, placed(item["geometry"])[0])


def attribution_of(properties: Mapping[str, Any]) -> str | None:
    """Whom to name: the providers that produced or license the image, or else all."""
    listed = properties.get("providers")
    named = [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)] if isinstance(listed, list) else []
    owners = [one for one in named if isinstance(one.get("roles"), list) and _OWNERS.intersection(map(str, one["roles"]))]
    return "; ".join(dict.fromkeys(one["name"] for one in owners or named)) or None


def _box(bbox: list[float] | None) -> tuple[float | None, ...]:
    if not bbox:
        return (None, None, None, None)
    half = len(bbox) // 2
    return bbox[0], bbox[1], bbox[half], bbox[half + 1]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _joined(value: Any) -> str | None:
    return "; ".join(one for one in value if isinstance(one, str)) or None if isinstance(value, list) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None
