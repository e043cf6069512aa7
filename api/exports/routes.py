"""GET /export: every Item of a search, as a file."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Annotated, Any

import attr
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query
from stac_fastapi.types.search import APIRequest
from starlette.requests import Request
from starlette.responses import Response

from api.exports.formats import FORMATS, Format, file_name
from api.exports.portions import portions
from api.exports.streaming import StreamedResponse
from api.exports.told import Told
from api.filtering import refusal
from api.links import GEOJSON
from api.models import SearchGet
from api.negotiation import form_of
from api.params import SEARCH_NAMES, SearchParams, refuse_repeated, refuse_unknown
from api.search import Search
from api.terms import MetadataLicence, licence_header
from index.filters.nodes import FilterError
from index.state import StoredItem

NAMES = tuple(name for name in SEARCH_NAMES if name not in ("limit", "token", "fields"))
"""Parameters of a search that an export takes: it has no pages, and whole Items."""
# Exports that compute at the same time. Others wait for them, and no search does, which has other threads.
_AT_ONCE = 4
_MEDIA_TYPES = {name: form.media_type.partition(";")[0] for name, form in FORMATS.items()}
_SAID = f"The kind of file: {', '.join(FORMATS)}; otherwise as Accept says, else {next(iter(FORMATS))}."
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_MEMBERS = {"features": {"type": "array", "items": {"type": "object"}}, "links": {"type": "array", "items": {"type": "object"}}}
_COLLECTION: dict[str, Any] = {"schema": {"type": "object", "required": ["type", *_MEMBERS], "properties": _MEMBERS}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {**dict.fromkeys(_MEDIA_TYPES.values(), _BYTES), GEOJSON: _COLLECTION}}
}


def _model() -> Any:
    """As SearchGet, less what makes pages, and the kind of file."""
    kept = {one.name: one.type for one in attr.fields(SearchGet) if one.name not in ("limit", "token", "fields")}
    form = Annotated[str | None, Query(alias="f", description=_SAID, json_schema_extra={"enum": list(FORMATS)})]
    fields = {**kept, "form": form}
    return attr.make_class("ExportGet", {one: attr.ib(default=None, type=kind) for one, kind in fields.items()}, bases=(APIRequest,))


_Asked = Annotated[Any, Depends(_model())]


@dataclass(frozen=True)
class Exports:
    """Answers files of what `search` finds; `licence` is that of the metadata in them."""

    search: Search
    licence: MetadataLicence | None
    now: Callable[[], datetime]
    threads: CapacityLimiter

    def answer(self, request: Request) -> Response:
        """The file, begun once its first Item was found. Raises Problem, FilterError and IndexUnavailable as a search does."""
        refuse_unknown(request.query_params, (*NAMES, "f"))
        refuse_repeated(request.query_params.multi_items())
        form = FORMATS[form_of(request, _MEDIA_TYPES)]
        given = {name: value for name, value in request.query_params.items() if name != "f"}
        query = self.search.query(SearchParams.of(given), request)
        told = Told(self.search.base(request), self.now(), self.licence)
        if getattr(request.state, "head", False):
            return self._response(form, told, _nothing(), _nothing())
        items = self.search.index.export(query)
        try:
            first = next(items, None)
        except FilterError as error:
            raise refusal(error) from None
        found = _again(first, items)
        parts = form.encode(portions(found, partial(self.search.sight, request)), told)
        return self._response(form, told, parts, items)

    def _response(self, form: Format, told: Told, parts: Generator[bytes, None, None], items: Generator[Any, None, None]) -> Response:
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(form, told.written)}"',
            # What takes minutes to make is not made for a cache, nor hashed for a validator.
            "Cache-Control": "no-store",
            **licence_header(self.licence),
        }
        return StreamedResponse(parts, items, self.threads, headers, form.media_type)


def exports_router(search: Search, licence: MetadataLicence | None, now: Callable[[], datetime]) -> APIRouter:
    """The route; `licence` is that of the metadata, None when nothing is claimed."""
    router = APIRouter(tags=["Exports"])
    exports = Exports(search, licence, now, CapacityLimiter(_AT_ONCE))

    @router.get("/export", summary="Every Item that matches, as a file", response_class=Response, responses=_ANSWERS)
    def export(request: Request, given: _Asked) -> Response:
        return exports.answer(request)

    return router


def _again(first: StoredItem | None, rest: Iterator[StoredItem]) -> Generator[StoredItem, None, None]:
    yield from chain((first,) if first else (), rest)


def _nothing() -> Generator[bytes, None, None]:
    yield from ()
