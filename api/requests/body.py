"""The body of POST /requests/draft, from JSON to values. Raises Problem naming the member and the reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from api.bodies import AREA_SCHEMA, parse_area, parse_number
from api.errors import Problem, bad
from api.params import parse_interval, refuse_unknown
from index.state import ItemKey
from mappings.areas import exact_km2, square_kilometres
from mappings.ordering.draft import Format, Level, Options, Tasking
from mappings.ordering.products import Mode, Product, attempts
from mappings.words import Language

MAX_ITEMS = 200
MAX_PURPOSE = 2000
MAX_SCENES = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "items": {
            "type": "array",
            "maxItems": MAX_ITEMS,
            "description": "Images of the catalogue; or give tasking. The two images of a stereo pair are two items.",
            "items": {
                "type": "object",
                "required": ["collection", "id"],
                "properties": {"collection": {"type": "string"}, "id": {"type": "string"}},
            },
        },
        "tasking": {
            "type": "object",
            "required": ["product", "period"],
            "properties": {
                "product": {"type": "string", "enum": list(Product)},
                "period": {"type": "string", "example": "2027-03-01T00:00:00Z/2027-05-31T23:59:59Z"},
                "mode": {"type": "string", "enum": list(Mode)},
                "angle_max": {"type": "number", "minimum": 0, "maximum": 90, "description": "Degrees from the vertical."},
                "cloud_cover_max": {"type": "number", "minimum": 0, "maximum": 100},
                "scenes": {"type": "integer", "minimum": 1, "maximum": MAX_SCENES, "description": "Attempts of SPOT 6/7."},
            },
        },
        **AREA_SCHEMA,
        "format": {"type": "string", "enum": list(Format)},
        "bits": {"type": "integer", "enum": [8, 16]},
        "level": {"type": "string", "enum": list(Level)},
        "purpose": {"type": "string", "maxLength": MAX_PURPOSE},
        "language": {"type": "string", "enum": ["fr", "en"]},
    },
}
_TASKING = SCHEMA["properties"]["tasking"]["properties"]


@dataclass(frozen=True)
class DraftAsk:
    """What is asked for: `keys` or `tasking`; `area` None: whole images."""

    keys: tuple[ItemKey, ...]
    tasking: Tasking | None
    area: Any
    area_km2: Decimal | None
    options: Options
    purpose: str | None
    language: Language | None


def parse_draft(body: Mapping[str, Any], now: datetime) -> DraftAsk:
    """Of a JSON object; a period that is over cannot be asked for."""
    refuse_unknown(body, SCHEMA["properties"])
    items, tasking = body.get("items"), body.get("tasking")
    if (items is None) == (tasking is None):
        raise bad("items", "give items (images of the catalogue) or tasking (a wish for a new acquisition), one of the two")
    area = parse_area(body)
    km2 = None if area is None else exact_km2(square_kilometres(area))
    if tasking is not None and km2 is None:
        raise bad("geometry", "tasking needs geometry (a Polygon or MultiPolygon) or bbox")
    return DraftAsk(
        keys=() if items is None else _keys(items),
        tasking=None if tasking is None else _tasking(tasking, km2 or Decimal(0), now),
        area=area,
        area_km2=km2,
        options=Options(_one(body, "format", Format, Format.GEOTIFF), _bits(body), _one(body, "level", Level, Level.PRIMARY)),
        purpose=_purpose(body),
        language=_language(body),
    )


def _keys(items: Any) -> tuple[ItemKey, ...]:
    if not isinstance(items, list) or not items:
        raise bad("items", 'a list of {"collection", "id"}, not empty')
    if len(items) > MAX_ITEMS:
        raise bad("items", f"at most {MAX_ITEMS} images a request")
    keys = []
    for place, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise bad(f"items[{place}]", 'an object {"collection", "id"}')
        _known(item, ("collection", "id"), f"items[{place}]")
        collection, name = item.get("collection"), item.get("id")
        if not (isinstance(collection, str) and isinstance(name, str) and collection and name):
            raise bad(f"items[{place}]", "collection and id are texts, not empty")
        keys.append(ItemKey(collection, name))
    if len(set(keys)) < len(keys):
        raise bad("items", "an image is given twice")
    return tuple(keys)


def _tasking(value: Any, km2: Decimal, now: datetime) -> Tasking:
    if not isinstance(value, Mapping):
        raise bad("tasking", "an object with product and period")
    _known(value, _TASKING, "tasking")
    product = _one(value, "product", Product, None, "tasking.")
    start, end = _period(value.get("period"), now)
    scenes = value.get("scenes")
    if scenes is None:
        scenes = attempts(product, km2)
    elif isinstance(scenes, bool) or not isinstance(scenes, int) or not 1 <= scenes <= MAX_SCENES:
        raise bad("tasking.scenes", f"a whole number between 1 and {MAX_SCENES}, got {str(scenes)[:40]!r}")
    return Tasking(
        product=product,
        start=start,
        end=end,
        mode=_one(value, "mode", Mode, Mode.MONO, "tasking."),
        angle_max=parse_number(value, "angle_max", 0, 90, "tasking."),
        cloud_cover_max=parse_number(value, "cloud_cover_max", 0, 100, "tasking."),
        scenes=scenes,
    )


def _period(value: Any, now: datetime) -> tuple[datetime, datetime]:
    if not isinstance(value, str) or value.count("/") != 1 or ".." in value.split("/"):
        raise bad("tasking.period", "start/end, two RFC 3339 times")
    try:
        first, last = parse_interval(value)
    except Problem as problem:
        raise bad("tasking.period", problem.detail.removeprefix("datetime: ")) from None
    if first is None or last is None:
        raise bad("tasking.period", "start/end, both are needed")
    start, end = (_EPOCH + timedelta(microseconds=one) for one in (first, last))
    if end < now:
        raise bad("tasking.period", "it is over: an image of the past is in the archive or not at all")
    return start, end


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one(body: Mapping[str, Any], name: str, kind: type[_Choice], default: _Choice | None, before: str = "") -> _Choice:
    """One value of an enumeration; the default where none is given."""
    value = body.get(name)
    if value is None and default is not None:
        return default
    found = next((one for one in kind if one == value), None) if isinstance(value, str) else None
    if found is None:
        raise bad(f"{before}{name}", f"one of {', '.join(kind)}, got {str(value)[:40]!r}")
    return found


def _bits(body: Mapping[str, Any]) -> int:
    value = body.get("bits")
    if value is None:
        return 8
    if isinstance(value, bool) or value not in (8, 16):
        raise bad("bits", f"8 or 16, got {str(value)[:40]!r}")
    return int(value)


def _purpose(body: Mapping[str, Any]) -> str | None:
    value = body.get("purpose")
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_PURPOSE:
        raise bad("purpose", f"a text of at most {MAX_PURPOSE} characters")
    # What cannot be printed has no place in a document.
    return "".join(character if character.isprintable() else " " for character in value).strip() or None


def _language(body: Mapping[str, Any]) -> Language | None:
    value = body.get("language")
    if value is None:
        return None
    if value not in ("fr", "en"):
        raise bad("language", f"fr or en, got {str(value)[:40]!r}")
    return "en" if value == "en" else "fr"


def _known(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    try:
        refuse_unknown(given, known)
    except Problem as problem:
        raise bad(f"{where}.{problem.parameter}", problem.detail.removeprefix(f"{problem.parameter}: ")) from None
