"""Signed tokens: a payload behind a code that only this catalogue can make, in letters that an address can hold."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from api.errors import bad

_LONGEST = 1000
_UNCHANGED = "take it unchanged from a next or prev link, and ask the same query with it; or begin again without it"

Mac = Callable[[bytes], bytes]
"""The code of a payload; always of one length."""


def sign(payload: bytes, mac: Mac) -> str:
    return urlsafe_b64encode(mac(payload) + payload).rstrip(b"=").decode()


def read_signed(token: object, mac: Mac, length: int) -> bytes:
    """The payload behind a code of this length. Raises Problem for a token that was changed, or made for something else."""
    if not isinstance(token, str) or not token or len(token) > _LONGEST:
        raise bad("token", _UNCHANGED)
    try:
        letters = token.encode("ascii")
        data = urlsafe_b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise bad("token", _UNCHANGED) from None
    code, payload = data[:length], data[length:]
    # Decoders pass over what is no letter of theirs, and over the last bits.
    if urlsafe_b64encode(data).rstrip(b"=") != letters or not hmac.compare_digest(code, mac(payload)):
        raise bad("token", _UNCHANGED)
    return payload
