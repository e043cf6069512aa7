"""Shown: an Item with all that a record of it says beside its own members."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from mappings.iso_out.names import record_name
from mappings.licences import Licence
from mappings.values import items, mapping, text
from mappings.words import Text

_OWNERS = frozenset(("producer", "licensor"))


@dataclass(frozen=True)
class Catalogue:
    """Who gives the record: `base` is the address of the API without trailing slash; under which licence its metadata may be passed on,
    where its operator says so, and whom to name."""

    base: str
    title: str = "Moisson"
    email: str | None = None
    metadata_licence: str | None = None
    metadata_href: str | None = None
    metadata_attribution: str = ""


@dataclass(frozen=True)
class Shown:
    """`item` is its public JSON, `licence` its row of the table, `changed` when it was put last."""

    item: Mapping[str, Any]
    licence: Licence
    changed: datetime
    catalogue: Catalogue

    @property
    def collection(self) -> str:
        return str(self.item["collection"])

    @property
    def id(self) -> str:
        return str(self.item["id"])

    @cached_property
    def name(self) -> str:
        return record_name(self.collection, self.id)

    @cached_property
    def mark(self) -> str:
        """Tells the XML ids of this record from those of others in one document."""
        return blake2b(self.name.encode(), digest_size=8).hexdigest()

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        return mapping(self.item["properties"])

    def said(self, name: str) -> str | None:
        """A text of the properties."""
        return text(self.properties.get(name))

    @property
    def title(self) -> str:
        return self.said("title") or self.id

    @property
    def href(self) -> str:
        """Of the Item in the STAC API."""
        return f"{self.catalogue.base}/collections/{quote(self.collection, safe='')}/items/{quote(self.id, safe='')}"

    @property
    def licence_href(self) -> str:
        """Of the page of the licence."""
        return f"{self.catalogue.base}/licences/{quote(self.licence.id, safe='')}"

    @property
    def licence_title(self) -> Text:
        return Text(self.licence.title_fr, self.licence.title_en)

    @property
    def start(self) -> str:
        """The first instant of the image, as the Item writes it."""
        return str(self.properties.get("start_datetime") or self.properties.get("datetime"))

    @cached_property
    def providers(self) -> list[dict[str, Any]]:
        return [one for one in map(mapping, items(self.properties.get("providers"))) if text(one.get("name"))]

    @property
    def attribution(self) -> str:
        """Whom to name: who made or licenses the image, else all organisations, else the archive."""
        owners = [one for one in self.providers if _OWNERS.intersection(map(str, items(one.get("roles"))))]
        names = "; ".join(dict.fromkeys(str(one["name"]) for one in owners or self.providers))
        return names or self.said("moisson:source") or self.catalogue.title

    @property
    def instruments(self) -> list[str]:
        return [one for one in items(self.properties.get("instruments")) if text(one)]
