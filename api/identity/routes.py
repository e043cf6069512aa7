"""GET /me: who the server takes the caller for, and what follows."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.access import Access
from api.identity.oidc_settings import OidcSettings
from mappings.access.asker import Asker


def me_router(access: Access, oidc: OidcSettings | None = None) -> APIRouter:
    """`oidc`: the sign-in service, told to who has not signed in."""
    router = APIRouter()

    @router.get("/me", tags=["Access"], summary="Who I am here: class, organisation, signed licences", responses={401: {}})
    def me(request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(me_document(access.asker(request), oidc), headers=headers)

    return router


def me_document(asker: Asker, oidc: OidcSettings | None = None) -> dict[str, Any]:
    """What /me answers; `note` says why the class is not the one registered."""
    organisation = {"id": asker.organisation, "name": asker.organisation_name} if asker.organisation else None
    document: dict[str, Any] = {
        "class": str(asker.user_class),
        "organisation": organisation,
        "person": asker.person,
        "member": asker.is_member,
        "client": str(asker.client) if asker.client else None,
        "signed": sorted(asker.signed),
        "note": {"fr": asker.note_fr, "en": asker.note_en} if asker.note_fr else None,
    }
    if oidc is not None and oidc.client_id and asker.person is None and asker.organisation is None:
        document["sign_in"] = {"issuer": oidc.issuer, "client_id": oidc.client_id, "scopes": list(oidc.scopes)}
    return document
