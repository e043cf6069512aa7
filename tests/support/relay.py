"""A relay to a server on this machine, which may be cut: the server is down for whoever comes this way, and runs on for others."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer


class Relay(ThreadingTCPServer):
    """Passes bytes on as they are. While `cut`, connections are closed as soon as they are made."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        self.target = port
        self.cut = False
        super().__init__(("127.0.0.1", 0), _Connection)

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self.server_address[1])


class _Connection(BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Relay)
        if self.server.cut:
            return
        with socket.create_connection(("127.0.0.1", self.server.target)) as inner:
            back = threading.Thread(target=_pass, args=(inner, self.request), daemon=True)
            back.start()
            _pass(self.request, inner)
            back.join()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def relaying(port: int) -> Iterator[Relay]:
    """A relay to this port, as long as the block lasts."""
    with Relay(port) as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
