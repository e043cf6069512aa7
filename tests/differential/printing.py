"""CQL2 as text (OGC 21-065r2, annex B), out of its JSON."""

from typing import Any

from tests.differential.shapes import wkt

_WORDS = {"and": " AND ", "or": " OR "}
_CONTROLS = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_text(node: Any) -> str:
    """A filter as text, with all the parentheses that may be."""
    if not isinstance(node, dict):
        return _literal(node)
    if "op" not in node:
        return _value(node)
    name, args = node["op"], node["args"]
    if name in _WORDS:
        return f"({_WORDS[name].join(map(to_text, args))})"
    if name == "not":
        return f"NOT ({to_text(args[0])})"
    if name == "isNull":
        return f"{to_text(args[0])} IS NULL"
    if name == "between":
        return f"{to_text(args[0])} BETWEEN {to_text(args[1])} AND {to_text(args[2])}"
    if name == "in":
        return f"{to_text(args[0])} IN {_array(args[1])}"
    if name == "like":
        return f"{to_text(args[0])} LIKE {to_text(args[1])}"
    if name in ("casei", "accenti") or name[1:2] == "_":
        return f"{name.upper()}({', '.join(map(to_text, args))})"
    if name in ("+", "-", "*", "/", "%", "^", "div"):
        return f"({to_text(args[0])} {name.upper()} {to_text(args[1])})"
    return f"{to_text(args[0])} {name} {to_text(args[1])}"


def _value(node: dict[str, Any]) -> str:
    if "property" in node:
        name = node["property"]
        # A name with a colon may stand with quotes or without.
        return f'"{name}"' if len(name) % 2 else name
    if "interval" in node:
        return f"INTERVAL({', '.join(map(_end, node['interval']))})"
    if "timestamp" in node or "date" in node:
        return " ".join(f"{name.upper()}('{text}')" for name, text in node.items())
    return wkt(node)


def _end(value: Any) -> str:
    """Of an interval: a property, or a text without TIMESTAMP or DATE."""
    return _value(value) if "property" in value else f"'{value}'"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list):
        return _array(value)
    return repr(value) if isinstance(value, int | float) else _quoted(value)


def _array(values: list[Any]) -> str:
    return f"({', '.join(map(to_text, values))})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{''.join(_CONTROLS.get(character, character) for character in escaped)}'"
