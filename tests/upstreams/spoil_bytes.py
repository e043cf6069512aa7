"""Bodies that are spoilt as bytes, whatever they hold."""

from __future__ import annotations

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Service unavailable</h1></body></html>"
_MARK = "the-entity-stands-here"


def is_xml(body: bytes) -> bool:
    return body.lstrip().startswith(b"<")


def damaged(body: bytes) -> bytes:
    """With a NUL in the middle, which neither JSON nor XML may hold."""
    middle = len(body) // 2
    return body[:middle] + b"\0" + body[middle + 1 :]


def bomb(body: bytes) -> bytes:
    if not is_xml(body):
        return b'{"features":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    levels = [f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY lol0 "lol">{"".join(levels)}]><r>&lol9;</r>'.encode()


def with_entity(body: bytes) -> bytes:
    if not is_xml(body):
        return damaged(body)
    root = etree.fromstring(body)
    root.text = _MARK
    document = etree.tostring(root, encoding="unicode").replace(_MARK, "&secret;", 1)
    return f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY secret SYSTEM "file:///etc/passwd">]>{document}'.encode()
