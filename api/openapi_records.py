"""What the routes of OGC API - Records answer, as schemas of the OpenAPI document (after OGC 20-004r1, core/openapi/schemas)."""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$"}


def _object(required: str, said: str = "", /, **members: Schema) -> Schema:
    told: Schema = {"type": "object", "required": required.split(), "properties": members}
    return {**told, "description": said} if said else told


def _list(of: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": of, "minItems": least} if least else {"type": "array", "items": of}


_LINK = _object("rel href", rel=_TEXT, href=_TEXT, type=_TEXT, title=_TEXT, hreflang=_TEXT)
_LINKS = _list(_LINK)
_LANGUAGE = _object("code", code=_TEXT, name=_TEXT, alternate=_TEXT)
_CONTACT = _object("organization", organization=_TEXT, roles=_list(_TEXT, 1), links=_LINKS)
_TOLD: dict[str, Schema] = {
    "title": _TEXT,
    "description": _TEXT,
    "keywords": _list(_TEXT),
    "language": _LANGUAGE,
    "languages": _list(_LANGUAGE),
    "license": {"type": "string", "description": "SPDX, or `other` with links of the relation license."},
    "contacts": _list(_CONTACT),
}
_TIME: Schema = {
    "type": "object",
    "nullable": True,
    "properties": {"timestamp": _INSTANT, "interval": {"type": "array", "minItems": 2, "maxItems": 2, "items": _INSTANT}},
    "description": "When the image was taken.",
}
_CONCEPTS = _list(_object("id", id=_TEXT, title=_TEXT), 1)
_PROPERTIES = _object(
    "type title keywords language externalIds rights moisson:availability moisson:licence moisson:access",
    **_TOLD,
    type={"type": "string", "enum": ["dataset"]},
    created=_INSTANT,
    updated=_INSTANT,
    themes=_list(_object("concepts scheme", concepts=_CONCEPTS, scheme=_TEXT), 1),
    externalIds=_list(_object("value", scheme=_TEXT, value=_TEXT)),
    formats=_list(_object("mediaType", mediaType=_TEXT)),
    rights={"type": "string", "description": "The licence’s words to the asker."},
    **{
        "moisson:availability": _TEXT,
        "moisson:licence": _TEXT,
        "moisson:access": {"$ref": "#/components/schemas/Decision"},
    },
)
_SPATIAL = _object("bbox crs", bbox=_list(_list({"type": "number"})), crs=_TEXT)
_TEMPORAL = _object("interval", interval=_list(_list({**_TEXT, "nullable": True})), trs=_TEXT)

SCHEMAS: dict[str, Schema] = {
    "RecordsLanding": _object("title description links", title=_TEXT, description=_TEXT, links=_LINKS),
    "RecordsConformance": _object("conformsTo", conformsTo=_list(_TEXT)),
    "RecordCollection": _object(
        "id type itemType title description crs license defaultSortOrder links",
        "A catalogue of records.",
        **_TOLD,
        id=_TEXT,
        type={"type": "string", "enum": ["Collection"]},
        itemType={"type": "string", "enum": ["record"]},
        extent=_object("spatial temporal", spatial=_SPATIAL, temporal=_TEMPORAL),
        crs=_list(_TEXT),
        defaultSortOrder=_list(_object("field direction", field=_TEXT, direction={"type": "string", "enum": ["asc", "desc"]})),
        links=_LINKS,
        **{"moisson:items": {**_COUNT, "description": "Items that the asker finds."}},
    ),
    "RecordCollections": _object(
        "collections links numberMatched numberReturned",
        collections=_list({"$ref": "#/components/schemas/RecordCollection"}),
        links=_LINKS,
        numberMatched=_COUNT,
        numberReturned=_COUNT,
    ),
    "Record": _object(
        "id type conformsTo geometry time properties links",
        "A record of one image, as GeoJSON.",
        id=_TEXT,
        type={"type": "string", "enum": ["Feature"]},
        conformsTo=_list(_TEXT),
        geometry={"type": "object", "nullable": True},
        bbox=_list({"type": "number"}),
        time=_TIME,
        properties=_PROPERTIES,
        links=_LINKS,
    ),
    "Records": _object(
        "type timeStamp numberMatched numberReturned features links",
        "A page of records, as GeoJSON.",
        type={"type": "string", "enum": ["FeatureCollection"]},
        timeStamp=_INSTANT,
        numberMatched=_COUNT,
        numberReturned=_COUNT,
        features=_list({"$ref": "#/components/schemas/Record"}),
        links=_LINKS,
        **{"moisson:matched": {"type": "string", "enum": ["exact", "estimated"]}},
    ),
}
"""By the name that references use."""

_PLACE = "/ogc/collections/{collection_id}"
ANSWERS: dict[tuple[str, str], str] = {
    ("/ogc", "200"): "RecordsLanding",
    ("/ogc/conformance", "200"): "RecordsConformance",
    ("/ogc/collections", "200"): "RecordCollections",
    (_PLACE, "200"): "RecordCollection",
    (f"{_PLACE}/queryables", "200"): "Fields",
    (f"{_PLACE}/sortables", "200"): "Fields",
    (f"{_PLACE}/items", "200"): "Records",
    (f"{_PLACE}/items/{{record_id}}", "200"): "Record",
}
"""Which schema a route's answer has, by path and status."""
