"""Routes of the pages of operators, below /runs. They are pages for people, no API: the OpenAPI document does not name them."""

import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.access import Access
from api.errors import Problem, not_found
from api.params import refuse_repeated, refuse_unknown
from api.runs.asking import asking_page
from api.runs.chart import MOST as CHART
from api.runs.deeds import Deed, do, possible
from api.runs.desk import Desk, page_number, words_of
from api.runs.door import Door
from api.runs.forms import form_of_body
from api.runs.frame import Frame, frame_of
from api.runs.guard import Guard, Visitor
from api.runs.overview import overview_page
from api.runs.quarantine import MOST, held, quarantine_page
from api.runs.report import run_page
from api.runs.session import Sessions
from api.runs.sign_in import error_answer, sign_in_page
from api.runs.source import source_page
from index.harvests.commands import pause_of
from index.harvests.journal import journal_of
from index.harvests.standing import Planned, braked_of
from index.protocol import Index, IndexUnavailable

LOGGER = logging.getLogger(__name__)
_Form = Annotated[Mapping[str, str], Depends(form_of_body)]
_Base = Callable[[Request], str]


def runs_router(index: Index, access: Access, base: _Base, sources: Sequence[Planned], now: Callable[[], Any]) -> APIRouter:
    """Pages over the state of `index`, for operators; `base` is this server's address without trailing slash."""
    router = APIRouter(route_class=_pages(base), include_in_schema=False, default_response_class=Response)
    guard = Guard(access, Sessions(index, access.keys, now))
    _Pages(router, Desk(index, sources, now), guard, base).add()
    return router


class _Pages:
    """The handlers. Each first asks the guard, so that who may not see the pages does not learn what is there."""

    def __init__(self, router: APIRouter, desk: Desk, guard: Guard, base: _Base) -> None:
        self._router, self._desk, self._guard, self._base = router, desk, guard, base
        self._door = Door(guard, base)

    def add(self) -> None:
        source = "/runs/sources/{source}"
        for path, page in (
            ("/runs", self.overview),
            ("/runs/sign-in", self.sign_in_form),
            (source, self.source),
            (f"{source}/quarantine", self.quarantine),
            (f"{source}/runs/{{run}}", self.run),
            (f"{source}/ask/{{deed}}", self.ask),
            # Anything else below: who has not signed in is told so, as of pages that are there.
            ("/runs/{rest:path}", self.nowhere),
        ):
            self._router.add_api_route(path, page, methods=["GET"])
        for path, act in (("/runs/sign-in", self.sign_in), ("/runs/sign-out", self.sign_out), (f"{source}/ask/{{deed}}", self.do)):
            self._router.add_api_route(path, act, methods=["POST"])

    # --- pages ---------------------------------------------------------------------------------------------------------------
    def overview(self, request: Request) -> Response:
        frame = self._frame(request)
        desk = self._desk
        return overview_page(frame, desk.standings(), desk.asked(), desk.others(), desk.now())

    def source(self, request: Request, source: str) -> Response:
        frame = self._frame(request, "page", "done")
        desk, number = self._desk, page_number(request.query_params.get("page"))
        known, asked = desk.known(source), request.query_params.get("done")
        done = _deed(asked) if asked is not None else None
        pause = pause_of(desk.index, source) if known else None
        return source_page(frame, source, known, desk.history(source, number, CHART), desk.asked(source), pause, desk.now(), done)

    def quarantine(self, request: Request, source: str) -> Response:
        frame = self._frame(request, "page", "reason")
        reason, number = words_of(request.query_params.get("reason")), page_number(request.query_params.get("page"))
        known = self._desk.known(source)
        archive, shared = self._desk.archive(source)
        found = held(self._desk.index, archive, reason)
        return quarantine_page(frame, source, found, number, shared=shared, may_replay=known is not None and known[0].enabled)

    def run(self, request: Request, source: str, run: str) -> Response:
        frame = self._frame(request)
        found, (archive, _) = self._desk.run(source, run), self._desk.archive(source)
        put = self._desk.index.rejections(archive, None, MOST) if found.counts.rejected else []
        return run_page(frame, found, [one for one in put if one.run == run], journal_of(self._desk.index, run))

    def nowhere(self, request: Request, rest: str) -> Response:
        self._guard.visitor(request)
        raise not_found("page", rest)

    # --- what an operator asks -----------------------------------------------------------------------------------------------
    def ask(self, request: Request, source: str, deed: str) -> Response:
        frame = self._frame(request, "reason")
        planned, one = self._desk.planned(source), _deed(deed)
        reason = words_of(request.query_params.get("reason"))
        braked = self._check_possible(planned, one)
        return asking_page(frame, self._desk.index, planned, one, braked, reason)

    def do(self, request: Request, source: str, deed: str, form: _Form) -> Response:
        visitor = self._guard.visitor(request)
        frame = self._frame(request)
        self._guard.check_form(request, visitor, form)
        planned, one = self._desk.planned(source), _deed(deed)
        words_of(form.get("reason"))
        self._check_possible(planned, one)
        do(self._desk.index, source, one, form, visitor.name, self._desk.now())
        LOGGER.info("%s asked for %s of %s", visitor.name, one, source)
        return _see(frame.href("sources", source, done=one))

    def _check_possible(self, planned: Planned, deed: Deed) -> str | None:
        """What the brake stopped, if it did. Raises Problem for what the source's state does not allow."""
        index = self._desk.index
        braked = braked_of(index, planned.name)
        allowed = possible(planned, paused=pause_of(index, planned.name) is not None, braked=braked is not None)
        # Asked for in two windows, the second of these finds done what it wanted.
        if deed not in allowed and not (planned.enabled and deed in (Deed.PAUSE, Deed.RESUME)):
            raise Problem(409, "not-possible", "this is not possible as the source stands")
        return braked

    # --- sessions ------------------------------------------------------------------------------------------------------------
    def sign_in_form(self, request: Request) -> Response:
        frame = self._unguarded(request, "signed-out")
        return sign_in_page(frame, signed_out=request.query_params.get("signed-out") == "yes")

    def sign_in(self, request: Request, form: _Form) -> Response:
        frame = self._unguarded(request)
        return self._door.sign_in(request, form, frame)

    def sign_out(self, request: Request, form: _Form) -> Response:
        frame = self._unguarded(request)
        return self._door.sign_out(request, form, frame)

    # --- what all of them need -----------------------------------------------------------------------------------------------
    def _frame(self, request: Request, *known: str) -> Frame:
        """The frame of a page for the operator who asks. Raises Problem."""
        visitor = self._guard.visitor(request)
        return self._checked(request, visitor, known)

    def _unguarded(self, request: Request, *known: str) -> Frame:
        return self._checked(request, None, known)

    def _checked(self, request: Request, visitor: Visitor | None, known: Sequence[str]) -> Frame:
        refuse_unknown(request.query_params, ("language", *known))
        refuse_repeated(request.query_params.multi_items())
        return frame_of(request, self._base, visitor=visitor)


def _deed(given: str) -> Deed:
    try:
        return Deed(given)
    except ValueError:
        raise not_found("page", given) from None


def _see(address: str) -> Response:
    """Sends the browser on, so that reloading what it shows asks for nothing again."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def _pages(base: _Base) -> type[APIRoute]:
    """Routes whose errors are pages."""

    class Page(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as problem:
                    return error_answer(request, problem, _frame_of_error(request, base))
                except IndexUnavailable as error:
                    LOGGER.warning("index unavailable: %s", error)
                    gone = Problem(503, "index-unavailable", "the index does not answer: try again", headers={"Retry-After": "5"})
                    return error_answer(request, gone, _frame_of_error(request, base))

            return handled

    return Page


def _frame_of_error(request: Request, base: _Base) -> Frame:
    try:
        return frame_of(request, base)
    except Problem:
        # The language itself may be what is wrong.
        return frame_of(request, base, language="fr")
