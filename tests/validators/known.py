"""What outside validators say against us and we leave so, each with the reason. A line that is no longer true fails its test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Known:
    """A finding of stac-api-validator whose text matches `pattern` (a regular expression)."""

    pattern: str
    reason: str


ERRORS = (
    Known(
        r"GeometryCollection.* had unexpected status code 400 instead of 200",
        "an area is one geometry: a GeometryCollection is refused with a reason, in `intersects` as in an Item",
    ),
)

WARNINGS = (
    Known(r"has these stac-check recommendations", "ADVICE tells them apart"),
    Known(
        r"response contained extra fields", "whatever is included, an Item has its type, id, collection and links: what clients need of it"
    ),
)

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "searchable_identifiers": "an Item keeps the identifier that its archive gives it, capitals and all",
        "bloated_metadata": "20 properties are a matter of taste: what an archive says of a scene can be searched",
        "datetime_null": "a yearly mosaic has a start and an end, and no instant",
        "geometry_coordinates_order": "the rule doubts every longitude beyond 90° that is more than twice its latitude",
        "check_summaries": "which values occur is counted where it is asked: /queryables and /aggregate, under what the asker finds",
        "bloated_links": "the landing page has a link for each of its children",
    }
)
"""Rules of stac-check."""
