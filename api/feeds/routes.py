"""GET /changes: what was put and what is gone since a position, for those who keep the catalogue, or follow it."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import Access
from api.errors import bad
from api.feeds.answers import json_answer, ndjson_answer
from api.feeds.position import Positions, access_version
from api.feeds.reading import read_changes
from api.links import JSON, NDJSON
from api.negotiation import form_of
from api.pages import Sight
from api.params import refuse_repeated, refuse_unknown
from api.terms import MetadataLicence, licence_header
from index.protocol import Index

DEFAULT_LIMIT, MAX_LIMIT = 500, 5_000
_NAMES = ("since", "limit", "f")
_FORMS = {"json": JSON, "ndjson": NDJSON}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Changes in their order", "content": {kind: {} for kind in _FORMS.values()}},
    410: {"description": "The position holds no more: begin again without it", "content": {"application/problem+json": {}}},
}
_DESCRIPTION = (
    "Of each Item that you may know, its newest change after the position: `put` with the whole Item, or `deleted`, also of one that you "
    "may not find any more. Without `since` from the beginning. Keep `since` of the answer and ask with it again, now or in a year: "
    "nothing is missed, and what changed meanwhile may be told twice. `more` says that newer changes are there already; an answer may be "
    "empty all the same. Items are as in a search, without what is said of other copies. 410 when your rights, or the licences, have "
    "changed since: then read everything again, and drop what that reading does not tell."
)
_Since = Annotated[str | None, Query(description="The position that the answer before gave.")]
_Limit = Annotated[str | None, Query(description=f"Changes in one answer: 1 to {MAX_LIMIT}, {DEFAULT_LIMIT} when left out.")]
_Form = Annotated[str | None, Query(alias="f", description="`json` or `ndjson` (a change a line, the position in the last).")]


class Feed:
    """The feed of one index, under the rules of `access`; `base` is this server's address without trailing slash, `licence` that of the
    metadata."""

    def __init__(self, index: Index, access: Access, base: Callable[[Request], str], licence: MetadataLicence | None) -> None:
        self._licence = licence
        self._index = index
        self._access = access
        self._base = base

    def answer(self, request: Request) -> Response:
        """Raises Problem, IndexUnavailable."""
        refuse_unknown(request.query_params, _NAMES)
        refuse_repeated(request.query_params.multi_items())
        form = form_of(request, _FORMS)
        limit = _limit(request.query_params.get("limit"))
        audience, asker, table = self._access.audience(request), self._access.asker(request), self._access.policy.table
        positions = Positions(self._secret, access_version(audience, asker, table))
        token = request.query_params.get("since")
        portion = read_changes(self._index, audience, positions.read(token) if token else 0, limit)
        since, base = positions.write(portion.position), self._base(request)
        sight = Sight(base, partial(self._access.fragment, asker), table=table)
        if form == "ndjson":
            body = ndjson_answer(portion, sight, since)
        else:
            body = json_answer(portion, sight, since, f"{base}/changes", self._licence)
        return Response(body, headers=licence_header(self._licence), media_type=_FORMS[form])

    @cached_property
    def _secret(self) -> bytes:
        return self._index.secret()


def feeds_router(index: Index, access: Access, base: Callable[[Request], str], licence: MetadataLicence | None = None) -> APIRouter:
    """The feed's route."""
    router, feed = APIRouter(tags=["Feeds"]), Feed(index, access, base, licence)

    @router.get("/changes", summary="What changed since a position", description=_DESCRIPTION, responses=_ANSWERS, response_class=Response)
    def changes(request: Request, since: _Since = None, limit: _Limit = None, form: _Form = None) -> Response:
        return feed.answer(request)

    return router


def _limit(value: str | None) -> int:
    if value is None:
        return DEFAULT_LIMIT
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= MAX_LIMIT:
        raise bad("limit", f"a whole number from 1 to {MAX_LIMIT}, got {value[:40]!r}")
    return int(value)
