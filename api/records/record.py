"""A record (OGC 20-004r1, §7.2) of an Item, from the Item's public JSON as its asker sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from api.catalogue.links import languages
from api.collections import Described
from api.links import item_href
from api.records.conformance import RECORD_CORE
from api.records.ids import record_id
from api.records.links import iso_link, record_links
from api.records.parameters import SCENE_ID, STAC_ID, TYPE
from index.state import ItemKey
from mappings.access.decision import NOW
from mappings.iso_out.shown import Catalogue, Shown
from mappings.iso_out.terms import statements
from mappings.licences import Table
from mappings.times import format_time, usable_time
from mappings.words import Language, Text

_PREVIEWS = ("thumbnail", "overview")
_RADAR, _OPTICAL = Text("radar", "radar"), Text("optique", "optical")
_OURS = "moisson:"
_TOPICS = "http://standards.iso.org/iso/19115/resources/Codelists/cat/codelists.xml#MD_TopicCategoryCode"
_THEMES = [{"concepts": [{"id": "imageryBaseMapsEarthCover"}], "scheme": _TOPICS}]


@dataclass(frozen=True)
class Teller:
    """How records are told: of which record collection, in which language, by a server at `base`; `described` are the operator's words
    of Collections, `table` the licences, `now` when it is told, `identifier` what OAI-PMH calls the record of an
    Item, where it gives it."""

    base: str
    catalogue: str
    language: Language
    described: Described
    table: Table
    now: datetime
    identifier: Callable[[ItemKey], str] | None = None

    def record(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The record of an Item; a GeoJSON Feature."""
        providers = item["properties"].get("providers") or self.described.info(item["collection"]).provider_members()
        item = {**item, "properties": {**item["properties"], "providers": providers}}
        found = {
            "id": record_id(_key(item)),
            "type": "Feature",
            "conformsTo": [RECORD_CORE],
            "geometry": geometry_of(item),
            "time": time_of(item["properties"]),
            "properties": self._properties(item),
            "links": self._links(item),
        }
        return {**found, "bbox": item["bbox"]} if "bbox" in item else found

    def _properties(self, item: Mapping[str, Any]) -> dict[str, Any]:
        given = item["properties"]
        members = {
            "type": TYPE,
            "title": given.get("title") or item["id"],
            "description": given.get("description") or self._description(item),
            "keywords": self._keywords(given),
            "themes": _THEMES,
            **languages(self.language),
            **{name: _time(given.get(name)) for name in ("created", "updated")},
            "license": given.get("license"),
            "rights": self._rights(item),
            "contacts": contacts(given["providers"]),
            "formats": _formats(item["assets"]),
            "externalIds": list(_external_ids(item)),
        }
        ours = {name: value for name, value in given.items() if name.startswith(_OURS)}
        return {name: value for name, value in members.items() if value not in (None, [], "")} | ours

    def _description(self, item: Mapping[str, Any]) -> str:
        """Of an Item that has none of its own: its Collection, and how its image can be had."""
        reason = item["properties"]["moisson:access"]["reason"][self.language]
        return f"{self.described.title(item['collection'], self.language)}. {reason}."

    def _keywords(self, given: Mapping[str, Any]) -> list[str]:
        radar = any(name.startswith("sar:") for name in given)
        kind = _RADAR if radar else _OPTICAL if any(name.startswith("eo:") for name in given) else None
        names = ("platform", "constellation", "instruments", "moisson:source", "moisson:availability")
        words = [*_texts(given.get("keywords")), *(text for name in names for text in _texts(given.get(name)))]
        return list(dict.fromkeys([*words, kind.in_(self.language)] if kind else words))

    def _rights(self, item: Mapping[str, Any]) -> str:
        """The licence's words, with whom to name: those of ISO 19139."""
        licence = self.table.get(item["properties"]["moisson:licence"]) or self.table["unknown"]
        shown = Shown(item, licence, self.now, Catalogue(self.base))
        return " ".join(f"{text.in_(self.language).rstrip('.')}." for text in (shown.licence_title, *statements(shown)))

    def _links(self, item: Mapping[str, Any]) -> list[dict[str, Any]]:
        stac = item_href(self.base, item["collection"], item["id"])
        own = record_links(self.base, self.catalogue, record_id(_key(item)), stac, self.language)
        if self.identifier:
            own.append(iso_link(self.base, self.identifier(_key(item))))
        return [*own, *_inherited(item["links"]), *_files(item, stac)]


def geometry_of(item: Mapping[str, Any]) -> Any:
    """The footprint; of several parts on one side of the antimeridian their box, which a record may have instead (OGC 20-004r1,
    /req/json/record-response): MetaSearch of QGIS stops at a page with a MultiPolygon."""
    footprint: Any = item["geometry"]
    bbox: Sequence[float] = item.get("bbox") or ()
    if footprint is None or footprint["type"] != "MultiPolygon" or len(bbox) != 4 or bbox[0] > bbox[2]:
        return footprint
    west, south, east, north = bbox
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def time_of(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """`time` of an Item's properties: the instant, the interval, or both where the one lies in the other."""
    at, start, end = (usable_time(given.get(name)) for name in ("datetime", "start_datetime", "end_datetime"))
    if start is None or end is None or start > end:
        return {"timestamp": format_time(at)} if at else None
    if start == end:
        return {"timestamp": format_time(start)}
    interval = {"interval": [format_time(start), format_time(end)]}
    return {"timestamp": format_time(at), **interval} if at and start <= at <= end else interval


def contacts(providers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """STAC's providers as contacts."""
    return [_contact(one) for one in providers if one.get("name")]


def _contact(provider: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"organization": provider["name"]}
    if provider.get("roles"):
        found["roles"] = list(provider["roles"])
    if provider.get("url"):
        found["links"] = [{"rel": "about", "type": "text/html", "href": provider["url"]}]
    return found


def _external_ids(item: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    given = item["properties"]
    named = ((STAC_ID, item["id"]), (given["moisson:source"], given["moisson:source_id"]), (SCENE_ID, given.get("moisson:scene")))
    return ({"scheme": scheme, "value": value} for scheme, value in named if value)


def _formats(assets: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """What files there are, pictures to look at apart."""
    kinds = (asset.get("type") for asset in assets.values() if "data" in asset.get("roles", ()))
    return [{"mediaType": kind} for kind in dict.fromkeys(kinds) if kind]


def _inherited(links: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Links of the Item that mean the same of its record: licence, copies of its acquisition, and services of tiles."""
    for link in links:
        if link["rel"] in ("license", "related"):
            yield dict(link)
        elif link["rel"] == "wmts":
            # MetaSearch of QGIS reads the kind of a service from `type`, where CSW has the protocol.
            layer = link.get("wmts:layer")
            found = {"rel": "service", "type": "OGC:WMTS", "href": link["href"]}
            yield found | ({"title": layer} if isinstance(layer, str) else {})


def _files(item: Mapping[str, Any], stac: str) -> Iterator[dict[str, Any]]:
    """What the asker may look at and download now, through this server, which asks for the right again."""
    access = item["properties"]["moisson:access"]
    for key, asset in item["assets"].items():
        roles = asset.get("roles", ())
        name = {"title": asset.get("title") or key} | ({"type": asset["type"]} if asset.get("type") else {})
        place = f"{stac}/assets/{quote(key, safe='')}"
        if access["view"] and "data" not in roles and any(role in _PREVIEWS for role in roles):
            yield {"rel": "preview", **name, "href": f"{place}/view"}
        elif access["download"] in NOW and "data" in roles:
            yield {"rel": "enclosure", **name, "href": f"{place}/download"}


def _key(item: Mapping[str, Any]) -> ItemKey:
    return ItemKey(item["collection"], item["id"])


def _time(value: Any) -> str | None:
    when = usable_time(value)
    return format_time(when) if when else None


def _texts(value: Any) -> list[str]:
    """A text, or the texts of a list."""
    given = value if isinstance(value, list) else [value]
    return [text for text in given if isinstance(text, str) and text]
