"""Parameters of the routes, as OpenAPI shows them. Values stay raw here: api/params.py reads them, for GET and POST alike."""

from typing import Annotated, Any

import attr
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from stac_fastapi.types.search import APIRequest

from api.filtering import CRS84, LANGUAGES, TEXT
from api.params import DEFAULT_LIMIT, MAX_LIMIT
from api.phrases import MAX_PHRASE, MAX_PHRASES
from index.query import MAX_SORTS, SORT_BYTES

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
_TOKEN = "The place of a page, from a page's next or prev link."
_FILTER = (
    "CQL2 over the fields of `/queryables` (`properties.` may stand before a name): a text, or JSON. Items match where it is true: what "
    "compares a field that an Item does not have is not. A part that this server cannot honour is a 400 that names it."
)
_FILTER_LANG = "The filter's language; without it its form tells: `cql2-json` for a JSON object, `cql2-text` for a text."
_FILTER_CRS = f"Of the filter's geometries: only {CRS84} (longitude, latitude)."
_QUERY = (
    "STAC query extension, which `filter` has replaced: fields with `eq`, `neq`, `lt`, `lte`, `gt`, `gte`, `startsWith`, `endsWith`, "
    "`contains`, `in`; all must hold, and `filter` too. `in` of a list: some of its texts."
)
_Q = (
    f"Free text over titles, platforms, keywords and ids, without regard to case and accents: one of the phrases, as whole words. At most "
    f"{MAX_PHRASES} phrases of {MAX_PHRASE} characters."
)
_SORTBY = (
    f"The order, by at most {MAX_SORTS} fields of `/sortables`, then ascending id and Collection; Items without the field come last. "
    f"Without it the newest come first. Texts are put in order by their first {SORT_BYTES} bytes."
)
_FIELDS = (
    "Which members Items have: names that are wanted, and names that are not (`-name` in a GET). With some wanted, those with type, id, "
    "collection and links; with some unwanted only, all the others; empty: a valid Item without more. The longest name decides, and wanted "
    "before unwanted."
)
_COLLECTION_Q = "Free text over titles, descriptions, keywords and ids of Collections, in both languages; as `q` of `/search`."
_COLLECTION_FILTER = "CQL2 over the fields of `/collection-queryables`; as `filter` of `/search`."
_COLLECTION_SORTBY = "The order, by `id`, `title`, `license`, `moisson:licence` or `moisson:items`, `-` before a name: descending."
_COLLECTION_FIELDS = "Which members Collections have: names that are wanted, or `-name` of those that are not."

_Limit = Annotated[str | None, Query(description=_LIMIT, examples=["100"], json_schema_extra={"default": str(DEFAULT_LIMIT)})]
_Exclude = Annotated[str | None, Query(description=_EXCLUDE, examples=["true"])]
_Accessible = Annotated[str | None, Query(description=_ACCESSIBLE, examples=["now"])]
_Collapse = Annotated[str | None, Query(description=_COLLAPSE, examples=["true"])]
_Bbox = Annotated[str | None, Query(description=_BBOX, examples=["1.2,43.4,1.7,43.8"])]
_Datetime = Annotated[str | None, Query(description=_DATETIME, examples=["2024-06-01T00:00:00Z/2024-06-30T23:59:59Z"])]
_Token = Annotated[str | None, Query(description=_TOKEN)]
_Filter = Annotated[str | None, Query(description=_FILTER, examples=["eo:cloud_cover < 10 AND platform LIKE 'sentinel-2%'"])]
_FilterLang = Annotated[
    str | None, Query(alias="filter-lang", description=_FILTER_LANG, examples=[TEXT], json_schema_extra={"enum": [*LANGUAGES]})
]
_FilterCrs = Annotated[str | None, Query(alias="filter-crs", description=_FILTER_CRS, examples=[CRS84])]
_Query = Annotated[str | None, Query(description=_QUERY, examples=['{"eo:cloud_cover":{"lt":10}}'])]
_Words = Annotated[str | None, Query(description=f"{_Q} Phrases are comma-separated.", examples=["pleiades,toulouse nord"])]
_Sortby = Annotated[str | None, Query(description=f"{_SORTBY} `-` before a name: descending.", examples=["+eo:cloud_cover,-datetime"])]
_Fields = Annotated[str | None, Query(description=_FIELDS, examples=["id,properties.eo:cloud_cover,-geometry"])]
_CollectionId = Annotated[str, Path(description="A Collection's id", examples=["sentinel-2-l1c"])]

_Form = Annotated[str | None, Query(alias="f", description="`json` or `html`; otherwise as Accept says, else JSON.", examples=["html"])]
_Told = Annotated[
    str | None, Query(description="Of the words: `fr` or `en`; otherwise as Accept-Language says, else French.", examples=["en"])
]

_SORT: dict[str, Any] = {
    "type": "object",
    "required": ["field"],
    "properties": {"field": {"type": "string"}, "direction": {"type": "string", "enum": ["asc", "desc"], "default": "asc"}},
}
_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "nullable": True}
_CHOICE: dict[str, Any] = {"include": _NAMES, "exclude": _NAMES}
_EXAMPLES: list[Any] = [
    {"bbox": [1.2, 43.4, 1.7, 43.8], "exclude_airbus": True, "limit": 100},
    {
        "filter": {"op": "<", "args": [{"property": "eo:cloud_cover"}, 10]},
        "sortby": [{"field": "eo:cloud_cover", "direction": "asc"}],
        "fields": {"exclude": ["assets"]},
    },
]


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
    filter: _Filter = attr.ib(default=None)
    filter_lang: _FilterLang = attr.ib(default=None)
    filter_crs: _FilterCrs = attr.ib(default=None)
    query: _Query = attr.ib(default=None)
    q: _Words = attr.ib(default=None)
    sortby: _Sortby = attr.ib(default=None)
    fields: _Fields = attr.ib(default=None)


class SearchPost(BaseModel):
    """POST /search."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": _EXAMPLES},
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
    filter: Any = Field(None, description=_FILTER, json_schema_extra={"oneOf": [{"type": "object"}, {"type": "string"}]})
    filter_lang: Any = Field(
        None, alias="filter-lang", description=_FILTER_LANG, json_schema_extra={"type": "string", "enum": [*LANGUAGES]}
    )
    filter_crs: Any = Field(None, alias="filter-crs", description=_FILTER_CRS, json_schema_extra={"type": "string", "enum": [CRS84]})
    query: Any = Field(None, description=_QUERY, json_schema_extra={"type": "object", "additionalProperties": {"type": "object"}})
    q: Any = Field(None, description=_Q, json_schema_extra={"type": "array", "items": {"type": "string"}, "maxItems": MAX_PHRASES})
    sortby: Any = Field(None, description=_SORTBY, json_schema_extra={"type": "array", "items": _SORT, "maxItems": MAX_SORTS})
    fields: Any = Field(None, description=_FIELDS, json_schema_extra={"type": "object", "properties": _CHOICE})


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
    filter: _Filter = attr.ib(default=None)
    filter_lang: _FilterLang = attr.ib(default=None)
    filter_crs: _FilterCrs = attr.ib(default=None)
    query: _Query = attr.ib(default=None)
    q: _Words = attr.ib(default=None)
    sortby: _Sortby = attr.ib(default=None)
    fields: _Fields = attr.ib(default=None)


@attr.s
class ItemGet(APIRequest):
    """GET /collections/{collection_id}/items/{item_id}."""

    collection_id: _CollectionId = attr.ib()
    item_id: Annotated[str, Path(description="An Item's id")] = attr.ib()


@attr.s
class Narrowing(APIRequest):
    """What narrows the whole catalogue, and the language of the answer."""

    exclude_airbus: _Exclude = attr.ib(default=None)
    accessible: _Accessible = attr.ib(default=None)
    collapse: _Collapse = attr.ib(default=None)
    language: _Told = attr.ib(default=None)


@attr.s
class LandingGet(Narrowing):
    """GET /, and other pages that people read too."""

    form: _Form = attr.ib(default=None)


@attr.s
class CollectionsGet(LandingGet):
    """GET /collections."""

    bbox: _Bbox = attr.ib(default=None)
    datetime: _Datetime = attr.ib(default=None)
    limit: Annotated[str | None, Query(description="Collections a page; without it all come on one.", examples=["20"])] = attr.ib(
        default=None
    )
    token: _Token = attr.ib(default=None)
    filter: Annotated[str | None, Query(description=_COLLECTION_FILTER, examples=["keywords IS NOT NULL"])] = attr.ib(default=None)
    filter_lang: _FilterLang = attr.ib(default=None)
    filter_crs: _FilterCrs = attr.ib(default=None)
    query: _Query = attr.ib(default=None)
    q: Annotated[str | None, Query(description=_COLLECTION_Q, examples=["pleiades,annual coverage"])] = attr.ib(default=None)
    sortby: Annotated[str | None, Query(description=_COLLECTION_SORTBY, examples=["-moisson:items"])] = attr.ib(default=None)
    fields: Annotated[str | None, Query(description=_COLLECTION_FIELDS, examples=["id,title"])] = attr.ib(default=None)


@attr.s(kw_only=True)
class CollectionGet(LandingGet):
    """GET /collections/{collection_id}."""

    collection_id: _CollectionId = attr.ib()


@attr.s
class PeriodGet(Narrowing):
    """GET /collections/{collection_id}/dates/{period}."""

    token: _Token = attr.ib(default=None)
