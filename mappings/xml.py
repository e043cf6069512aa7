"""The one XML parser for what comes from outside: no DOCTYPE, no entity, no file, no network, no depth or size without an end."""

import codecs
import re
from copy import deepcopy

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

MAX_BYTES = 64 * 2**20
# A page of a hundred ISO 19139 records has some 60,000; an element or attribute takes up to 200 bytes of memory.
MAX_NODES = 1_000_000
# ISO 19115-3 within a CSW answer reaches 30.
MAX_DEPTH = 100
# Encodings in which `<` is one byte of its own: in others (UTF-7, EBCDIC) a DOCTYPE could hide from the look at the bytes.
_ENCODING = re.compile(r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin1|(?:windows-|cp)125\d", re.I)
_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([^\"'>]{1,40})[\"'][^>]{0,100}?\?>")
_HTML = re.compile(rb"<!doctype\s+html\b|<html\b", re.I)
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class BadXml(Exception):
    """Not sound XML, in one line; what is said of an answer that was cut, damaged, or a page of HTML."""


class RefusedXml(BadXml):
    """XML that is not read however often it is sent: it has a DOCTYPE, or is too big, too deep or in an odd encoding."""


def parse_xml(body: bytes, *, max_bytes: int = MAX_BYTES, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH) -> etree._Element:
    """The root element; comments and processing instructions are left out. Raises RefusedXml, BadXml.

    `max_nodes` limits elements and attributes together (estimated from the bytes, never too low), `max_depth` the levels of elements.
    """
    if len(body) > max_bytes:
        raise RefusedXml(f"XML of {len(body)} bytes, more than {max_bytes}")
    text, encoding = _plain(body)
    _check_prolog(text)
    nodes = text.count(b"<") - text.count(b"</") + text.count(b"=")
    if nodes > max_nodes:
        raise RefusedXml(f"XML of about {nodes} elements and attributes, more than {max_nodes}")
    try:
        root = etree.fromstring(text, _parser(encoding))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        said = " ".join(str(error).split())[:160]
        if "XML_PARSE_HUGE" in said:
            raise RefusedXml(f"XML too big or too deep to be read: {said}") from None
        raise BadXml(f"not XML: {said or 'nothing in it'}") from None
    # What the look at the bytes should have seen is asked of the parser once more.
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise RefusedXml("XML with a DOCTYPE")
    if _deeper(root, max_depth):
        raise RefusedXml(f"XML nested more than {max_depth} levels deep")
    return root


def _parser(encoding: str) -> etree.XMLParser:
    """`encoding` holds whatever the document declares: it is the one in which the bytes were looked at."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(etree.QName(element).localname)


def text_of(element: etree._Element | None) -> str | None:
    """All text in an element and below, blanks collapsed; None when there is none, or no element."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None


def to_bytes(element: etree._Element) -> bytes:
    """One element as a document of its own (exclusive canonical XML, UTF-8): with the namespaces it uses, without its tail.

    The same element gives the same bytes in whatever document it stands: indentation between elements, which tells the depth, is
    left out. Of namespaces that only a value names, those of `xsi:type` are kept.
    """
    # A plain copy would lose the namespaces that only values name.
    alone = etree.Element(element.tag, dict(element.attrib), nsmap=element.nsmap)
    alone.text = element.text
    alone.extend([deepcopy(child) for child in element])
    types = set()
    for node in alone.iter(etree.Element):
        _without_indentation(node)
        prefix, colon, _ = (node.get(_XSI_TYPE) or "").strip().partition(":")
        if colon:
            types.add(prefix)
    known = sorted(prefix for prefix in types if prefix in element.nsmap)
    etree.cleanup_namespaces(alone, keep_ns_prefixes=known)
    try:
        return bytes(etree.tostring(alone, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=known or None))
    except etree.C14NError:
        # A namespace that is no absolute address has no canonical form.
        return bytes(etree.tostring(alone, encoding="UTF-8", xml_declaration=False))


def _plain(body: bytes) -> tuple[bytes, str]:
    """The bytes in an encoding in which `<` is one byte, and its name."""
    if body.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or body[:4] in (b"<\0\0\0", b"\0\0\0<"):
        raise RefusedXml("XML in UTF-32")
    little = body.startswith(codecs.BOM_UTF16_LE) or body[:2] == b"<\0"
    if little or body.startswith(codecs.BOM_UTF16_BE) or body[:2] == b"\0<":
        try:
            text = body.decode("utf-16-le" if little else "utf-16-be").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise BadXml(f"not XML: damaged UTF-16: {error.reason}") from None
        return text.lstrip().encode(), "utf-8"
    # Some servers send an empty line first, which a parser takes badly.
    text_bytes = body.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    declared = _DECLARATION.match(text_bytes)
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if not _ENCODING.fullmatch(name):
        raise RefusedXml(f"XML in the encoding {name!r}")
    return text_bytes, name


def _check_prolog(text: bytes) -> None:
    """Refuses a DOCTYPE, which stands before the first element or nowhere; one that is text further down is only text."""
    at = 0
    while True:
        while text[at : at + 1] in (b" ", b"\t", b"\r", b"\n"):
            at += 1
        end = b"?>" if text.startswith(b"<?", at) else b"-->" if text.startswith(b"<!--", at) else None
        if end is None:
            break
        found = text.find(end, at)
        if found < 0:
            raise BadXml("not XML: it ends within its prolog")
        at = found + len(end)
    start = text[at : at + 100]
    if _HTML.match(start):
        raise BadXml("not XML: a page of HTML")
    if start.startswith(b"<!"):
        raise RefusedXml("XML with a DOCTYPE")


def _deeper(root: etree._Element, depth: int) -> bool:
    """Whether an element lies more than `depth` levels deep, counted with the root; asked within the library, level by level."""
    return bool(root.getroottree().xpath(f"boolean({'/*' * (depth + 1)})"))


def _without_indentation(element: etree._Element) -> None:
    """Takes away the line breaks between children, unless there is text between them."""
    if not len(element):
        return
    between = [element.text or "", *(child.tail or "" for child in element)]
    if any(text.strip() for text in between):
        return
    if "\n" in between[0]:
        element.text = None
    for child, text in zip(element, between[1:], strict=True):
        if "\n" in text:
            child.tail = None
