"""What is taken out of an XML record before it is kept: user names, passwords and keys of the addresses in it."""

import re
from typing import Any

from mappings.xml import local, to_bytes

_SECRET = (
    r"(?:x-(?:amz|goog)-[\w-]*|signature|sig|awsaccesskeyid|googleaccessid|access[-_]?key(?:[-_]?id)?|secret[-_]?key|[\w-]*token|_tk|jwt"
    r"|api[-_]?key|pass(?:word|wd|phrase)?|pwd|mot[-_ ]de[-_ ]passe|authorization|session[-_]?id|jsessionid)"
)
_USER = re.compile(r"(?<=://)[^/?#\s<>\"']*@")
_MEMBER = re.compile(rf"([?&;#]){_SECRET}=[^\s&;#\"'<>]*", re.I)
# In prose: « mot de passe : xyz », "token=xyz", "Authorization: Bearer xyz".
_NAMED = re.compile(rf"(?<![\w-]){_SECRET}\s*[=:]\s*(?:(?:bearer|basic)\s+)?[^\s&;,<>\"']+", re.I)
_ELEMENTS = frozenset(("password", "passwd", "token", "accesstoken", "apikey", "secret", "authorization"))
# Most records hold nothing of the kind: one look at the bytes for these words spares the walk through the elements.
_SUSPECT = (
    b"token", b"sig=", b"signature", b"passw", b"pass=", b"passphrase", b"pwd", b"secret", b"passe", b"jwt", b"api_key", b"api-key",
    b"apikey", b"accesskey", b"access-key", b"access_key", b"accessid", b"x-amz", b"x-goog", b"session", b"_tk=", b"authoriz",
)  # fmt: skip
_ADDRESSED = re.compile(rb"://[^/?#\s<>\"']*@")


def kept_bytes(element: Any) -> bytes:
    """The element as a document of its own, less what must not be kept."""
    raw = to_bytes(element)
    if not _is_suspect(raw):
        return raw
    for one in element.iter():
        if not isinstance(one.tag, str):
            continue
        if local(one).lower() in _ELEMENTS and one.text:
            one.text = None
        one.text = clean(one.text)
        if one is not element:
            one.tail = clean(one.tail)
        for name, value in one.attrib.items():
            bare = clean(value)
            if bare != value:
                one.set(name, bare)
    return to_bytes(element)


def _is_suspect(raw: bytes) -> bool:
    lower = raw.lower()
    return any(word in lower for word in _SUSPECT) or (b"@" in raw and _ADDRESSED.search(raw) is not None)


def clean(value: Any) -> Any:
    """A text less the user names of its addresses, the secret members of their queries, and what is named as a secret."""
    if not value or not isinstance(value, str) or ("=" not in value and ":" not in value):
        return value
    return _NAMED.sub("", _MEMBER.sub(r"\1", _USER.sub("", value)))
