"""Elements of XML from texts of any kind: what XML cannot hold never gets in."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

Element = Any
"""An lxml element: the package has no types."""
Content = Element | str | None

GMD = "http://www.isotc211.org/2005/gmd"
GCO = "http://www.isotc211.org/2005/gco"
GMX = "http://www.isotc211.org/2005/gmx"
GML = "http://www.opengis.net/gml/3.2"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = {
    "gmd": GMD, "gco": GCO, "gmx": GMX, "gml": GML, "xlink": XLINK, "xsi": XSI, "dc": DC, "oai_dc": OAI_DC,
    "xml": "http://www.w3.org/XML/1998/namespace",
}  # fmt: skip
_UNHEARD = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_NAMES: dict[str, str] = {}
_WEB = re.compile(r"(https?://(?:\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::\d{1,5})?)(?:([/?][^#]*)?(?:#(.*))?)?", re.I | re.S | re.A)
# What may stand in an address behind its host, and escapes that are there already.
_SAFE = "/?@!$&'()*+,;=:%~"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def element(tag: str, *content: Content, **attributes: str | None) -> Element:
    """`prefix:name` with text or elements; None is left out. An attribute's prefix ends at its first underscore: `gco_nilReason`."""
    made = etree.Element(_name(tag))
    for name, value in attributes.items():
        if value is not None:
            made.set(_name(name.replace("_", ":", 1)), printable(value))
    for one in content:
        if isinstance(one, str):
            made.text = printable(one)
        elif one is not None:
            made.append(one)
    return made


def root(tag: str, prefixes: Iterable[str], *content: Content, **attributes: str | None) -> Element:
    """As `element`, with namespaces declared for all that is in it."""
    made = etree.Element(_name(tag), nsmap={prefix: NAMESPACES[prefix] for prefix in prefixes})
    for name, value in attributes.items():
        if value is not None:
            made.set(_name(name.replace("_", ":", 1)), printable(value))
    made.extend([one for one in content if one is not None])
    return made


def to_xml(made: Element) -> bytes:
    """UTF-8 without a declaration, so that it can stand in another document."""
    return bytes(etree.tostring(made, encoding="UTF-8", xml_declaration=False))


def printable(text: str) -> str:
    """The text with U+FFFD where it holds what XML 1.0 does not allow, or what no text should hold (control characters)."""
    return _UNHEARD.sub("\ufffd", text) if not text.isascii() or not text.isprintable() else text


def address(text: str | None) -> str | None:
    """An address of the web, with what may not stand in one escaped; None for anything else, and for one with a user name."""
    found = _WEB.fullmatch(text or "")
    if found is None:
        return None
    host, place, fragment = found.groups()
    return host + _escaped(place or "") + (f"#{_escaped(fragment)}" if fragment is not None else "")


def _escaped(text: str) -> str:
    return quote(_BAD_ESCAPE.sub("%25", text).encode("utf-8", "replace"), safe=_SAFE)


def decimal(value: float) -> str:
    """All digits of a number, without an exponent."""
    return f"{Decimal(repr(value)):f}"


def _name(tag: str) -> str:
    """A name as lxml wants it."""
    made = _NAMES.get(tag)
    if made is None:
        prefix, colon, local = tag.partition(":")
        made = _NAMES[tag] = f"{{{NAMESPACES[prefix]}}}{local}" if colon else tag
    return made
