"""The mapping of a partner's catalogue, whatever it is served as: CSW, OAI-PMH, OpenSearch-EO, STAC, or files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mappings.ogc import atom, eop, iso, merging, rows, stac
from mappings.ogc.answers import Refused, parse_answer
from mappings.ogc.axes import Order
from mappings.ogc.elements import Element
from mappings.ogc.identity import RECORDS, inside, own_id
from mappings.ogc.items import item_of
from mappings.ogc.missions import missions
from mappings.ogc.settings import PartnerSettings, check_name
from mappings.record import Answer, Item, NotAnAnswer, Record, Unmappable, json_members
from mappings.xml import BadXml, local, parse_xml

__all__ = ["SEAS", "VIGISAT", "PartnerMapping", "PartnerSettings"]

_SQLITE = b"SQLite format 3\0"
# A fingerprint takes 16 bytes of the version.
_VERSION, _BYTES = "ogc-2-", 16
_VOLATILE: tuple[tuple[str, ...], ...] = (("links",), ("stac_extensions",), ("stac_version",))


@dataclass(frozen=True)
class PartnerMapping:
    """The mapping of the partner `name`, whose settings are part of its version."""

    name: str
    settings: PartnerSettings = field(default_factory=PartnerSettings)
    version: str = field(init=False)
    volatile: Sequence[tuple[str, ...]] = field(init=False, default=_VOLATILE)

    def __post_init__(self) -> None:
        check_name(self.name)
        unknown = sorted(set(self.settings.licences) - set(missions()))
        if unknown:
            raise ValueError(f"licences: no mission {', '.join(unknown)}: one of {', '.join(missions())}")
        object.__setattr__(self, "version", f"{_VERSION}{self.settings.digest(_BYTES - len(_VERSION))}")

    def read(self, body: bytes) -> Answer:
        """Records of an answer or a file in any of the forms, told apart by content. Raises NotAnAnswer."""
        if body.startswith(_SQLITE):
            return rows.read_geopackage(body, self.name, self.settings.columns)
        start = body[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start in (b"{", b"["):
            return stac.read(body, self.name)
        if start == b"<" or body[:2] in (b"\xff\xfe", b"\xfe\xff") or body[:4] in (b"<\0?\0", b"\0<\0?"):
            return self._read_xml(body)
        if not start:
            raise NotAnAnswer("empty")
        return rows.read_csv(body, self.name, self.settings.columns)

    def _read_xml(self, body: bytes) -> Answer:
        try:
            return parse_answer(parse_xml(body), self.name).answer
        except BadXml as error:
            raise NotAnAnswer(str(error)) from None
        except Refused as error:
            raise NotAnAnswer(f"the server refused the request: {error}"[:300]) from None

    def to_item(self, record: Record) -> Item:
        """One Item, or Unmappable. Pure and total."""
        if record.media_type.endswith("json"):
            return self._of_json(record)
        try:
            root = parse_xml(record.raw)
        except BadXml as error:
            raise Unmappable(str(error), "record") from None
        return self._of_xml(record, root)

    def _of_json(self, record: Record) -> Item:
        members = json_members(record)
        if members.get("kind") == rows.KIND:
            product, found = rows.describe(members)
            return item_of(record, self.name, product, found, self.settings)
        return item_of(record, self.name, record.native_id, stac.describe(members), self.settings)

    def _of_xml(self, record: Record, root: Element) -> Item:
        kind = local(root)
        if kind == "entry":
            product = inside(root)
            form = local(product) if product is not None else kind
            usual = Order.LONLAT if form.endswith("_Metadata") else Order.LATLON
            found = atom.describe(root, self.settings.hints(usual), self.settings.largest_area)
        elif kind == "EarthObservation":
            product = root
            found = eop.describe(root, self.settings.hints(Order.LATLON))
        elif kind in RECORDS:
            product = None
            found = iso.describe(root, self.settings.hints(Order.LONLAT), self.settings.largest_area)
        else:
            raise Unmappable(f"no record that is read here: {kind[:60]}", "record")
        radar = product is not None and local(product) == "EarthObservation"
        return item_of(
            record,
            self.name,
            own_id(record.native_id, root),
            found,
            self.settings,
            (lambda mission: eop.radar_members(product, mission)) if radar else None,
        )

    def merge(self, items: Sequence[Item]) -> Item:
        """The Item of several records, whatever their order."""
        return merging.merge(items)


VIGISAT = PartnerMapping(
    "vigisat", PartnerSettings(title="VIGISAT (GIS BreTel, CLS)", url="https://www.imt-atlantique.fr/", region=(-10.0, 44.0, 2.0, 52.0))
)
"""The receiving station of Brest, as it is when nothing is configured."""

SEAS = PartnerMapping("seas", PartnerSettings(title="SEAS Guyane", url="https://www.seasguyane.org/", region=(-56.0, 1.0, -50.0, 7.0)))
"""The receiving station of Cayenne, as it is when nothing is configured."""
