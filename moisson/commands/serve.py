"""moisson serve: the STAC API over the index."""

import socket
import sys
from typing import Annotated

import typer

from moisson.build import open_index
from moisson.commands.options import Config, utc_now
from moisson.sections import ConfigError
from moisson.settings import load_settings


def serve(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: api.host)")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on (default: api.port)")] = None,
) -> None:
    """Serves the STAC API until it is stopped."""
    # Only this command needs the web framework, which takes longer to import than the others run.
    import uvicorn

    from api.app import create_app
    from moisson.build_access import open_offer

    settings = load_settings(config)
    host, port = host or settings.api.host, port or settings.api.port
    listening = _listen(host, port)
    with open_index(settings) as index, open_offer(settings, index, utc_now) as offer:
        app = create_app(index, offer, title=settings.api.title, public_url=settings.api.public_url)
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"moisson: STAC API on http://{shown}:{port}/ (documentation: /api.html)\n")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5))
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken before anything is opened, so that a taken port is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another port with --port, api.port or MOISSON_API__PORT"
        ) from None
    return listening
