"""The answer around what a verb gives: whom it is from, when, and what was asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from api.oai.errors import OaiError
from api.oai.offer import OaiOffer
from api.oai.records import FORMATS
from mappings.iso_out.writing import printable

MEDIA_TYPE = "text/xml; charset=utf-8"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_WITHOUT_ARGUMENTS = frozenset(("badVerb", "badArgument"))


@dataclass(frozen=True)
class Envelope:
    """`url` is the repository's address, `now` the time of the answer, `given` the arguments."""

    url: str
    now: str
    given: Mapping[str, str]

    def answer(self, *content: bytes) -> bytes:
        """A whole answer of the verb that was asked."""
        verb = self.given["verb"].encode()
        return self._whole(self.given, b"<%b>%b</%b>" % (verb, b"".join(content), verb))

    def error(self, error: OaiError) -> bytes:
        """The arguments are not repeated where they make no sense."""
        told = f'<error code="{error.code}">{_text(error.message)}</error>'.encode()
        return self._whole({} if error.code in _WITHOUT_ARGUMENTS else self.given, told)

    def _whole(self, given: Mapping[str, str], content: bytes) -> bytes:
        said = "".join(f" {name}={quoteattr(printable(value))}" for name, value in given.items())
        head = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{_OAI}" xmlns:xsi="{_XSI}" '
            f'xsi:schemaLocation="{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
            f"<responseDate>{self.now}</responseDate><request{said}>{_text(self.url)}</request>"
        )
        return b"".join((head.encode("utf-8", "replace"), content, b"</OAI-PMH>"))


def identify(title: str, url: str, offer: OaiOffer, earliest: str) -> bytes:
    """What the repository is."""
    members = {
        "repositoryName": title,
        "baseURL": url,
        "protocolVersion": "2.0",
        "adminEmail": offer.email,
        "earliestDatestamp": earliest,
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    described = {
        "scheme": "oai",
        "repositoryIdentifier": offer.namespace,
        "delimiter": ":",
        "sampleIdentifier": f"oai:{offer.namespace}:collection~item",
    }
    place = f'xmlns="{_IDENTIFIER}" xsi:schemaLocation="{_IDENTIFIER} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"'
    return f"{_members(members)}<description><oai-identifier {place}>{_members(described)}</oai-identifier></description>".encode()


def formats() -> bytes:
    """Every record has every format."""
    return "".join(
        "<metadataFormat>"
        + _members({"metadataPrefix": prefix, "schema": one.schema, "metadataNamespace": one.namespace})
        + "</metadataFormat>"
        for prefix, one in FORMATS.items()
    ).encode()


def listed_sets(sets: Iterable[tuple[str, str]]) -> bytes:
    """(setSpec, setName) of each."""
    return "".join(f"<set>{_members({'setSpec': spec, 'setName': name})}</set>" for spec, name in sets).encode()


def resumption(token: str | None, told: int) -> bytes:
    """`told` records came before; an empty token ends a list that had several pages, and a list of one page has none."""
    if token is None and not told:
        return b""
    return f'<resumptionToken cursor="{told}">{token or ""}</resumptionToken>'.encode()


def _members(members: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{_text(value)}</{name}>" for name, value in members.items())


def _text(text: str) -> str:
    return escape(printable(text))
