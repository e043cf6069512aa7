"""What goes wrong between an index and its cluster, in one line: what it is, and what to do about it."""

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
from elastic_transport import ApiResponse, ConnectionTimeout, SerializationError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from index.elastic.answers import decode_json
from index.protocol import IndexUnavailable

T = TypeVar("T")

_DISK = "the disk is nearly full: free some space or add a node, and the cluster writes again by itself"
# By the number in "blocked by: [FORBIDDEN/5/index read-only (api)]".
_BLOCKS = {
    1: "the cluster is starting: try again",
    2: "the cluster has no elected master: see whether enough of its nodes run",
    5: "the index is read-only: set index.blocks.read_only to null",
    6: "the cluster is read-only: set cluster.blocks.read_only to null",
    7: "the index may not be read: set index.blocks.read to null",
    8: "the index may not be written: set index.blocks.write to null",
    10: "the cluster makes no new indices: free some space on its disks, or set cluster.blocks.create_index to null",
    12: f"the index is read-only (read_only_allow_delete): {_DISK}",
    13: f"the cluster is read-only (read_only_allow_delete): {_DISK}",
}
_ADVICE = {
    401: "who asks is not accepted: set elasticsearch.api_key, or elasticsearch.username and elasticsearch.password",
    403: "who asks may not do this: give the user or the API key the rights on the indices and their template",
    406: "it speaks another version: Elasticsearch 8 or newer is needed",
    413: "the request is too long for it or for a proxy before it: allow 100 MB (http.max_content_length)",
    429: "it has more to do than it can: try again",
    502: "what stands before it does not reach it: try again",
    503: "it is not ready: try again",
    504: "what stands before it waits no longer: try again",
}
_OTHER_VERSION = re.compile(r"media_type_header_exception|compatible version|Content-Type header \[application/vnd")
# The first shards of a new index are there some tenths of a second after its name.
_UNASSIGNED = re.compile(r"no_shard_available_action_exception|missing shards")
_CERTIFICATE = {9: "not yet valid", 10: "out of date"}
_OTHER_NAME = (62, 64)  # Of a host, of an address (X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH).


class Refused(IndexUnavailable):
    """The cluster understood a request and did not do it: its HTTP status and its reason."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Divided(IndexUnavailable):
    """A document was asked of an alias that names several indices by now."""


class NotNow(Refused):
    """Refused for the moment, because of too much to do or of an index that is only being made: the same may be asked again."""


class Unsent(IndexUnavailable):
    """Nobody took the request: it may be sent elsewhere, whatever it is."""


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Turns what the client raises into IndexUnavailable with one line; `name` is what it calls the cluster."""
    try:
        yield
    except ConnectionTimeout as error:
        advice = "see whether it has too much to do, or raise elasticsearch.timeout"
        raise IndexUnavailable(f"Elasticsearch at {name} did not answer in time: {advice}") from error
    except SerializationError as error:
        raise stranger(name) from error
    except TransportError as error:
        kind = Unsent if any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error)) else IndexUnavailable
        raise kind(f"Elasticsearch at {name} cannot be reached: {_unreached(name, error)}") from error
    except UnsupportedProductError as error:
        raise stranger(name) from error
    except ApiError as error:
        raise refusal(name, error.meta.status, reason(error.body)) from error


def stranger(name: str) -> IndexUnavailable:
    """What answers is something else."""
    return IndexUnavailable(f"what answers at {name} is not Elasticsearch 8 or newer: see index in the settings")


def decoded(name: str, answer: ApiResponse[Any], decode: Callable[[bytes], T]) -> T:
    """The answer of what answers as Elasticsearch does."""
    try:
        if isinstance(answer.body, bytes):
            return decode(answer.body)
    except ValueError:
        pass
    raise stranger(name)


def json_of(name: str, answer: ApiResponse[Any]) -> dict[str, Any]:
    """As `decoded`, of any JSON object."""
    return decoded(name, answer, decode_json)


def refusal(name: str, status: int, said: str) -> Refused:
    """The error for a refused request, or for a refused part of one."""
    block = re.search(r"cluster_block_exception.*?/(\d+)/", said)
    advice = _BLOCKS.get(int(block[1])) if block else _ADVICE.get(status)
    if _OTHER_VERSION.search(said) and status in (400, 406):
        advice = _ADVICE[406]
    elif "index_closed_exception" in said:
        advice = "the index is closed: open it"
    # A reason of why somebody is not accepted may repeat what they sent.
    why = f"{advice} ({said})" if advice and status != 401 else advice or said
    momentary = (status == 429 and not block) or _UNASSIGNED.search(said)
    return (NotNow if momentary else Refused)(f"Elasticsearch at {name} refused ({status}): {why}", status, said)


def is_general(status: int, said: str) -> bool:
    """Whether a refused write tells of the cluster or of who asks, and nothing of the document."""
    return status in (401, 403) or status >= 500 or "cluster_block_exception" in said


def is_blocked(said: str) -> bool:
    """Whether an index takes no writes: because an operator says so, or while it is rebuilt."""
    return "index write (api)]" in said


def reason(body: Any) -> str:
    """What an answer says went wrong, and because of what."""
    if isinstance(body, bytes):
        return reason(_said(body))
    error = body.get("error", "") if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return "without a reason" if str(error).lstrip()[:1] in ("", "<") else line(str(error))
    roots: Sequence[Any] = error.get("root_cause") or (error,)
    root = roots[0] if isinstance(roots[0], Mapping) else error
    cause = error.get("caused_by")
    return line(f"{root.get('type')}: {root.get('reason')}" + (f" ({cause.get('reason')})" if isinstance(cause, Mapping) else ""))


def _said(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def line(text: str) -> str:
    """One line that is not too long."""
    return " ".join(text.split())[:300]


def _unreached(name: str, error: TransportError) -> str:
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return f"its name is not known ({cause.strerror}): see index in the settings, and the name service"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _distrusted(cause.verify_code, cause.verify_message)
        if isinstance(cause, ssl.SSLError) and cause.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
            return "it does not speak TLS: with http:// in index it is asked without"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused: see whether it runs"
        if isinstance(cause, http.client.RemoteDisconnected | ConnectionResetError) and "http://" in name:
            return "it closed the connection: try again; a cluster with TLS is asked by https://"
    # Less the name of a class of the client's.
    said = line(str(error.message).rpartition("): ")[2])
    return _distrusted(_OTHER_NAME[0], said) if "doesn't match" in said else said


def _distrusted(code: int, said: str) -> str:
    """In words, by OpenSSL's code of what is wrong with a certificate."""
    if code in _OTHER_NAME:
        return f"its certificate is for another name: use that name in index ({line(said)})"
    if code in _CERTIFICATE:
        return f"its certificate is {_CERTIFICATE[code]}: renew it, or set this machine's clock"
    return f"its certificate is not trusted: name the file of its CA in elasticsearch.ca_file ({line(said)})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error with those that led to it."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        yield cause
        cause = cause.__cause__ or cause.__context__
