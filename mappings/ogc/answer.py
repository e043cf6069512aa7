"""What an answer of a catalogue says: its records, its numbers, or its refusal."""

from dataclasses import dataclass

from mappings.ogc.elements import Element
from mappings.ogc.redaction import clean
from mappings.record import Answer
from mappings.values import integer
from mappings.xml import text_of


class Refused(Exception):
    """The server answered with an error of its protocol (OWS exception, OAI error, SOAP fault): `code` and `message` as it said them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class OgcAnswer:
    """One answer. `kind` is csw, csw-id, oai-pmh, atom, iso, eop or list; numbers and tokens are as the server said them, None when it
    said none; `nodes` counts the record elements that are really there.

    `next_position` is CSW's nextRecord, `token` OAI's resumptionToken, `next_url` Atom's rel=next, unresolved. `listed` are the
    identifiers of live records that OAI's ListIdentifiers gives without the records; `shared` those that several different records of
    this answer have.
    """

    answer: Answer
    kind: str
    matched: int | None = None
    returned: int | None = None
    next_position: int | None = None
    token: str | None = None
    next_url: str | None = None
    nodes: int = 0
    listed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def message_of(element: Element) -> str:
    """All text of an error, less secrets, cut."""
    return str(clean(text_of(element) or ""))[:500]


def count(value: str | None) -> int | None:
    """A number of records as a server wrote it; None for what is none."""
    found = integer(value)
    return found if found is not None and found >= 0 else None
