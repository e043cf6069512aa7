"""Parameters of GET /aggregate and members of the body of POST /aggregate: those of /search that tell which Items match, and two more."""

from typing import Annotated, Any

import attr
from fastapi import Query
from stac_fastapi.types.search import APIRequest

from api.aggregations.offered import INTERVAL, INTERVALS, MOST_PRECISE, OFFERED, PRECISION
from api.models import SearchGet, SearchPost

_OF_PAGES = ("limit", "token", "sortby", "fields")
_AGGREGATIONS = f"What to count: {', '.join(OFFERED)}."
_INTERVAL = "Of the buckets of datetime_frequency (UTC)."
_PRECISION = "Characters of the geohashes of centroid_geohash_grid_frequency."
OPTIONS = ("aggregations", INTERVAL, PRECISION)


def _model(name: str, without: tuple[str, ...] = ()) -> Any:
    """As SearchGet, less what says how Items are shown."""
    kept = [one for one in attr.fields(SearchGet) if one.name not in (*_OF_PAGES, *without)]
    own = {
        "aggregations": Annotated[str | None, Query(description=f"{_AGGREGATIONS} Comma-separated.", examples=["total_count"])],
        INTERVAL: Annotated[str | None, Query(description=_INTERVAL, json_schema_extra={"enum": list(INTERVALS), "default": "month"})],
        PRECISION: Annotated[str | None, Query(description=f"{_PRECISION} 1 to {MOST_PRECISE}.", examples=["3"])],
    }
    fields = {one.name: one.type for one in kept} | own
    return attr.make_class(name, {one: attr.ib(default=None, type=kind) for one, kind in fields.items()}, bases=(APIRequest,))


AggregateGet: Any = _model("AggregateGet")
CollectionAggregateGet: Any = _model("CollectionAggregateGet", ("collections",))


def body_schema() -> dict[str, Any]:
    """Of the body of POST /aggregate."""
    members = SearchPost.model_json_schema(by_alias=True)["properties"]
    own = {
        "aggregations": {"type": "array", "items": {"type": "string", "enum": list(OFFERED)}, "description": _AGGREGATIONS},
        INTERVAL: {"type": "string", "enum": list(INTERVALS), "description": _INTERVAL},
        PRECISION: {"type": "integer", "minimum": 1, "maximum": MOST_PRECISE, "description": _PRECISION},
    }
    kept = {name: member for name, member in members.items() if name not in _OF_PAGES}
    return {"type": "object", "properties": {**kept, **own}}


def names() -> tuple[str, ...]:
    """Of all parameters, as requests have them."""
    return (*body_schema()["properties"],)
