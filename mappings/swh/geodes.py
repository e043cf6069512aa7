"""GEODES' records of SPOT scenes: today's form (CNES report §3.3), and the coming one with its `spot:` members (§3.5)."""

import re
from dataclasses import replace
from typing import Any

from mappings.facts import Availability, Facts
from mappings.geometry import optional_footprint
from mappings.item import build_item
from mappings.peps import geodes
from mappings.peps.assets import of_geodes
from mappings.peps.hrefs import plain
from mappings.peps.products import product_name
from mappings.record import Item, Record, Unmappable
from mappings.swh import assets
from mappings.swh.collections import L1A, collection_of
from mappings.swh.names import SceneName, parse_name, scene_name
from mappings.swh.spot import bands_of, properties_of
from mappings.times import usable_time
from mappings.values import items, mapping, text

_VERSION = re.compile(r":V(\d{1,6})\Z", re.ASCII)
_MODE = re.compile(r"[A-Za-z0-9]{1,8}", re.ASCII)
# Today's members that mean another thing than their names say, or have another name in the coming form.
_RENAMED = {
    "sar:instrument_mode": "spot:sensor_code",
    "sensor_angle": "view:off_nadir",
    "nb_bands": "bands",
    "nb_cols": "columns",
    "nb_rows": "rows",
}


def is_coming(feature: dict[str, Any]) -> bool:
    """Whether a feature is in the form with `spot:` members, whose `datetime` is the acquisition."""
    properties = mapping(feature.get("properties"))
    collection = text(feature.get("collection")) or ""
    return collection.startswith("swh-") or any(isinstance(name, str) and name.startswith("spot:") for name in properties)


def to_record(feature: dict[str, Any]) -> Record:
    """The Record of a feature in either form; the time of publication is its `updated`. Raises Unmappable when it has no identifier."""
    if not is_coming(feature):
        return replace(geodes.to_record(feature), source="swh")
    record = geodes.to_record({name: member for name, member in feature.items() if name != "_coupled"} | _coupled(feature))
    return replace(record, source="swh", updated=usable_time(mapping(feature.get("properties")).get("updated")))


def _coupled(feature: dict[str, Any]) -> dict[str, Any]:
    """Item ids of scenes taken together, by mode, out of the links, which are not kept."""
    found: dict[str, list[str]] = {}
    for link in items(feature.get("links")):
        mode, href = text(mapping(link).get("spot:coupling_mode")), plain(mapping(link).get("href"))
        name = parse_name(href.rpartition("/")[2]) if href else None
        if mode and _MODE.fullmatch(mode) and name:
            found.setdefault(mode.upper(), []).append(name.item_id)
    return {"_coupled": {mode: list(dict.fromkeys(ids)) for mode, ids in found.items()}} if found else {}


def to_item(record: Record, feature: dict[str, Any]) -> Item:
    """The Item of a record. Raises Unmappable."""
    if not isinstance(feature.get("properties"), dict):
        raise Unmappable("no properties", "properties")
    coming = is_coming(feature)
    said = feature["properties"] if coming else _translated(feature["properties"])
    published = mapping(feature.get("assets"))
    dataset = text(feature.get("collection")) or said.get("dataset")
    collection, units = collection_of(dataset, said.get("processing:level"))
    item_id, name = _named(feature, said, published, collection.id)
    if name is not None and name.unit not in units:
        raise Unmappable(f"{item_id[:80]} is no scene of {str(dataset)[:60]}", "identifier")
    kept, schemes, online = _files(feature, said, published)
    if "product" in kept and collection.id == L1A:
        kept["product"]["bands"] = bands_of(said, name)
    properties = properties_of(said | {"coupled": _told_coupled(feature), "signed": False}, name, collection) | schemes
    version = _VERSION.search(record.native_id)
    properties["version"] = version[1] if version else None
    properties["deprecated"] = True if said.get("latest") is False else None
    geometry, bbox = optional_footprint(feature.get("geometry"), areas=True)
    return build_item(
        record,
        item_id=item_id,
        collection=collection.id,
        geometry=geometry,
        bbox=bbox,
        properties=properties,
        facts=Facts(
            Availability.OPEN if collection.id == L1A else Availability.UNKNOWN,
            collection.licence,
            scene=name.scene if name else None,
            online=online,
            online_as_of=record.updated,
        ),
        assets=kept,
        links=[{"rel": "via", "href": record.url, "type": "application/geo+json", "title": "GEODES"}] if record.url else [],
    )


def _translated(properties: dict[str, Any]) -> dict[str, Any]:
    """Today's members under the coming form's names; `datetime` is the publication (report §2.5), and stays in case it is not."""
    said = {_RENAMED.get(name, name): member for name, member in properties.items()}
    return said | {"published": properties.get("datetime"), "title": properties.get("identifier")}


def _named(feature: dict[str, Any], said: dict[str, Any], published: dict[str, Any], collection: str) -> tuple[str, SceneName | None]:
    """The Item's id, and what the scene's name tells: of what bears a name the first in the grammar. Raises Unmappable."""
    identifier = said.get("identifier") or (feature.get("id") if is_coming(feature) else None)
    if collection != L1A:
        return product_name(identifier, "identifier"), None
    bearers = [identifier, *assets.zip_names(published)]
    found = [name for bearer in bearers if (name := parse_name(bearer))]
    if not found:
        loose = scene_name(next((one for one in bearers if text(one)), None), "identifier")
        return loose.item_id, loose
    # The coming form's id has no rank; the file has.
    ranked = next((name for name in found if name.rank is not None and name.item_id == found[0].item_id), found[0])
    return ranked.item_id, ranked


def _files(feature: dict[str, Any], said: dict[str, Any], published: dict[str, Any]) -> tuple[assets.Assets, dict[str, Any], bool | None]:
    """(assets, schemes, whether the product is online as far as that is said)."""
    if is_coming(feature):
        return *assets.of_coming(published), None
    kept, product_key, schemes = of_geodes(published, said.get("endpoint_url"))
    state = mapping(feature.get("_online")).get(product_key) if product_key else None
    return kept, schemes, {"true": True, "false": False}.get(state) if isinstance(state, str) else None


def _told_coupled(feature: dict[str, Any]) -> dict[str, list[str]]:
    """What `to_record` kept of the links; anything else that stands there is not ours."""
    told = mapping(feature.get("_coupled"))
    return {
        mode: ids
        for mode, ids in told.items()
        if _MODE.fullmatch(mode) and isinstance(ids, list) and all(isinstance(one, str) for one in ids)
    }
