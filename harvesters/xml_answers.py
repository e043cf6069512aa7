"""XML answers: the root element of one, or what to do about it."""

from lxml import etree  # type: ignore[import-untyped, unused-ignore]

from harvesters.errors import Retry, StopSource
from harvesters.response import Response, message_of, place, short
from mappings.xml import MAX_BYTES, BadXml, RefusedXml, parse_xml

# Servers of files do not always know the type of what they serve; a type that says something else is a gateway's.
_UNSAID = frozenset(("", "text/plain", "application/octet-stream", "binary/octet-stream"))


def decode_xml(response: Response, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root of a complete, sound document. Raises StopSource for XML that is never read (DOCTYPE, depth, size), and Retry for
    what is none: gateways answer 200 with a page of HTML, or with half of the answer, while a service restarts."""
    where = place(response.url)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _UNSAID and "xml" not in kind:
        said = message_of(response)
        raise Retry(f"{where}: not XML but {short(kind)}{f' ({said})' if said else ''}")
    try:
        return parse_xml(response.body, max_bytes=max_bytes)
    except RefusedXml as error:
        raise StopSource(f"{where}: {short(str(error))}, which is not read") from None
    except BadXml as error:
        raise Retry(f"{where}: {short(str(error))}") from None
