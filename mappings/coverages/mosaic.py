"""The record of one yearly coverage as an Item: tiles to look at, no image to take (Airbus report §3.3; mapping table D)."""

from typing import Any

from mappings.catalogue import collections_of
from mappings.coverages.layers import Coverage, parse_name
from mappings.coverages.outlines import MAINLAND, OVERSEAS, outline
from mappings.facts import Availability, Facts
from mappings.item import build_item
from mappings.record import Item, Record, Unmappable
from mappings.times import format_time
from mappings.values import mapping, text

COLLECTIONS = {"SPOT": "coverages-spot", "PLEIADES": "coverages-pleiades"}
# Which place a coverage is of whose layer names none.
_PLACES = {"SPOT": MAINLAND, "PLEIADES": "+".join((MAINLAND, *OVERSEAS))}
_CONSTELLATIONS = {"SPOT": "spot", "PLEIADES": "phr"}
_NAMES = {"SPOT": "SPOT 6/7", "PLEIADES": "Pléiades"}
_METRES = {"SPOT": 1.5, "PLEIADES": 0.5}
_VIEWS = {"MOSAIC": "", "IRC": " (infrarouge couleur / colour infrared)", "GRAPHE-MOSAIQUAGE": " (graphe de mosaïquage / seam lines)"}
_PARTIAL = (
    "Couverture partielle : l’emprise est celle du territoire, celle des images n’est pas publiée. "
    "Partial coverage: the outline is that of the territory, that of the images is not published."
)
_WHOLE = "Emprise approchée : celle du territoire. Approximate outline: that of the territory."


def to_item(record: Record, members: dict[str, Any]) -> Item:
    """The Item of a coverage. Raises Unmappable for a name that is not understood and for a place without outline."""
    coverage = _coverage(members)
    geometry, bbox = outline(coverage.place or _PLACES[coverage.mission])
    start, end = coverage.span
    collection = COLLECTIONS[coverage.mission]
    layers, services = mapping(members.get("layers")), mapping(members.get("services"))
    main = mapping(layers.get("MOSAIC"))
    return build_item(
        record,
        item_id=item_id(coverage),
        collection=collection,
        geometry=geometry,
        bbox=bbox,
        properties={
            "title": _title(coverage),
            "description": _PARTIAL if coverage.mission == "PLEIADES" else _WHOLE,
            "datetime": None,
            "start_datetime": format_time(start),
            "end_datetime": format_time(end),
            "constellation": _CONSTELLATIONS[coverage.mission],
            "gsd": _METRES[coverage.mission],
            "processing:level": "ORTHO",
            "product:type": "mosaic-ortho",
            "coverages:layer": text(main.get("name")),
            "coverages:style": text(main.get("style")),
            "coverages:tile_matrix_set": text(main.get("tile_matrix_set")),
            "providers": collections_of("coverages")[collection].provider_members(),
        },
        facts=Facts(Availability.VIEW, "ign-view", footprint="approximate"),
        links=[*_map_links(coverage, layers, services), *_portal(services)],
    )


def item_id(coverage: Coverage) -> str:
    """`spot-2018`, `pleiades-mayotte-2024-06`."""
    return coverage.name.lower().replace(".", "-")


def _coverage(members: dict[str, Any]) -> Coverage:
    name = text(members.get("coverage"))
    found = parse_name(f"ORTHOIMAGERY.ORTHO-SAT.{name}") if name else None
    if found is None or found.name != name:
        raise Unmappable(f"no name of a coverage: {str(name)[:60]!r}", "coverage")
    return found


def _title(coverage: Coverage) -> str:
    place = f" {coverage.place.replace('-', ' ').title()}" if coverage.place else ""
    time = f"{coverage.month:02d}/{coverage.year}" if coverage.month else str(coverage.year)
    return f"Couverture {_NAMES[coverage.mission]}{place} {time}"


def _map_links(coverage: Coverage, layers: dict[str, Any], services: dict[str, Any]) -> list[dict[str, Any]]:
    """The mosaic by WMTS and by WMS, then its other views by WMTS."""
    links: list[dict[str, Any]] = []
    for form, words in _VIEWS.items():
        layer = mapping(layers.get(form))
        name, format_ = text(layer.get("name")), text(layer.get("format")) or "image/jpeg"
        if name is None:
            continue
        title = _title(coverage) + words
        if href := text(services.get("wmts")):
            link = {"rel": "wmts", "href": href, "type": format_, "title": f"{title}, WMTS", "wmts:layer": name, "wmts:encoding": "kvp"}
            links.append(link)
        if form == "MOSAIC" and (href := text(services.get("wms"))):
            links.append({"rel": "wms", "href": href, "type": format_, "title": f"{title}, WMS", "wms:layers": [name]})
    return links


def _portal(services: dict[str, Any]) -> list[dict[str, Any]]:
    href = text(services.get("portal"))
    title = "Portail du Dispositif : les images, pour les adhérents / the images, for members"
    return [{"rel": "related", "href": href, "type": "text/html", "title": title}] if href else []
