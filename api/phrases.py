"""`q`: phrases of free text, of which one must be found. Raises Problem."""

from typing import Any

from api.errors import bad
from mappings.queryables import words

MAX_PHRASES = 20
MAX_PHRASE = 200


def parse_phrases(value: Any) -> tuple[str, ...] | None:
    """Folded phrases: comma-separated in a GET, a list of texts in a POST; None where nothing is asked."""
    if value is None or value in ("", []):
        return None
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(phrase, str) for phrase in given):
        raise bad("q", "a list of texts")
    if len(given) > MAX_PHRASES:
        raise bad("q", f"at most {MAX_PHRASES} phrases")
    if any(len(phrase) > MAX_PHRASE for phrase in given):
        raise bad("q", f"at most {MAX_PHRASE} characters a phrase")
    phrases = tuple(dict.fromkeys(map(words, given)))
    if "" in phrases:
        raise bad("q", "a phrase without letters and digits finds nothing")
    return phrases
