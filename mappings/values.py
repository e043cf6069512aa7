"""Numbers and texts of the archives: what is usable, or None. Pure and total: no value raises."""

import math
import re
from typing import Any

# Decimal digits in a text; nothing that float() also takes ("nan", "inf", "1_000", hex).
_DECIMAL = re.compile(r"\s*[+-]?\d{1,18}(?:\.\d{0,18})?(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)
_HEX32 = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
# JSON integers beyond this lose digits in clients that read doubles.
_MAX_INTEGER = 2**53 - 1


def number(value: Any) -> float | None:
    """A finite float of a JSON number or of a decimal text; a boolean is no number."""
    if isinstance(value, str):
        return _finite(value) if _DECIMAL.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _finite(value)


def _finite(value: str | float) -> float | None:
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def integer(value: Any) -> int | None:
    """An integer of a JSON number without fraction or of its decimal text; None beyond ±(2^53 - 1)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= _MAX_INTEGER else None
    result = number(value)
    return int(result) if result is not None and result.is_integer() and abs(result) <= _MAX_INTEGER else None


def positive(value: Any) -> int | None:
    """An integer above zero, such as an orbit number."""
    result = integer(value)
    return result if result is not None and result > 0 else None


def percent(value: Any, field: str = "") -> float | None:
    """0..100, or None: archives write -1 or null for unknown, and nothing is clamped silently. `field` names the member for readers."""
    result = number(value)
    return result if result is not None and 0 <= result <= 100 else None


def angle_0_360(value: Any) -> float | None:
    """Degrees in [0, 360): azimuths of -180..0 are turned, what lies outside -360..360 is unusable."""
    result = number(value)
    if result is None or not -360 <= result <= 360:
        return None
    turned = result % 360
    # A tiny negative angle rounds up to 360.0 itself.
    return 0.0 if turned >= 360 else turned


def text(value: Any) -> str | None:
    """A text without the blanks around it; None when nothing is left or when it is no text."""
    return (value.strip() or None) if isinstance(value, str) else None


def identifier(value: Any) -> str | None:
    """A text, or an integer as text: archives write ids both ways."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) <= _MAX_INTEGER else None
    return text(value)


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one, so that members can be asked for at once."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def checksum_md5(value: Any) -> str | None:
    """Multihash of an MD5 sum in hexadecimal: `d50110` (code 0xd5 as a varint, length 16) and 32 lower-case digits (file extension)."""
    found = text(value)
    return f"d50110{found.lower()}" if found and _HEX32.fullmatch(found) else None
