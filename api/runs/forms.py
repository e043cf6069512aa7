"""Forms: what a browser sends of one, read without trust."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from api.errors import Problem, bad

_KIND = "application/x-www-form-urlencoded"
_MOST_BYTES = 16_384
_MOST_FIELDS = 20


async def form_of_body(request: Request) -> Mapping[str, str]:
    """The fields of a form. Raises Problem for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _KIND:
        raise Problem(400, "invalid-body", f"body: a form, sent with Content-Type: {_KIND}", "body")
    body = await request.body()
    if len(body) > _MOST_BYTES:
        raise Problem(413, "body-too-long", f"body: at most {_MOST_BYTES} bytes", "body")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError:
        raise Problem(400, "invalid-body", f"body: a form of at most {_MOST_FIELDS} fields, percent-encoded", "body") from None
    form: dict[str, str] = {}
    for name, value in fields:
        if form.setdefault(name, value) != value:
            raise bad(name[:100], "given twice, with different values")
    return form


def check_origin(request: Request) -> None:
    """Raises Problem for a form that a page of another site sends. Browsers say where it comes from: in Sec-Fetch-Site (Fetch Metadata)
    on https and on this machine, else in Origin (Fetch standard §3.1)."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    place = origin.partition("://")[2].lower() if origin is not None else None
    if site != "same-origin" if site is not None else place not in (None, request.url.netloc.lower()):
        raise Problem(403, "form-of-another-site", "this form was sent by a page of another site: nothing was done")
