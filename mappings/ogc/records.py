"""One record element of an answer as a Record, or what is wrong with it."""

from mappings.ogc.elements import Element, anywhere, child, words
from mappings.ogc.identity import RECORDS, broken, modified, native_id
from mappings.ogc.redaction import clean, kept_bytes
from mappings.record import Broken, Record, Unmappable
from mappings.xml import local

MEDIA_TYPE = "application/xml"
# The largest recorded one has 116 kB.
MAX_RECORD = 5_000_000
DUBLIN_CORE = frozenset(("Record", "SummaryRecord", "BriefRecord", "dc"))
_ADVICE = "ask for outputSchema http://www.isotc211.org/2005/gmd (OAI-PMH: metadataPrefix iso19139)"


def record_of(element: Element, source: str, name: str | None = None) -> Record:
    """The Record of a record element. Raises Unmappable."""
    _check(element)
    found = name or native_id(element)
    if not found:
        raise Unmappable("no identifier", "eop:identifier" if local(element) == "EarthObservation" else "fileIdentifier")
    _without_made_ids(element)
    raw = kept_bytes(element)
    if len(raw) > MAX_RECORD:
        raise Unmappable(f"a record of {len(raw)} bytes, more than {MAX_RECORD}", "record")
    return Record(source, clean(found).strip() or f"id-{found}", modified(element), raw, media_type=MEDIA_TYPE)


def _without_made_ids(element: Element) -> None:
    """Takes gml:id out of EOP: servers make them from the place in the answer (FedEO: IDN10026), so that each new record would change
    all after it. Nothing in EOP refers to them."""
    for observation in anywhere(element, "EarthObservation"):
        for one in observation.iter():
            for name in [name for name in one.attrib if name.endswith("}id") and "/gml" in name]:
                del one.attrib[name]


def _check(element: Element) -> None:
    """Raises Unmappable for an element that no mapping reads."""
    name, space = local(element), str(element.tag)
    if "19115/-3" in space:
        raise Unmappable(f"ISO 19115-3 ({name}), which is not read: {_ADVICE}", "outputSchema")
    if name in DUBLIN_CORE:
        raise Unmappable(f"Dublin Core ({name}), which has neither time nor footprint: {_ADVICE}", "outputSchema")
    if name != "entry" and name not in RECORDS:
        raise Unmappable(f"no record that is read here: {name[:60]}; {_ADVICE}", "record")


def broken_of(element: Element, error: Unmappable) -> Broken:
    header = element if local(element) == "header" else child(element, "header")
    return broken(element, kept_bytes(element), error.reason, error.field, words(child(header, "identifier")))
