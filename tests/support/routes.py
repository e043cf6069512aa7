"""The routes of an application."""

import re
from collections.abc import Iterator
from typing import Any


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """Methods and paths as documents write them, those of included routers too; HEAD is a GET."""
    for route in routes:
        if hasattr(route, "path"):
            path = re.sub(r":\w+}", "}", route.path)
            yield from ((method, path) for method in route.methods or ["GET"] if method != "HEAD")
        else:
            yield from routes_of(route.original_router.routes)
