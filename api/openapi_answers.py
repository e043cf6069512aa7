"""What our own routes answer, as schemas of the OpenAPI document."""

from typing import Any

from api import openapi_catalogue, openapi_records
from mappings.access.classes import UserClass
from mappings.access.decision import Download, Order
from mappings.facts import Availability
from mappings.ordering.draft import Format, Level
from mappings.ordering.products import Kind, Mode, Product

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_FLAG: Schema = {"type": "boolean"}


def _object(said: str = "", /, **members: Schema) -> Schema:
    """All of its members are always there."""
    return {"type": "object", **({"description": said} if said else {}), "required": list(members), "properties": members}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _one(values: Any) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def _or_null(schema: Schema) -> Schema:
    """Of a schema that stands here: OpenAPI 3.0 has no nullable references."""
    return {**schema, "nullable": True}


def reference(name: str) -> Schema:
    """To a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


_BOTH = _object("In French and in English.", fr=_TEXT, en=_TEXT)
_LINKS = _list(_object(rel=_TEXT, href=_TEXT))
_SHARE = _object(km2=_NUMBER, share={"type": "number", "minimum": 0, "maximum": 1})
_LAYER = _object(**_SHARE["properties"], beyond_km2=_NUMBER, beyond_share=_NUMBER)
_HELD_BY = _list({"type": "object", "required": ["collection", "id"], "properties": {"collection": _TEXT, "id": _TEXT}})
_AMOUNT = _object(low=_TEXT, high=_TEXT, currency=_one(["EUR"]))
_TOTAL = _object(amount=_or_null(_AMOUNT), complete=_FLAG)
_NOTICE = _object(text=_BOTH, confirmed=_FLAG, date={"type": "string", "format": "date"}, source=_BOTH)

_DECISION: dict[str, Schema] = {
    "download": _one(Download),
    "view": _FLAG,
    "order": _one(Order),
    "reason": _BOTH,
    "conditions": _object(fr=_list(_TEXT), en=_list(_TEXT)),
}
_LICENCE: dict[str, Schema] = {"id": _TEXT, "stac": _TEXT, "title": _BOTH, "confirmed": _FLAG}
_RIGHT = _object(discover=_FLAG, needs=_or_null(_TEXT), **_DECISION)
_SCENE: Schema = {
    "type": "object",
    "required": ["collection", "id", "href", "availability", "licence", "download", "order", "km2", "adds_km2"],
    "properties": {
        **dict.fromkeys(("collection", "id", "href", "licence"), _TEXT),
        "availability": _one([Availability.OPEN, Availability.HELD, Availability.ORDERABLE]),
        "download": _one(Download),
        "order": _one(Order),
        "km2": {"type": "number", "description": "Of the area, by itself."},
        "adds_km2": {"type": "number", "description": "What it adds to the scenes before it."},
        "held_by": {**_HELD_BY, "description": "Held products of the same acquisition."},
        "notice": _BOTH,
    },
}
_WANTED = _object(
    collection=_TEXT,
    id=_TEXT,
    product=_or_null(_one(Product)),
    acquired=_or_null(_TEXT),
    km2=_NUMBER,
    to_order=_FLAG,
    ordered_km2=_NUMBER,
    remark=_or_null(_BOTH),
    held_by=_HELD_BY,
)
_MAP_LAYER = _object(
    **dict.fromkeys(("id", "group", "attribution"), _TEXT),
    kind=_one(("basemap", "wmts")),
    title=_BOTH,
    year=_or_null({"type": "integer"}),
    **dict.fromkeys(("start", "end"), _or_null({"type": "string", "format": "date"})),
    tiles={"type": "string", "description": "A template with {z}, {x} and {y}, in web Mercator."},
    **{name: {"type": "integer"} for name in ("tileSize", "minzoom", "maxzoom")},
    bounds=_or_null(_list(_NUMBER)),
)


def _me() -> Schema:
    """The sign-in service is told only to who has not signed in."""
    told = _object(
        "Whom the server takes the asker for.",
        **{"class": _one(UserClass)},
        organisation=_or_null(_object(id=_TEXT, name=_or_null(_TEXT))),
        person=_or_null(_TEXT),
        member=_FLAG,
        client=_or_null(_TEXT),
        signed=_list(_TEXT),
        note=_or_null(_BOTH),
    )
    told["properties"]["sign_in"] = _object("The sign-in service.", issuer=_TEXT, client_id=_TEXT, scopes=_list(_TEXT))
    return told


SCHEMAS: dict[str, Schema] = {
    "Decision": _object("What the asker may do with images of these facts, and why.", **_DECISION),
    "Refusal": {
        "allOf": [reference("Problem"), reference("Decision"), _object(licence=_TEXT, links=_LINKS)],
        "description": "A download that is not allowed; the link leads to the licence.",
    },
    "Me": _me(),
    "Licences": _object("The licence table in short.", licences=_list(_object(**_LICENCE, links=_LINKS)), links=_LINKS),
    "Licence": _object(
        "A licence, what it allows each class of users, and what that means to the asker by availability.",
        **_LICENCE,
        url=_TEXT,
        versions=_list(_TEXT),
        conditions=_DECISION["conditions"],
        rights=_object(**{str(one): _RIGHT for one in UserClass}),
        asker=_object(
            audience=_one(UserClass),
            signed=_FLAG,
            note=_or_null(_BOTH),
            decisions=_object(**{str(one): reference("Decision") for one in Availability}),
        ),
        links=_LINKS,
    ),
    "Estimate": _object(
        "Of one request for one product line; neither a quotation nor a commitment.",
        product=_or_null(_one(Product)),
        kind=_one(Kind),
        mode=_one(Mode),
        seller=_or_null(_TEXT),
        km2=_NUMBER,
        billed_km2=_NUMBER,
        amount=_or_null(_AMOUNT),
        reason=_or_null(_BOTH),
        lines=_DECISION["conditions"],
        tariff=_or_null(_object(date={"type": "string", "format": "date"}, source=_BOTH)),
        notice=_BOTH,
    ),
    "Coverage": _object(
        "How much of an area is covered, by which scenes.",
        area_km2=_NUMBER,
        coverage=_object(open=_LAYER, held=_LAYER, orderable=_LAYER, covered=_SHARE, uncovered=_SHARE),
        uncovered=_or_null({"type": "object", "description": "GeoJSON geometry of the rest."}),
        scenes=_list(_SCENE),
        estimate=_or_null(_object(total=_TOTAL, requests=_list(reference("Estimate")))),
        tasking=_or_null(_object(notice=_BOTH, requests=_list(reference("Estimate")))),
        candidates={"type": "integer"},
        not_counted={"type": "object", "additionalProperties": {"type": "integer"}},
    ),
    "RequestDraft": _object(
        "What the request form asks for. Nothing is ordered.",
        type=_one(["request-draft"]),
        created={"type": "string", "format": "date-time"},
        notice=_BOTH,
        kind=_one(Kind),
        requester={"type": "object"},
        purpose=_or_null(_TEXT),
        area=_or_null(_object(geometry={"type": "object"}, km2=_NUMBER)),
        options=_object(format=_one(Format), bits={"type": "integer"}, level=_one(Level)),
        tasking=_or_null({"type": "object"}),
        items=_list(_WANTED),
        requests=_list({"allOf": [reference("Estimate"), _object(ortho={"type": "object"}, size={"type": "object"})]}),
        total=_TOTAL,
        delays=_NOTICE,
        deed=_NOTICE,
        crisis=_NOTICE,
    ),
    "MapLayers": _object("Layers of map tiles, basemaps first, then by group, newest first.", layers=_list(_MAP_LAYER)),
    **openapi_catalogue.SCHEMAS,
    **openapi_records.SCHEMAS,
}
"""By the name that references use."""

_ASSET = "/collections/{collection_id}/items/{item_id}/assets/{key}"
ANSWERS: dict[tuple[str, str], str] = {
    ("/me", "200"): "Me",
    ("/licences", "200"): "Licences",
    ("/licences/{licence_id}", "200"): "Licence",
    ("/coverage", "200"): "Coverage",
    ("/requests/draft", "200"): "RequestDraft",
    (f"{_ASSET}/download", "403"): "Refusal",
    (f"{_ASSET}/view", "403"): "Refusal",
    ("/map/layers", "200"): "MapLayers",
    **openapi_catalogue.ANSWERS,
    **openapi_records.ANSWERS,
}
"""Which schema a route's answer has, by path and status."""

MORE: dict[str, dict[str, str]] = {
    "/search": {"413": "The body is too long"},
    "/coverage": {"413": "The body is too long, or there are too many scenes"},
    "/requests/draft": {"404": "An image is not there, or not for who asks", "413": "The body is too long"},
    **openapi_catalogue.MORE,
}
"""What else a route answers, by path and status."""
