"""Items that a partner delivers as valid STAC: kept as they are, but for what gives a right, carries a secret or leads nowhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from mappings.delivered_collections import DeliveredCollection
from mappings.delivered_lines import read_items
from mappings.delivered_members import assets_of, extensions_of, links_of, properties_of, time_members
from mappings.facts import Facts
from mappings.geometry import optional_footprint
from mappings.item import STAC_VERSION, check_id, collection_link, licence_link
from mappings.licences import licences
from mappings.ogc import merging
from mappings.ogc.hrefs import Hrefs
from mappings.ogc.items import restricted
from mappings.ogc.names import scene_of
from mappings.ogc.settings import check_name
from mappings.record import Answer, Item, Record, Unmappable, json_members
from mappings.values import mapping

# A fingerprint takes 16 bytes of the version.
_VERSION, _BYTES = "delivered-1-", 16
_VOLATILE: tuple[tuple[str, ...], ...] = (("stac_version",),)
# What ends a segment of an address, quoted or not: servers and proxies read %2F as a slash.
_UNADDRESSABLE = re.compile(r"[/\\\x00-\x1f\x7f]|^\.{1,2}$")


@dataclass(frozen=True)
class DeliveredMapping:
    """The mapping of the partner `name`; `collections` by id, without which nothing is taken: an id that nobody named could be that of
    another archive, whose Items a delivery would then replace. They are part of the version."""

    name: str
    collections: Mapping[str, DeliveredCollection] = field(default_factory=dict, hash=False)
    version: str = field(init=False)
    volatile: Sequence[tuple[str, ...]] = field(init=False, default=_VOLATILE)

    def __post_init__(self) -> None:
        check_name(self.name)
        rows = {name: row.digested() for name, row in self.collections.items()}
        content = orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)
        digest = blake2b(content, digest_size=(_BYTES - len(_VERSION)) // 2).hexdigest()
        object.__setattr__(self, "version", f"{_VERSION}{digest}")

    def read(self, body: bytes) -> Answer:
        """Records of an Item, a FeatureCollection, a list, or lines of Items. Raises NotAnAnswer."""
        return read_items(body, self.name)

    def to_item(self, record: Record) -> Item:
        """One Item, or Unmappable. Pure and total."""
        members = json_members(record)
        item_id, collection, row = self._named(members)
        geometry, bbox = optional_footprint(members.get("geometry"))
        hrefs = Hrefs()
        properties = properties_of(mapping(members.get("properties")), hrefs)
        assets, links = assets_of(members.get("assets"), hrefs), links_of(members.get("links"), hrefs)
        licence = licences()[row.licence]
        properties |= time_members(properties)
        properties |= row.members(hrefs.dropped)
        properties["license"] = licence.stac
        facts = Facts(row.availability, row.licence, scene=scene_of((item_id,)))
        properties |= facts.properties(_announced(record, row.archive or self.name, item_id))
        item: Item = {"type": "Feature", "stac_version": STAC_VERSION, "id": item_id, "collection": collection, "geometry": geometry}
        if bbox is not None:
            item["bbox"] = bbox
        item["assets"] = restricted(assets, row.availability, properties)
        item["properties"] = properties
        item["links"] = [collection_link(collection), licence_link(licence), *links]
        item["stac_extensions"] = extensions_of(item, members.get("stac_extensions"))
        return item

    def merge(self, items: Sequence[Item]) -> Item:
        """The Item of several records, whatever their order."""
        return merging.merge(items)

    def _named(self, members: dict[str, Any]) -> tuple[str, str, DeliveredCollection]:
        item_id, collection = check_id(members.get("id")), members.get("collection")
        if _UNADDRESSABLE.search(item_id) or item_id != item_id.strip():
            raise Unmappable(f"an identifier that cannot stand in an address: {item_id[:80]!r}", "id")
        row = self.collections.get(collection) if isinstance(collection, str) else None
        if row is None:
            raise Unmappable(f"sources.{self.name}.collections has no row for {str(collection)[:80]!r}", "collection")
        assert isinstance(collection, str)
        return item_id, collection, row


def _announced(record: Record, archive: str, item_id: str) -> Record:
    """The record under the archive that the operator names for its collection, and the archive's own identifier."""
    return Record(archive, item_id, record.updated, b"")
