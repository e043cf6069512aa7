"""Parameters of the routes of records, as OpenAPI shows them; they are read from the request, as everywhere."""

from typing import Annotated, Any

import attr
from fastapi import Query
from stac_fastapi.types.search import APIRequest

from api.models import Narrowing, SearchGet
from api.records.parameters import MAX_EXTERNAL, MAX_IDS, MAX_OFFSET, MAX_PAGE, SCENE_ID, STAC_ID, TYPE

_FORM = "`json`, the only form."
_OFFSET = (
    f"How many records come before the page, at most {MAX_OFFSET:,}; what lies further is reached by the next links, which have no end. "
    "Not together with token."
)
_LIMIT = f"Records a page, 1 to {MAX_PAGE:,}. A larger number is brought down; together with offset it is refused."
_IDS = f"Ids of records, comma-separated, at most {MAX_IDS:,}."
_TYPE = f"Types of records, comma-separated: all are `{TYPE}`."
_EXTERNAL = (
    f"Ids that records have elsewhere, comma-separated, at most {MAX_EXTERNAL}, alone or with their scheme: `{STAC_ID}:` before an Item’s "
    f"id, an archive before its own id of the image, `{SCENE_ID}:` before the key of the acquisition. A scheme alone: "
    "records that have an id of it."
)
_OLD = "`externalIds`, as it was called before the standard was adopted."
_SHARED = ("bbox", "datetime", "q", "sortby", "filter", "filter_lang", "filter_crs", "token", "exclude_airbus", "accessible", "collapse")
_Form = Annotated[str | None, Query(alias="f", description=_FORM, json_schema_extra={"enum": ["json"]})]


@attr.s
class RecordsPage(Narrowing):
    """What narrows the whole catalogue, the language of the answer, and its form."""

    form: _Form = attr.ib(default=None)


def _records_get() -> Any:
    """Of searches, what is the same for records; and their own."""
    shared = {one.name: one.type for one in attr.fields(SearchGet) if one.name in _SHARED}
    own = {
        "limit": Annotated[str | None, Query(description=_LIMIT, examples=["100"])],
        "offset": Annotated[str | None, Query(description=_OFFSET, examples=["0"])],
        "ids": Annotated[str | None, Query(description=_IDS, examples=["sentinel-2-l1c~S2A_MSIL1C_20240505T105031"])],
        "type": Annotated[str | None, Query(description=_TYPE, examples=[TYPE])],
        "externalIds": Annotated[str | None, Query(description=_EXTERNAL, examples=["peps"])],
        "externalId": Annotated[str | None, Query(description=_OLD)],
        **{one.name: one.type for one in attr.fields(RecordsPage) if one.name in ("language", "form")},
    }
    members = {name: attr.ib(default=None, type=kind) for name, kind in (shared | own).items()}
    return attr.make_class("RecordsGet", members, bases=(APIRequest,))


RecordsGet: Any = _records_get()
"""GET /ogc/collections/{collection_id}/items."""
