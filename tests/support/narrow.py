"""A proxy on loopback that passes no long requests on."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit


@contextmanager
def narrow(url: str, limit: int) -> Iterator[str]:
    """The address of a proxy that passes no request on whose body is longer, as web servers in front of a cluster do."""
    place = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if len(body) > limit:
                self._answer(413, {"content-type": "text/html"}, b"<html><h1>413 Request Entity Too Large</h1></html>")
                return
            inner = HTTPConnection(str(place.hostname), place.port)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            inner.request(self.command, self.path, body, headers)
            answer = inner.getresponse()
            content = answer.read()
            kept = {name: value for name in ("content-type", "x-elastic-product") if (value := answer.headers.get(name))}
            self._answer(answer.status, kept, content)
            inner.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
