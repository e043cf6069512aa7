"""What every request and every answer goes through, errors of the outermost kind included."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.types import ASGIApp

from api.caching import CachingMiddleware
from api.cors import CorsMiddleware
from api.etags import EtagMiddleware
from api.forwarded import PlaceMiddleware
from api.head import AllowMiddleware, HeadMiddleware


def put_layers(app: FastAPI, *, public_url: str | None, trusted_proxies: Sequence[str], members_only: bool) -> None:
    """Puts the layers around the application, and so around its handler of faults, which `add_middleware` does not."""
    made = app.build_middleware_stack

    def layered() -> ASGIApp:
        # The last is asked first: a HEAD is a GET to all behind it, and a page of another origin may read what any of them answers.
        layer: ASGIApp = PlaceMiddleware(made(), public_url=public_url, trusted=trusted_proxies)
        layer = AllowMiddleware(layer)
        layer = CachingMiddleware(layer, members_only=members_only)
        layer = EtagMiddleware(layer)
        layer = HeadMiddleware(layer)
        return CorsMiddleware(layer)

    app.build_middleware_stack = layered  # type: ignore[method-assign]
