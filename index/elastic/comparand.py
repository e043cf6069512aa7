"""What a filter compares on Elasticsearch: a field of the index with a constant."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from index.elastic.values import TEXT_BYTES, exists, fold_letter, folded_field, to_keyword, to_number, value_field
from index.filters.nodes import FilterError, Fold, Literal, Property, Scalar
from mappings.queryables import Field, Kind

Source = dict[str, Any]


@dataclass(frozen=True)
class Comparand:
    """What of an Item is compared, and where it stands in the index: `prefix` is what every text there begins with."""

    source: Field
    field: str
    prefix: str = ""

    @property
    def there(self) -> Source:
        return exists(self.source)

    def term(self, value: Literal) -> Source:
        return {"term": {self.field: {"value": self.whole(value)}}}

    def between(self, bounds: dict[str, Literal]) -> Source:
        found = {bound: self._bound(value) for bound, value in bounds.items()}
        if self.prefix:
            # Nothing of the other foldings.
            low = {} if "gt" in found or "gte" in found else {"gte": self.prefix}
            high = {} if "lt" in found or "lte" in found else {"lt": chr(ord(self.prefix) + 1)}
            found |= low | high
        return {"range": {self.field: found}}

    def whole(self, literal: Literal) -> str | float | bool | int:
        """A literal as it must stand in the index to be equal."""
        value = literal.value
        if isinstance(value, str):
            return self.prefix + to_keyword(encodable(value))
        if literal.kind not in (Kind.NUMBER, Kind.INTEGER):
            return value
        if not isfinite(value):
            raise FilterError(self.source.name, f"{value} is no finite number")
        return to_number(value)

    def _bound(self, literal: Literal) -> str | float | bool | int:
        if isinstance(literal.value, str) and len(encodable(literal.value).encode()) > TEXT_BYTES - 1000:
            raise FilterError(self.source.name, f"a text of more than {TEXT_BYTES - 1000} bytes cannot be put in order by this index")
        return self.whole(literal)


def comparand(value: Scalar) -> Comparand:
    """Of a property, folded or not. Raises FilterError for what would need a script."""
    if isinstance(value, Property) and value.kind not in (Kind.TEXTS, Kind.GEOMETRY):
        return Comparand(value.field, value_field(value.field))
    if isinstance(value, Fold):
        return Comparand(value.of.field, folded_field(value.of.field), fold_letter(value.case, value.accents))
    raise FilterError(_name(value), "this index compares properties with constants only")


def literal_of(value: Scalar) -> Literal:
    """What a property is compared with. Raises FilterError for anything but a constant."""
    if isinstance(value, Literal):
        return value
    raise FilterError(_name(value), "this index compares properties with constants only")


def _name(value: Scalar) -> str:
    if isinstance(value, Property):
        return value.field.name
    return value.of.field.name if isinstance(value, Fold) else "arithmetic" if not isinstance(value, Literal) else str(value.value)


def encodable(text: str) -> str:
    """The text itself. Raises FilterError for one that holds half a character."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterError(text.encode(errors="replace").decode(), "half a character") from error
    return text
