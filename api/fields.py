"""`fields`: which members of Items an answer has (STAC API fields extension, 1.0.0). The one case in which Items are parsed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from api.errors import bad

MAX_FIELDS = 100
MAX_FIELD = 200
ALWAYS = ("type", "id", "collection", "links")
"""What clients need of every Item that is included by parts."""
DEFAULT = (
    *("type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets"),
    *("properties.datetime", "properties.start_datetime", "properties.end_datetime"),
)
"""What an Item has where no field is named: a valid STAC Item without more."""
_MEMBERS = frozenset({"type", "stac_version", "stac_extensions", "id", "collection", "geometry", "bbox", "properties", "links", "assets"})
_NEVER_OUT = frozenset({"type", "id", "collection"})
_Path = tuple[str, ...]


@dataclass(frozen=True)
class Selection:
    """Paths and whether what is there is wanted: the longest that leads to a member decides, `else_wanted` where none does."""

    wanted: Mapping[_Path, bool]
    else_wanted: bool

    def of(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The Item's members that are wanted."""
        return self._chosen(item, (), self.else_wanted)

    def of_bytes(self, item: bytes) -> bytes:
        """The same, of JSON."""
        return orjson.dumps(self.of(orjson.loads(item)))

    def _chosen(self, members: Mapping[str, Any], above: _Path, inherited: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in members.items():
            path = (*above, name)
            wanted = self.wanted.get(path, inherited)
            if isinstance(value, dict) and any(other[: len(path)] == path for other in self.wanted if len(other) > len(path)):
                inner = self._chosen(value, path, wanted)
                if inner or wanted:
                    found[name] = inner
            elif wanted:
                found[name] = value
        return found


def parse_fields(value: Any) -> Selection | None:
    """ "id,-geometry" of a GET or {"include": …, "exclude": …} of a POST; None (not given): whole Items."""
    if value is None:
        return None
    if isinstance(value, str):
        # Of "+id" the sign arrives as a space where it was not encoded.
        names = [name.strip() for name in value.split(",")] if value.strip() else []
        include = [name.removeprefix("+") for name in names if not name.startswith("-")]
        exclude = [name[1:] for name in names if name.startswith("-")]
        return _selection(_paths(include), _paths(exclude), only_excluded=bool(exclude) and not include)
    if not isinstance(value, Mapping):
        raise bad("fields", 'an object: {"include": […], "exclude": […]}')
    if unknown := set(value) - {"include", "exclude"}:
        raise bad("fields", f"{min(unknown)[:40]!r} is no member of it: include and exclude are")
    include, exclude = (_list(value.get(name), name) for name in ("include", "exclude"))
    return _selection(_paths(include), _paths(exclude), only_excluded="include" not in value and bool(exclude))


def _selection(include: Sequence[_Path], exclude: Sequence[_Path], *, only_excluded: bool) -> Selection:
    """Without anything included, what is excluded is so of whole Items, or of the default ones where `include` says empty."""
    kept = [path for path in exclude if path[0] not in _NEVER_OUT]
    if only_excluded:
        return Selection(dict.fromkeys(kept, False), else_wanted=True)
    if not include:
        default = [path for path in _paths(DEFAULT) if not any(path[: len(out)] == out for out in kept)]
        return Selection(dict.fromkeys(kept, False) | dict.fromkeys(default, True), else_wanted=False)
    always = [path for path in _paths(ALWAYS) if path not in kept]
    return Selection(dict.fromkeys(kept, False) | dict.fromkeys([*always, *include], True), else_wanted=False)


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad("fields", f"{name} is a list of names")
    return value


def _paths(names: Iterable[Any]) -> list[_Path]:
    """Names split at their points; what is no member of an Item is one of its properties."""
    listed = list(names)
    if len(listed) > MAX_FIELDS:
        raise bad("fields", f"at most {MAX_FIELDS} names")
    return [_path(name) for name in listed]


def _path(name: Any) -> _Path:
    if not isinstance(name, str) or len(name) > MAX_FIELD or not all(parts := tuple(name.split("."))):
        raise bad("fields", f"a name of at most {MAX_FIELD} characters, its parts between points, got {str(name)[:60]!r}")
    return parts if parts[0] in _MEMBERS else ("properties", *parts)
