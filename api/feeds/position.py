"""Position: the place in the feed that a reader goes on from, signed, and bound to what the reader was told there."""

import struct
from dataclasses import dataclass
from hashlib import blake2b

from api.errors import Problem, bad
from api.signed import read_signed, sign
from api.token import canonical
from mappings.access.asker import Asker
from mappings.audience import Audience
from mappings.licences import Table

_FORM = struct.Struct(">Q8s")
_MAC = 8
_VERSION = 8


def access_version(audience: Audience, asker: Asker, table: Table) -> bytes:
    """Changes when what the asker finds, or is told of it, does: their rights, an operator's rules, or the licence table."""
    found = [None if pairs is None else sorted(pairs) for pairs in (audience.discover, *(own for _, own in audience.sources))]
    said = (found, [name for name, _ in audience.sources], asker.user_class, sorted(asker.signed), canonical(tuple(table.values())))
    return blake2b(repr(said).encode(), digest_size=_VERSION).digest()


@dataclass(frozen=True)
class Positions:
    """Positions of one catalogue (`secret`), for readers with one `version` of access."""

    secret: bytes
    version: bytes

    def write(self, number: int) -> str:
        """After a change number."""
        return sign(_FORM.pack(number, self.version), self._mac)

    def read(self, token: str) -> int:
        """Raises Problem: 400 for what is no position, 410 for one of another catalogue or of other rights."""
        try:
            number, version = _FORM.unpack(read_signed(token, self._mac, _MAC))
        except Problem:
            raise _refusal(token) from None
        except struct.error:
            raise bad("since", _UNREAD) from None
        if version != self.version:
            raise gone("what you may know of the catalogue, or its licences, have changed since this position was given")
        return int(number)

    def _mac(self, payload: bytes) -> bytes:
        return blake2b(payload, key=self.secret, digest_size=_MAC, person=b"changes").digest()


_UNREAD = "take it unchanged from the answer before; or begin again without it"


def gone(why: str) -> Problem:
    """410: everything must be read again."""
    return Problem(410, "begin-again", f"since: {why}: begin again without it, and drop what the whole reading does not tell", "since")


def _refusal(token: str) -> Problem:
    """One that has the form of a position is another catalogue's, or of this one before it was made anew."""
    try:
        payload = read_signed(token, lambda _: b"", 0)
    except Problem:
        return bad("since", _UNREAD)
    whole = len(payload) == _MAC + _FORM.size
    return gone("it was given by another catalogue, or by this one before it was made anew") if whole else bad("since", _UNREAD)
