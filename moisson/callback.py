"""The page on this machine that a browser comes back to after signing in (RFC 8252 §7.3: loopback, any free port)."""

import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_PAGE = "<!doctype html><html lang=fr><meta charset=utf-8><title>Moisson</title><p>{fr}<p lang=en>{en}</html>"
_DONE = _PAGE.format(fr="Vous pouvez fermer cette page.", en="You may close this page.")
_OTHER = _PAGE.format(fr="Cette page ne répond à aucune connexion en cours.", en="This page answers no sign-in that is under way.")


class _Server(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a browser that hangs up before it has read our page harms nobody."""


class Callback:
    """Listens on loopback from `__enter__` on; answers nothing but its own path."""

    def __init__(self) -> None:
        self._server: HTTPServer | None = None
        self._accept: Callable[[Mapping[str, str]], bool] = lambda _: False
        self._found: Mapping[str, str] | None = None

    @property
    def address(self) -> str:
        """To give to the sign-in service as redirect_uri."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def wait(self, accept: Callable[[Mapping[str, str]], bool], seconds: float) -> Mapping[str, str] | None:
        """The first query that `accept` takes; others, which any page may send here, end nothing. None when time is up."""
        assert self._server is not None
        self._accept, ends = accept, time.monotonic() + seconds
        while self._found is None and (left := ends - time.monotonic()) > 0:
            self._server.timeout = left
            self._server.handle_request()
        return self._found

    def _take(self, target: str) -> bool:
        parts = urlsplit(target)
        given = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50))
        if parts.path != "/callback" or not self._accept(given):
            return False
        self._found = given
        return True

    def __enter__(self) -> Self:
        callback = self

        class Page(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                try:
                    good = callback._take(self.path)
                except ValueError:
                    good = False
                content = (_DONE if good else _OTHER).encode()
                self.send_response(200 if good else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Nothing: the query holds the code."""

        self._server = _Server(("127.0.0.1", 0), Page)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.server_close()
