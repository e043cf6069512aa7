"""What the routes answer by which the catalogue is walked, described and counted, as schemas of the OpenAPI document."""

from typing import Any

from api.aggregations.offered import OFFERED

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_LINK: Schema = {"type": "object", "required": ["rel", "href"], "properties": {"rel": _TEXT, "href": _TEXT, "type": _TEXT, "title": _TEXT}}
_LINKS: Schema = {"type": "array", "items": _LINK}


def _object(said: str, required: str, **members: Schema) -> Schema:
    return {"type": "object", "description": said, "required": required.split(), "properties": members}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


_CATALOG: dict[str, Schema] = {
    "type": {"type": "string", "enum": ["Catalog"]},
    "stac_version": _TEXT,
    "stac_extensions": _list(_TEXT),
    **dict.fromkeys(("id", "title", "description"), _TEXT),
    "moisson:items": {**_COUNT, "description": "Items that the asker finds."},
    "links": _LINKS,
}
_HEAD = "type stac_version id title description links"
_OFFERED = {"type": "string", "enum": list(OFFERED)}
_KINDS = {"type": "string", "enum": ["string", "numeric", "integer", "datetime", "frequency_distribution"]}
_BUCKET = _object(
    "",
    "key data_type frequency",
    key=_TEXT,
    data_type=_KINDS,
    frequency={"type": "integer", "minimum": 1},
    **{"from": {"type": "number"}, "to": {"type": "number"}},
)

SCHEMAS: dict[str, Schema] = {
    "Landing": _object("The root of the catalogue.", f"{_HEAD} conformsTo", conformsTo=_list(_TEXT), **_CATALOG),
    "Catalog": _object("A STAC Catalog.", _HEAD, **_CATALOG),
    "Children": _object(
        "Catalogs or Collections.",
        "children links numberMatched numberReturned",
        children=_list({"type": "object", "required": ["type", "id", "links"]}),
        links=_LINKS,
        numberMatched=_COUNT,
        numberReturned=_COUNT,
    ),
    "Fields": _object(
        "A JSON schema (2019-09) of the fields.",
        "$schema $id type title properties additionalProperties",
        title=_TEXT,
        properties={"type": "object", "additionalProperties": {"type": "object", "required": ["title"]}},
    ),
    "Aggregations": _object(
        "What can be counted.",
        "aggregations links",
        aggregations=_list(_object("", "name data_type", name=_OFFERED, data_type=_KINDS, frequency_distribution_data_type=_KINDS)),
        links=_LINKS,
    ),
    "AggregationCollection": _object(
        "Numbers of all Items that match.",
        "type aggregations links",
        type={"type": "string", "enum": ["AggregationCollection"]},
        aggregations=_list(
            _object(
                "`value`, or `buckets` and in `overflow` how many Items are in none because there are too many.",
                "name data_type",
                name=_OFFERED,
                data_type=_KINDS,
                value={"description": "A number or a time; null when no Item has one.", "nullable": True},
                buckets=_list(_BUCKET),
                overflow=_COUNT,
            )
        ),
        links=_LINKS,
    ),
}
"""By the name that references use."""

_PLACES = ("", "/collections/{collection_id}")
ANSWERS: dict[tuple[str, str], str] = {
    ("/", "200"): "Landing",
    ("/children", "200"): "Children",
    ("/catalogs/{archive}", "200"): "Catalog",
    ("/catalogs/{archive}/children", "200"): "Children",
    ("/collections/{collection_id}/dates", "200"): "Catalog",
    ("/collections/{collection_id}/dates/{period}", "200"): "Catalog",
    **{(f"{place}/{name}", "200"): "Fields" for place in _PLACES for name in ("queryables", "sortables")},
    ("/collection-queryables", "200"): "Fields",
    ("/collection-sortables", "200"): "Fields",
    **{(f"{place}/aggregations", "200"): "Aggregations" for place in _PLACES},
    **{(f"{place}/aggregate", "200"): "AggregationCollection" for place in _PLACES},
}
"""Which schema a route's answer has, by path and status."""

MORE: dict[str, dict[str, str]] = {f"{place}/aggregate": {"413": "The body is too long"} for place in _PLACES}
"""What else a route answers, by path and status."""
