"""Parameters of the routes, as OpenAPI shows them. Values stay raw here: api/params.py reads them, for GET and POST alike."""

from typing import Annotated, Any

import attr
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from stac_fastapi.types.search import APIRequest

from api.params import DEFAULT_LIMIT, MAX_LIMIT

_BBOX = "west,south,east,north in degrees (WGS 84); west > east crosses the antimeridian. Not together with intersects."
_DATETIME = "RFC 3339 instant, or start/end where `..` leaves an end open: Items whose time meets it."
_LIMIT = f"Items a page, 1 to {MAX_LIMIT}; a larger number is brought down."
_EXCLUDE = (
    "« Exclure les données Airbus » : leaves out what is only in the commercial catalogue and must be ordered; "
    "what is already purchased stays, Pléiades and SPOT 6/7 included."
)
_ACCESSIBLE = (
    "What you may download: `true` at once or once your organisation has signed the licence, `now` at once (if need be with a free "
    "account at the archive). `moisson:access` of each Item says why."
)
_COLLAPSE = "One Item per acquisition: of copies of one image, the best that you may find."
_TOKEN = "The place of a page, from the previous page's next link."

_Limit = Annotated[str | None, Query(description=_LIMIT, examples=["100"], json_schema_extra={"default": str(DEFAULT_LIMIT)})]
_Exclude = Annotated[str | None, Query(description=_EXCLUDE, examples=["true"])]
_Accessible = Annotated[str | None, Query(description=_ACCESSIBLE, examples=["now"])]
_Collapse = Annotated[str | None, Query(description=_COLLAPSE, examples=["true"])]
_Bbox = Annotated[str | None, Query(description=_BBOX, examples=["1.2,43.4,1.7,43.8"])]
_Datetime = Annotated[str | None, Query(description=_DATETIME, examples=["2024-06-01T00:00:00Z/2024-06-30T23:59:59Z"])]
_Token = Annotated[str | None, Query(description=_TOKEN)]
_CollectionId = Annotated[str, Path(description="A Collection's id", examples=["sentinel-2-l1c"])]


@attr.s
class SearchGet(APIRequest):
    """GET /search."""

    collections: Annotated[str | None, Query(description="Collection ids, comma-separated", examples=["dinamis-spot67"])] = attr.ib(
        default=None
    )
    ids: Annotated[str | None, Query(description="Item ids, comma-separated")] = attr.ib(default=None)
    bbox: _Bbox = attr.ib(default=None)
    intersects: Annotated[
        str | None,
        Query(description="A GeoJSON geometry. Not together with bbox.", examples=['{"type":"Point","coordinates":[1.44,43.6]}']),
    ] = attr.ib(default=None)
    datetime: _Datetime = attr.ib(default=None)
    limit: _Limit = attr.ib(default=None)
    exclude_airbus: _Exclude = attr.ib(default=None)
    accessible: _Accessible = attr.ib(default=None)
    collapse: _Collapse = attr.ib(default=None)
    token: _Token = attr.ib(default=None)


class SearchPost(BaseModel):
    """POST /search."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [{"bbox": [1.2, 43.4, 1.7, 43.8], "exclude_airbus": True, "limit": 100}]},
    )

    collections: Any = Field(None, description="Collection ids", json_schema_extra={"type": "array", "items": {"type": "string"}})
    ids: Any = Field(None, description="Item ids", json_schema_extra={"type": "array", "items": {"type": "string"}})
    bbox: Any = Field(None, description=_BBOX, json_schema_extra={"type": "array", "items": {"type": "number"}})
    intersects: Any = Field(None, description="A GeoJSON geometry. Not together with bbox.", json_schema_extra={"type": "object"})
    datetime: Any = Field(None, description=_DATETIME, json_schema_extra={"type": "string"})
    limit: Any = Field(None, description=_LIMIT, json_schema_extra={"type": "integer", "default": DEFAULT_LIMIT})
    exclude_airbus: Any = Field(None, description=_EXCLUDE, json_schema_extra={"type": "boolean", "default": False})
    accessible: Any = Field(
        None, description=_ACCESSIBLE, json_schema_extra={"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["now"]}]}
    )
    collapse: Any = Field(None, description=_COLLAPSE, json_schema_extra={"type": "boolean", "default": False})
    token: Any = Field(None, description=_TOKEN, json_schema_extra={"type": "string"})


@attr.s
class ItemsGet(APIRequest):
    """GET /collections/{collection_id}/items."""

    collection_id: _CollectionId = attr.ib()
    collections: Annotated[str | None, Query(description="The same Collection's id, as some clients repeat it")] = attr.ib(default=None)
    bbox: _Bbox = attr.ib(default=None)
    datetime: _Datetime = attr.ib(default=None)
    limit: _Limit = attr.ib(default=None)
    exclude_airbus: _Exclude = attr.ib(default=None)
    accessible: _Accessible = attr.ib(default=None)
    collapse: _Collapse = attr.ib(default=None)
    token: _Token = attr.ib(default=None)


@attr.s
class ItemGet(APIRequest):
    """GET /collections/{collection_id}/items/{item_id}."""

    collection_id: _CollectionId = attr.ib()
    item_id: Annotated[str, Path(description="An Item's id")] = attr.ib()


@attr.s
class CollectionsGet(APIRequest):
    """GET /collections."""

    bbox: _Bbox = attr.ib(default=None)
    datetime: _Datetime = attr.ib(default=None)
    limit: Annotated[str | None, Query(description="Accepted and without effect: all Collections come on one page.")] = attr.ib(
        default=None
    )
    exclude_airbus: _Exclude = attr.ib(default=None)
    accessible: _Accessible = attr.ib(default=None)
    collapse: _Collapse = attr.ib(default=None)


@attr.s
class CollectionGet(APIRequest):
    """GET /collections/{collection_id}."""

    collection_id: _CollectionId = attr.ib()
    exclude_airbus: _Exclude = attr.ib(default=None)
    accessible: _Accessible = attr.ib(default=None)
    collapse: _Collapse = attr.ib(default=None)
