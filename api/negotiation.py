"""What an asker would rather read: JSON or a page, French or English (RFC 9110, §12.5)."""

import re
from collections.abc import Mapping
from typing import TypeVar

from starlette.requests import Request

from api.errors import bad
from mappings.words import Language

_Form = TypeVar("_Form", bound=str)
_LONGEST = 2000
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)


def form_of(request: Request, forms: Mapping[_Form, str]) -> _Form:
    """`f`; else the form whose media type Accept weighs most, the first of `forms` (name to media type) when none is better. Raises
    Problem for another `f`."""
    asked = request.query_params.get("f")
    if asked is not None:
        found = next((form for form in forms if form == asked), None)
        if found is None:
            raise bad("f", f"one of {', '.join(forms)}, got {asked[:40]!r}")
        return found
    weights = _weights(request.headers.get("accept", ""))

    def weight(form: _Form) -> float:
        kind = forms[form]
        return weights.get(kind, weights.get(f"{kind.partition('/')[0]}/*", weights.get("*/*", 0.0)))

    return max(forms, key=weight)


def language_of(request: Request) -> Language:
    """`language`, one or a list as Accept-Language has them; else the one that Accept-Language puts first; else French. Raises Problem
    for a `language` in which there is neither French nor English."""
    asked = request.query_params.get("language")
    if asked is None:
        return _first(request.headers.get("accept-language", "")) or "fr"
    found = _first(asked)
    if found is None:
        raise bad("language", f"fr or en, got {asked[:40]!r}")
    return found


def _first(header: str) -> Language | None:
    """Of French and English the one that weighs more, French when in doubt; None when neither is named."""
    best: dict[str, float] = {}
    for name, weight in _weights(header).items():
        short = name.partition("-")[0]
        best[short] = max(best.get(short, 0.0), weight)
    others = best.get("*", 0.0)
    french, english = best.get("fr", others), best.get("en", 0.0)
    if not (french or english):
        return None
    return "en" if english > french else "fr"


def _weights(header: str) -> dict[str, float]:
    """Weight of each name in a header, lower case; what cannot be read weighs nothing."""
    found: dict[str, float] = {}
    for part in header[:_LONGEST].split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        if not name:
            continue
        told = next((one for one in parameters if one.startswith("q=")), "q=1")
        match = _WEIGHT.fullmatch(told)
        found[name] = float(match[1]) if match else 0.0
    return found
