"""moisson serve: the STAC API over the index."""

import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from moisson.build import open_index
from moisson.commands.options import Config, utc_now
from moisson.exits import Exit
from moisson.sections import ConfigError
from moisson.settings import Settings, load_settings


def serve(
    config: Config = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (default: api.host)")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on (default: api.port)")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that answer (default: api.workers)")] = None,
) -> None:
    """Serves the STAC API until it is stopped."""
    settings = load_settings(config)
    host, port, workers = host or settings.api.host, port or settings.api.port, workers or settings.api.workers
    shown = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    listening = _listen(host, port)
    if workers == 1:
        _serve_alone(settings, listening, shown)
    else:
        _serve_shared(settings, workers, config, listening, shown)


def _serve_alone(settings: Settings, listening: socket.socket, shown: str) -> None:
    # Only this command needs the web framework, which takes longer to import than the others run.
    import uvicorn

    from api.app import create_app
    from moisson.build_access import open_offer
    from moisson.memory import keep_freed_memory, spare_the_collector
    from moisson.workers import GRACE

    with open_index(settings) as index, open_offer(settings, index, utc_now) as offer:
        app = create_app(index, offer, **settings.api.shown())
        spare_the_collector()
        keep_freed_memory()
        _say(shown)
        options = uvicorn.Config(app, log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=GRACE)
        uvicorn.Server(options).run(sockets=[listening])


def _serve_shared(settings: Settings, workers: int, config: Path | None, listening: socket.socket, shown: str) -> None:
    from moisson.build_access import open_offer
    from moisson.workers import Workers

    # What is wrong with the settings or the index is said once, and not by each worker.
    with open_index(settings) as index, open_offer(settings, index, utc_now):
        pass
    _say(f"{shown} by {workers} processes")
    if not Workers(workers, config, listening).run():
        raise typer.Exit(Exit.UNAVAILABLE)


def _say(shown: str) -> None:
    sys.stderr.write(f"moisson: STAC API on {shown} (map: /map, documentation: /api.html)\n")


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
