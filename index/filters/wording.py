"""Wording: a part of a filter as a person would write it, cut short, for errors."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 100
_SHOWN = 4
_INFIX = {"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "^", "div", "and", "or", "like"}


def text_of(value: Any) -> str:
    """CQL2 text of CQL2 JSON, at most about 100 characters; what is no CQL2 as it is."""
    text = _object(value) if isinstance(value, Mapping) else _plain(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _plain(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        quoted = value[:_LONGEST].replace("'", "''")
        return f"'{quoted}'"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list | tuple):
        return f"({_listed(value)})"
    return type(value).__name__


def number(value: int | float) -> str:
    """Without the fraction of a whole number."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "a huge number"
    return repr(value).removesuffix(".0")


def _listed(values: Any) -> str:
    return ", ".join([*(text_of(part) for part in values[:_SHOWN]), *(["…"] if len(values) > _SHOWN else [])])


def _object(value: Mapping[Any, Any]) -> str:
    if "op" in value:
        args = value.get("args")
        return _operation(str(value["op"])[:_LONGEST], list(args) if isinstance(args, list | tuple) else [])
    if isinstance(value.get("property"), str):
        return str(value["property"])[:_LONGEST]
    for name in ("timestamp", "date"):
        if name in value:
            return f"{name.upper()}({text_of(value[name])})"
    for name in ("interval", "bbox"):
        if isinstance(value.get(name), list | tuple):
            return f"{name.upper()}({_listed(value[name])})"
    if isinstance(value.get("type"), str) and ("coordinates" in value or "geometries" in value):
        return f"{value['type'][:_LONGEST].upper()}(…)"
    return f"{{{', '.join(str(name)[:20] for name in list(value)[:_SHOWN])}}}"


def _is_infix(value: Any) -> bool:
    return isinstance(value, Mapping) and str(value.get("op", "")).lower() in _INFIX


def _operation(op: str, args: list[Any]) -> str:
    words = [text_of(part) for part in args[:_SHOWN]]
    more = [*words, *(["…"] if len(args) > _SHOWN else [])]
    lower = op.lower()
    if lower in _INFIX and len(words) > 1:
        grouped = [f"({word})" if _is_infix(part) else word for part, word in zip(args, words, strict=False)]
        return f" {op.upper()} ".join([*grouped, *more[_SHOWN:]])
    if lower == "not" and len(words) == 1:
        return f"NOT {words[0]}" if not words[0].startswith("NOT ") else f"NOT ({words[0]})"
    if lower == "isnull" and len(words) == 1:
        return f"{words[0]} IS NULL"
    if lower == "in" and len(words) == 2:
        return f"{words[0]} IN {words[1]}"
    if lower == "between" and len(words) == 3:
        return f"{words[0]} BETWEEN {words[1]} AND {words[2]}"
    return f"{op.upper()}({', '.join(more)})"
