"""Operators: the parts of CQL2 that a store can honour, from which the API's conformance classes follow."""

from enum import StrEnum


class Operators(StrEnum):
    """Comparisons, AND, OR, NOT, IS NULL, LIKE, BETWEEN and IN are on every store."""

    CASE = "case-insensitive-comparison"
    ACCENTS = "accent-insensitive-comparison"
    INTERSECTS = "basic-spatial-functions"
    SPATIAL = "spatial-functions"
    TEMPORAL = "temporal-functions"
    ARRAY = "array-functions"
    PROPERTIES = "property-property"
    ARITHMETIC = "arithmetic"
