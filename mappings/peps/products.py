"""Product name as an Item's id."""

import re
from typing import Any

from mappings.record import Unmappable
from mappings.values import text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_ENDINGS = (".SAFE", ".SEN3", ".zip")


def product_name(value: Any, field: str) -> str:
    """The name without file ending: the same in PEPS and GEODES, so that it joins their records. Raises Unmappable."""
    name = text(value)
    if name is None:
        raise Unmappable("no identifier", field)
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    if not _NAME.fullmatch(name):
        raise Unmappable(f"not a product name: {name[:60]!r}", field)
    return name
