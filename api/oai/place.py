"""The resumption token: the place in a list, signed, and bound to what the list is of and to whom it was begun for."""

import struct
from dataclasses import dataclass
from hashlib import blake2b

from api.errors import Problem
from api.oai.errors import OaiError
from api.oai.stamps import Window
from api.signed import read_signed, sign

_FORM = struct.Struct(">QqqQ")
_MAC = 8
_LONGEST_SET = 200


@dataclass(frozen=True)
class Place:
    """The list goes on after change number `after`; `told` is how many records were before."""

    prefix: str
    spec: str | None
    window: Window
    after: int = 0
    told: int = 0


@dataclass(frozen=True)
class Tokens:
    """Those of one catalogue (`secret`), for one verb, for askers with one `version` of access. They hold as long as the index and the
    rights do: nothing is kept of a list between its pages."""

    secret: bytes
    version: bytes
    verb: str

    def write(self, place: Place) -> str:
        numbers = _FORM.pack(place.after, place.window.since, place.window.until, place.told)
        return sign(numbers + f"{place.prefix} {place.spec or ''}".encode(), self._mac)

    def read(self, token: str) -> Place:
        """Raises OaiError."""
        try:
            payload = read_signed(token, self._mac, _MAC)
        except Problem:
            why = "it was changed, or made for another list or for other rights: begin the list again"
            raise OaiError("badResumptionToken", f"resumptionToken: {why}") from None
        after, since, until, told = _FORM.unpack(payload[: _FORM.size])
        prefix, _, spec = payload[_FORM.size :].decode().partition(" ")
        return Place(prefix, spec or None, Window(since, until), after, told)

    def _mac(self, payload: bytes) -> bytes:
        whole = b"\0".join((self.verb.encode(), self.version, payload))
        return blake2b(whole, key=self.secret, digest_size=_MAC, person=b"oai-pmh").digest()
