"""What filters, sorts, free text and summaries look at, as Elasticsearch keeps it beside an Item's JSON, with names and mappings.

- `value.<field>`: texts, numbers (double: whole ones are exact), times (µs), flags; a list of texts as a set, and how many it has in
  `size.<field>`, by which an empty list is told from none.
- `folded.<field>`: a text without case, without accents and without both, each behind its letter: folded here, since the cluster's own
  analyzers fold otherwise.
- `sorted.<field>`: the part of a text that it is put in order by.
- `moment.<field>`: a time in ms, whose months and years the cluster knows.

Lucene refuses a document for a text of more than 32 766 bytes. Of longer ones than `TEXT_BYTES` the beginning and a hash are kept: they
are equal to what they were equal to, and stand where they stood among shorter ones; LIKE sees their beginning only.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from index.query import sort_text
from mappings.queryables import FIELDS, Field, Kind, Value, fold_accents, fold_case

TEXT_BYTES = 32_000
_KEPT_BYTES = 31_900
# The analyzer cuts words of more than 255 characters.
_WORD_CHARACTERS = 100

_OWN = {
    "id": "id",
    "collection": "collection",
    "geometry": "west",
    "moisson:availability": "availability",
    "moisson:licence": "licence",
}
# Short or, by the contract, put in order whole.
_SORTED_AS_THEY_ARE = ("id", "collection", "moisson:availability")
# "<field>" of `value`, and how it is mapped: dynamic mapping is off, so that what is not named here is not searched.
_KEYWORD = {"type": "keyword"}
_TYPES: Mapping[Kind, dict[str, Any]] = {
    Kind.TEXT: _KEYWORD,
    Kind.TEXTS: _KEYWORD,
    Kind.NUMBER: {"type": "double"},
    Kind.INTEGER: {"type": "double"},
    Kind.TIME: {"type": "long"},
    Kind.FLAG: {"type": "boolean"},
}
_TEXTS = [field for field in FIELDS.values() if field.kind is Kind.TEXT]
# Asked for each text of each Item: by name, since to compare fields is to compare all that they say.
_SORTED = frozenset(field.name for field in _TEXTS if field.sortable and field.name not in _SORTED_AS_THEY_ARE)


def _mapped(kinds: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {"properties": dict(kinds)}


VALUE_FIELDS: dict[str, Any] = {
    "value": _mapped({field.name: _TYPES[field.kind] for field in FIELDS.values() if not field.own}),
    "size": _mapped({field.name: {"type": "integer"} for field in FIELDS.values() if field.kind is Kind.TEXTS}),
    "folded": _mapped({field.name: {"type": "keyword", "doc_values": False} for field in _TEXTS}),
    "sorted": _mapped({name: {"type": "keyword", "index": False} for name in sorted(_SORTED)}),
    "moment": _mapped(
        {field.name: {"type": "date", "format": "epoch_millis", "index": False} for field in FIELDS.values() if field.kind is Kind.TIME}
    ),
    "words": {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"},
    "centre": {"type": "geo_point", "index": False},
}


def value_field(field: Field) -> str:
    """Where a field's value is."""
    return _OWN.get(field.name) or f"value.{field.name}"


def size_field(field: Field) -> str:
    """Where it is kept how many texts a list has."""
    return f"size.{field.name}"


def exists(field: Field) -> dict[str, Any]:
    """The query of the Items that have the field."""
    return {"exists": {"field": size_field(field) if field.kind is Kind.TEXTS else value_field(field)}}


def sort_field(field: Field) -> str:
    """What Items are put in order by."""
    if field.name == "datetime":
        return "sort_key"
    return f"sorted.{field.name}" if field.name in _SORTED else value_field(field)


def folded_field(field: Field) -> str:
    """Where a text's foldings are, each behind the letter of `fold_letter`."""
    return f"folded.{field.name}"


def fold_letter(case: bool, accents: bool) -> str:
    """What a folded text begins with: they stand in one field."""
    return "b" if case and accents else "c" if case else "a"


def searched(own: Mapping[str, str], values: Mapping[str, Value], words: str, centre: tuple[float, float] | None) -> dict[str, Any]:
    """The members of a stored Item that are named above; `own` are the texts that stand in columns of their own."""
    found: dict[str, dict[str, Any]] = {name: {} for name in ("value", "size", "folded", "sorted", "moment")}
    for name, given in values.items():
        if isinstance(given, tuple):
            texts = list(dict.fromkeys(map(to_keyword, given)))
            found["value"][name], found["size"][name] = texts, len(texts)
        elif isinstance(given, str | bool):
            found["value"][name] = to_keyword(given) if isinstance(given, str) else given
        elif FIELDS[name].kind is Kind.TIME:
            found["value"][name], found["moment"][name] = given, int(given) // 1000
        else:
            found["value"][name] = to_number(given)
    for name, text in (*own.items(), *values.items()):
        if isinstance(text, str):
            found["folded"][name] = _foldings(text)
            if name in _SORTED:
                found["sorted"][name] = sort_text(text)
    return {**found, "words": to_words(words), **({"centre": list(centre)} if centre else {})}


def to_keyword(text: str) -> str:
    """A text as it is kept: whole, or its beginning and a hash."""
    if len(text) <= TEXT_BYTES // 4 or len(encoded := text.encode()) <= TEXT_BYTES:
        return text
    return f"{encoded[:_KEPT_BYTES].decode(errors='ignore')}…{blake2b(encoded, digest_size=16).hexdigest()}"


def to_number(value: float) -> float:
    """As a double; there is one zero, where Lucene knows two."""
    return float(value) + 0.0


def to_words(words: str) -> str:
    """Words as they are kept and asked for: very long ones by a hash."""
    if len(words) <= _WORD_CHARACTERS:
        return words
    parts = (word if len(word) <= _WORD_CHARACTERS else blake2b(word.encode(), digest_size=20).hexdigest() for word in words.split(" "))
    return " ".join(parts)


def _foldings(text: str) -> list[str]:
    without, folded = fold_accents(text), to_keyword(fold_case(text))
    # Nearly every text has no accents.
    both = folded if without is text else to_keyword(fold_case(without))
    return [f"c{folded}", f"a{to_keyword(without)}", f"b{both}"]
