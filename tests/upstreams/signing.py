"""The service that signs addresses of the store of the Maison de la Télédétection (report section 3.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer

ROOT = "/dinamis/signing"
ACCESS_KEY, SECRET_KEY = "signing-access", "signing-secret"
_HOSTS = "meso.umontpellier.fr"
_MOST, _USUAL, _LONGEST = 64, 8 * 3600, 6 * 86_400


def signed(url: str, seconds: int) -> str:
    """The address with a query such as S3 knows; an address of another host comes back as it was."""
    if not (urlsplit(url).hostname or "").endswith(_HOSTS):
        return url
    signature = sha256(f"{SECRET_KEY}{url}{seconds}".encode()).hexdigest()
    words = (("Algorithm", "AWS4-HMAC-SHA256"), ("Expires", str(seconds)), ("SignedHeaders", "host"), ("Signature", signature))
    return url + ("&" if "?" in url else "?") + "&".join(f"X-Amz-{name}={value}" for name, value in words)


async def _sign(request: Request) -> Response:
    if (request.headers.get("access-key"), request.headers.get("secret-key")) != (ACCESS_KEY, SECRET_KEY):
        return answer({"detail": "Not authenticated"}, 401)
    try:
        given: Any = orjson.loads(await request.body())
        urls, seconds = given["urls"], given.get("duration_seconds", _USUAL)
        sound = isinstance(urls, list) and 0 < len(urls) <= _MOST and all(isinstance(url, str) for url in urls)
        if not sound or not isinstance(seconds, int) or not 0 < seconds <= _LONGEST:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer({"detail": "urls: 1 to 64 addresses; duration_seconds: at most 6 days"}, 422)
    expiry = datetime.now(UTC) + timedelta(seconds=seconds)
    return answer({"expiry": expiry.isoformat(timespec="seconds"), "hrefs": {url: signed(url, seconds) for url in urls}})


def routes() -> list[Route]:
    return [Route(f"{ROOT}/sign_urls", _sign, methods=["POST"])]
