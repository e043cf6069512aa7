"""A reverse proxy with TLS that asks who comes, as it stands before an Elasticsearch cluster whose own node can do neither."""

import contextlib
import http.client
import json
import ssl
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Answer = tuple[int, object]
_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Front(ThreadingHTTPServer):
    """Passes on what comes with one of the `accepted` Authorization headers (None: from anybody), and answers the rest with 401.
    While there is an answer `instead` (status, JSON or text) it gives that; while it is `silent` it closes every connection; while
    `going` is clear nothing goes on, and `waiting` counts who waits."""

    daemon_threads = True

    def __init__(self, target: str, tls: ssl.SSLContext | None, accepted: Collection[str] | None) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = urlsplit(target).netloc
        self.accepted = accepted
        self.instead: Answer | None = None
        self.silent = False
        self.going = Event()
        self.going.set()
        self.asked: list[str] = []
        self.waiting = Semaphore(0)
        self.scheme = "https" if tls else "http"
        if tls:
            # In the thread of the connection, so that one that hangs there stops no other.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a client that trusts us not ends the handshake."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front

    def do_GET(self) -> None:
        front = self.server
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        front.asked.append(f"{self.command} {self.path}")
        if not front.going.is_set():
            front.waiting.release()
            front.going.wait(60)
        if front.silent:
            self.close_connection = True
        elif front.instead:
            self._say(*front.instead)
        elif front.accepted is not None and self.headers.get("authorization") not in front.accepted:
            why = {"type": "security_exception", "reason": f"unable to authenticate {self.headers.get('authorization')}"}
            self._say(401, {"error": {"root_cause": [why], **why}, "status": 401})
        else:
            self._pass(body)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _pass(self, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "authorization", "connection")}
        with contextlib.closing(http.client.HTTPConnection(self.server.target, timeout=60)) as inner:
            inner.request(self.command, self.path, body or None, headers)
            answer = inner.getresponse()
            self._send(answer.status, answer.getheader("content-type", ""), answer.read())

    def _say(self, status: int, body: object) -> None:
        if isinstance(body, str):
            self._send(status, "text/html", body.encode(), product=False)
        else:
            self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, kind: str, data: bytes, *, product: bool = True) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        if product:
            self.send_header("x-elastic-product", "Elasticsearch")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def in_front(target: str, tls: ssl.SSLContext | None = None, accepted: Collection[str] | None = None) -> Iterator[Front]:
    """A proxy before the server at `target` (http://host:port), as long as the block lasts."""
    with Front(target, tls, accepted) as front:
        thread = Thread(target=front.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield front
        finally:
            front.shutdown()
            thread.join()


def certified(folder: Path, name: str = "127.0.0.1", *, lasted: bool = False) -> tuple[ssl.SSLContext, Path]:
    """What a server needs to be `name`, by a CA of its own, and the file with the CA's certificate; `lasted`: until yesterday."""
    now = datetime.now(UTC)
    key, ca_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of the tests")])
    host: x509.GeneralName
    try:
        host = x509.IPAddress(ip_address(name))
    except ValueError:
        host = x509.DNSName(name)

    def signed(subject: x509.Name, public: ec.EllipticCurvePublicKey, until: datetime, *extensions: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), now - timedelta(days=9), until)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM)

    ca_file, pair = folder / "ca.pem", folder / "server.pem"
    later = now + timedelta(days=9)
    of_ca = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca_file.write_bytes(signed(issuer, ca_key.public_key(), later, x509.BasicConstraints(ca=True, path_length=0), of_ca, _SIGNS))
    until = now - timedelta(days=1) if lasted else later
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by_ca = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_ca)
    own = signed(subject, key.public_key(), until, x509.SubjectAlternativeName([host]), by_ca)
    pair.write_bytes(own + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair)
    return tls, ca_file
