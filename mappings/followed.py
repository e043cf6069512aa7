"""Items of another Moisson: kept as they are, with the facts that it tells of them, as far as the operator believes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from mappings.delivered_lines import read_items
from mappings.delivered_members import assets_of, extensions_of, links_of, properties_of, time_members
from mappings.facts import Availability
from mappings.geometry import optional_footprint
from mappings.item import STAC_VERSION, check_id, collection_link, licence_link
from mappings.licences import licences
from mappings.ogc import merging
from mappings.ogc.hrefs import Hrefs
from mappings.ogc.items import restricted
from mappings.ogc.settings import check_name
from mappings.record import Answer, Item, Record, Unmappable, json_members
from mappings.values import items, mapping

# A fingerprint takes 16 bytes of the version.
_VERSION, _BYTES = "followed-1-", 16
# Each answer's own: what whoever asked may do, and the other copies that they may know.
_SPLICED = ("moisson:access", "moisson:held_by", "moisson:catalogued_as", "moisson:harvested")
_VOLATILE: tuple[tuple[str, ...], ...] = (("links",), ("stac_version",), ("stac_extensions",), *(("properties", name) for name in _SPLICED))
_GIVES_RIGHTS = frozenset((Availability.OPEN, Availability.HELD))
# Made by every server for itself.
_SERVED = frozenset(("self", "license"))


@dataclass(frozen=True)
class FollowedMapping:
    """The mapping of the Moisson that the section `name` follows. `collections` are those that are taken: another could be that of an
    archive, whose Items it would then replace. `licences` (ids of the licence table) are believed where it names them; an image under
    any other is of unknown availability here. No default gives a right."""

    name: str
    collections: tuple[str, ...]
    licences: tuple[str, ...] = ()
    version: str = field(init=False)
    volatile: Sequence[tuple[str, ...]] = field(init=False, default=_VOLATILE)

    def __post_init__(self) -> None:
        check_name(self.name)
        unknown = sorted(set(self.licences) - set(licences()))
        if unknown:
            raise ValueError(f"licences: no licence {', '.join(unknown)}: one of {', '.join(licences())}")
        content = orjson.dumps([sorted(self.collections), sorted(self.licences)])
        digest = blake2b(content, digest_size=(_BYTES - len(_VERSION)) // 2).hexdigest()
        object.__setattr__(self, "version", f"{_VERSION}{digest}")

    def read(self, body: bytes) -> Answer:
        """Records of an Item, a FeatureCollection, a list, or lines of Items. Raises NotAnAnswer."""
        return read_items(body, self.name)

    def to_item(self, record: Record) -> Item:
        """One Item, or Unmappable. Pure and total."""
        members = json_members(record)
        item_id, collection = check_id(members.get("id")), members.get("collection")
        if collection not in self.collections:
            raise Unmappable(f"sources.{self.name}.collections does not name {str(collection)[:80]!r}", "collection")
        geometry, bbox = optional_footprint(members.get("geometry"))
        given, hrefs = mapping(members.get("properties")), Hrefs()
        lowered = str(given.get("moisson:availability")) in _GIVES_RIGHTS and given.get("moisson:licence") not in self.licences
        properties = properties_of(given, hrefs) | _facts(given, lowered=lowered)
        properties |= time_members(properties)
        assets = assets_of(members.get("assets"), hrefs)
        assets = restricted(assets, Availability.UNKNOWN, properties) if lowered else _signed(assets, members, properties)
        links = links_of(_lasting(members), hrefs)
        if hrefs.dropped:
            properties["moisson:links_dropped"] = hrefs.dropped
        item: Item = {"type": "Feature", "stac_version": STAC_VERSION, "id": item_id, "collection": collection, "geometry": geometry}
        if bbox is not None:
            item["bbox"] = bbox
        item["assets"] = assets
        item["properties"] = properties
        item["links"] = [collection_link(collection), licence_link(licences()[properties["moisson:licence"]]), *links]
        item["stac_extensions"] = extensions_of(item, members.get("stac_extensions"))
        return item

    def merge(self, items: Sequence[Item]) -> Item:
        """The Item of several records, whatever their order."""
        return merging.merge(items)


def _facts(given: dict[str, Any], *, lowered: bool) -> dict[str, Any]:
    """The `moisson:` members; the validator judges those that are taken as they are."""
    facts = {name: value for name, value in given.items() if name.startswith("moisson:") and name not in _SPLICED}
    licence = facts.get("moisson:licence")
    if not isinstance(licence, str) or licence not in licences():
        facts["moisson:licence"] = "unknown"
    if lowered:
        facts["moisson:availability"] = str(Availability.UNKNOWN)
    elif given.get("order:status") is not None:
        facts["order:status"] = given["order:status"]
    return facts | {"license": licences()[facts["moisson:licence"]].stac}


def _signed(assets: dict[str, dict[str, Any]], members: dict[str, Any], properties: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The assets with what is needed for each."""
    schemes = mapping(mapping(members.get("properties")).get("auth:schemes"))
    if not schemes:
        return assets
    properties["auth:schemes"] = schemes
    given = mapping(members.get("assets"))
    refs = {key: found for key in assets if (found := mapping(given.get(key)).get("auth:refs"))}
    return {key: {**asset, "auth:refs": refs[key]} if key in refs else asset for key, asset in assets.items()}


def _lasting(members: dict[str, Any]) -> list[dict[str, Any]]:
    """The Item's own links: not those that its server adds, nor those to other copies."""
    copies = any(name in mapping(members.get("properties")) for name in _SPLICED[1:])
    left = _SERVED | {"related"} if copies else _SERVED
    return [link for link in items(members.get("links")) if mapping(link).get("rel") not in left]
