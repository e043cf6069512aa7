"""Questions to catalogues of the OGC family: an answer taken apart, or Refused with the server's own words, whatever its HTTP status."""

from collections.abc import Callable
from typing import Any

from harvesters.errors import Rejected, StopSource
from harvesters.http import Fetcher
from harvesters.response import place
from mappings.ogc.answers import OgcAnswer, parse_answer
from mappings.record import NotAnAnswer
from mappings.xml import BadXml, parse_xml


def ask(
    fetcher: Fetcher, source: str, method: str, url: str, content: bytes | None = None, *, mend: Callable[[Any], None] = lambda root: None
) -> tuple[OgcAnswer, Any]:
    """The answer and its root element, which `mend` may have put right. Raises Refused, and StopSource for what holds no records."""
    try:
        _, root = fetcher.fetch_xml(method, url, content=content)
    except Rejected as error:
        _raise_refusal(error, source)
        raise
    mend(root)
    try:
        return parse_answer(root, source), root
    except NotAnAnswer as error:
        raise StopSource(f"{place(url)}: {error}") from None


def _raise_refusal(error: Rejected, source: str) -> None:
    """Exception reports come with HTTP 200 by CSW 2.0.2, with 400 and 404 by 3.0 and from some of 2.0.2."""
    try:
        parse_answer(parse_xml(error.body), source)
    except (BadXml, NotAnAnswer):
        return
