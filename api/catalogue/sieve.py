"""Filters of Collections: the few documents, as Items of a table in memory, asked with the very SQL that Items are filtered by."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shapely.geometry import mapping

from api.errors import bad
from index.document import Document, to_document
from index.filters.nodes import Predicate, Property
from index.query import Query
from index.sqlite.connection import explained
from index.sqlite.functions import add_functions
from index.sqlite.schema import migrate
from index.sqlite.search import search
from index.sqlite.write import write
from index.state import Batch
from mappings.audience import EVERYTHING
from mappings.geometry import box
from mappings.queryables import FIELDS, Field, Kind

FILTERABLE: tuple[Field, ...] = tuple(
    FIELDS[name] for name in ("id", "geometry", "start_datetime", "end_datetime", "title", "keywords", "license", "moisson:licence")
)
"""The fields that Collections have too: the geometry is that of the extent, the times are its ends."""
SORTED: tuple[Field, ...] = (
    *(FIELDS[name] for name in ("id", "title", "license", "moisson:licence")),
    Field("moisson:items", Kind.INTEGER, "Nombre d’images", "Number of Items", least=1),
)
"""The fields that Collections are put in order by."""

_NAMES = frozenset(field.name for field in FILTERABLE)
_THEN = datetime(1970, 1, 1, tzinfo=UTC)


def check_fields(predicate: Predicate) -> None:
    """Raises Problem for a filter over a field that Collections do not have."""
    for field in _fields(predicate):
        if field.name not in _NAMES:
            raise bad("filter", f"{field.name}: no property of Collections, which have {', '.join(sorted(_NAMES))}")


def sifted(documents: Sequence[dict[str, Any]], predicate: Predicate) -> list[dict[str, Any]]:
    """The Collections for which the predicate is true."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        add_functions(db)
        migrate(db, "Collections")
        write(db, Batch("", "", _THEN, items=[_row(document) for document in documents]), [])
        try:
            page = search(db, Query(EVERYTHING, filter=predicate, limit=len(documents) + 1))
        except sqlite3.OperationalError as error:
            raise explained(Path("Collections"), error) from None
    found = {item.id for item in page.items}
    return [document for document in documents if document["id"] in found]


def _row(document: Mapping[str, Any]) -> Document:
    start, end = document["extent"]["temporal"]["interval"][0]
    bbox = document["extent"]["spatial"]["bbox"][0]
    properties = {
        "datetime": None,
        "start_datetime": start,
        "end_datetime": end,
        **{name: document.get(name) for name in ("title", "license", "keywords", "moisson:licence")},
        "moisson:availability": "",
    }
    item = {"type": "Feature", "id": document["id"], "collection": document["id"], "geometry": mapping(box(*bbox)), "bbox": bbox}
    return to_document({**item, "properties": properties, "links": [], "stac_extensions": []}, "", ())


def _fields(node: Any) -> Iterator[Field]:
    if isinstance(node, Property):
        yield node.field
    elif isinstance(node, tuple):
        for part in node:
            yield from _fields(part)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _fields(getattr(node, field.name))
