"""Records as OAI-PMH gives them: a header, the Item in one of the formats, and what may be done with the metadata."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from api.feeds.reading import Told, Wanted, everything, lost
from api.oai.errors import OaiError
from api.oai.sets import specs_of
from api.oai.stamps import stamp_of, written
from index.document import members_of
from index.protocol import Index
from index.state import Change, Facts, ItemKey, StoredItem
from mappings.audience import Audience
from mappings.iso_out import dublin_core, metadata
from mappings.iso_out.names import key_of, record_name
from mappings.iso_out.shown import Catalogue, Shown
from mappings.iso_out.writing import GMD, OAI_DC, printable
from mappings.licences import Licence, Table

_RIGHTS = "http://www.openarchives.org/OAI/2.0/rights/"


@dataclass(frozen=True)
class Format:
    """A metadata format: its schema, its namespace, and how an Item is written in it."""

    schema: str
    namespace: str
    write: Callable[[Shown], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "oai_dc": Format(dublin_core.SCHEMA, OAI_DC, dublin_core.to_oai_dc),
        "iso19139": Format(metadata.SCHEMA, GMD, metadata.to_iso),
    }
)


def format_of(prefix: str) -> Format:
    """Raises OaiError."""
    found = FORMATS.get(prefix)
    if found is None:
        raise OaiError("cannotDisseminateFormat", f"metadataPrefix: {prefix[:100]} is none of {', '.join(FORMATS)}")
    return found


@dataclass(frozen=True)
class Names:
    """Identifiers of records: `oai:<namespace>:<name>`, the name that of one Item only (mappings/iso_out/names.py)."""

    namespace: str

    def identifier(self, key: ItemKey) -> str:
        return f"oai:{self.namespace}:{record_name(*key)}"

    def key(self, identifier: str) -> ItemKey | None:
        name = identifier.removeprefix(f"oai:{self.namespace}:")
        found = key_of(name) if name != identifier else None
        return ItemKey(*found) if found else None


@dataclass(frozen=True)
class Records:
    """Records as one audience may know them."""

    catalogue: Catalogue
    names: Names
    table: Table
    audience: Audience
    lag: timedelta

    def header(self, told: Told, selection: Wanted = everything) -> bytes:
        """Of one that is gone the sets are those of the facts by which it was found."""
        change, item = told.change, told.item
        facts = Facts(item.source, item.availability, item.licence) if item else lost(self.audience, change, selection)
        specs = "".join(f"<setSpec>{escape(spec)}</setSpec>" for spec in specs_of(facts)) if facts else ""
        deleted = "" if item else ' status="deleted"'
        stamp = written(stamp_of(change, self.lag))
        named = escape(self.names.identifier(change.key))
        return f"<header{deleted}><identifier>{named}</identifier><datestamp>{stamp}</datestamp>{specs}</header>".encode()

    def record(self, told: Told, kind: Format, selection: Wanted = everything) -> bytes:
        """With the Item, unless it is gone."""
        header = self.header(told, selection)
        if told.item is None:
            return b"<record>%b</record>" % header
        shown = Shown(members_of(told.item.head), self._licence(told.item), told.change.time, self.catalogue)
        return b"<record>%b<metadata>%b</metadata>%b</record>" % (header, kind.write(shown), self._about())

    def _licence(self, item: StoredItem) -> Licence:
        return self.table.get(item.licence) or self.table["unknown"]

    def _about(self) -> bytes:
        """Under which licence the metadata may be passed on, where the operator says so."""
        href = self.catalogue.metadata_href
        if not href:
            return b""
        place = quoteattr(f"{_RIGHTS} http://www.openarchives.org/OAI/2.0/rights.xsd")
        reference = f"<rightsReference ref={quoteattr(printable(href))}/>"
        return f'<about><rights xmlns="{_RIGHTS}" xsi:schemaLocation={place}>{reference}</rights></about>'.encode()


def told_of(index: Index, audience: Audience, key: ItemKey | None) -> Told:
    """One record as the audience may know it. Raises OaiError for one that it never could find, as for one that never was."""
    change = index.change_of(key) if key else None
    if key is not None and change is not None:
        item = index.get(audience, *key)
        if item is not None:
            return Told(change, item)
        # What was deleted between the two looks is told as such at the next.
        change = index.change_of(key) or change
        if _gone(audience, change):
            return Told(change, None)
    raise OaiError("idDoesNotExist", "identifier: there is no such record")


def _gone(audience: Audience, change: Change) -> bool:
    return lost(audience, change) is not None
