"""One GEODES feature with the defects of its deployment (report sections 2.5 and 2.6)."""

from __future__ import annotations

from typing import Any

import orjson

from .chance import draw
from .clocks import MILLISECOND, micro, milli, seconds
from .feeds import Entry
from .places import REGIONS, bounds, crosses, wrapped
from .scenes import Lane, Product
from .world import World

PORTAL = "https://geodes-portal.cnes.fr/api"
_SCHEMAS = ("product/v0.1.0", "processing/v1.2.0", "projection/v2.0.0", "sat/v1.1.0", "scientific/v1.0.0", "sar/v1.1.0", "eo/v2.0.0",
            "sentinel-2/v1.0.0", "view/v1.0.0", "grid/v1.1.0", "raster/v2.0.0")  # fmt: skip
# The same fixed list whatever the item uses.
EXTENSIONS = orjson.Fragment(orjson.dumps([f"https://stac-extensions.github.io/{name}/schema.json" for name in _SCHEMAS]))
REFERENCES = orjson.Fragment(
    orjson.dumps(
        [
            {"url": f"http://gazetteer.invalid/{name}/", "author": "Gazetteer", "dataset": name, "license": "Free of charge"}
            for name in ("coastline", "countries", "states", "rivers", "marine")
        ]
    )
)
_APACHE = "https://spdx.org/licenses/Apache-2.0.html"
_LICENCE = {"href": _APACHE, "rel": "license", "type": "application/html", "title": "Apache License 2.0"}
_ROOT = {"href": f"{PORTAL}/stac", "rel": "root", "type": "application/json", "title": "STAC gdh root"}


def _political(number: int) -> orjson.Fragment:
    region = REGIONS[number]
    part = {"id": f"region:{region.name}:{number}", "name": region.name, "gcover": 0.4, "pcover": 100}
    # `regions` nests in two ways in the real answers.
    regions = [{**part, "states": [dict(part, id=f"state:{region.name}:{number}")]}] if number % 2 else [part]
    country = {"id": f"country:{region.country}:1", "name": region.country, "gcover": 0.1, "pcover": 100, "regions": regions}
    continent = {"id": f"continent:{region.continent.replace(' ', '')}:1", "name": region.continent, "countries": [country]}
    return orjson.Fragment(orjson.dumps({"continents": [continent]}))


_POLITICAL = {region: _political(number) for number, region in enumerate(REGIONS)}


def urn(world: World, lane: Lane, index: int) -> str:
    return f"URN:FEATURE:DATA:gdh:{world.uuid(lane, index, 3)}:V1"


def file_asset(item: str, path: str, kind: str, size: int, online: bool, digest: str) -> dict[str, Any]:
    """One asset: its size, state and checksum live only in free text."""
    look = kind == "QUICKLOOK_SD"
    facts = (f"File size: {size} bytes", "Is reference: false", f"Is online: {str(online).lower()}", f"Datatype: {kind}")
    return {
        "href": f"{PORTAL}/quicklook/{item}/files/{digest}?scope=gdh" if look else f"{PORTAL}/download/{item}/files/{digest}",
        "title": path,
        "description": "\n\n".join((*facts, f"Checksum MD5: {digest}")),
        "type": "image/jpeg" if look else "application/zip",
        "roles": ["overview" if look else "data"],
    }


def _assets(world: World, product: Product, item: str) -> dict[str, Any]:
    lane, index, bits = product.lane, product.number, product.bits
    day = seconds(product.start)[:10].replace("-", "/")
    look, archive = f"{day}/{product.platform}/{product.name}_quicklook.jpg", f"{product.name}.zip"
    first, second = (f"{draw(world.seed, lane, index, salt):016x}{bits:016x}" for salt in (6, 7))
    return {
        look: file_asset(item, look, "QUICKLOOK_SD", 10_000 + (bits & 0xFFFF), True, first),
        archive: file_asset(item, archive, "RAWDATA", 400_000_000 + (bits & 0x3FFFFFFF), bool(bits >> 3 & 3), second),
    }


def _specific(product: Product) -> dict[str, Any]:
    """Members of one mission; the radar mode is misused on optical products and lists are strings."""
    bits = product.bits
    if product.lane is Lane.S1:
        mode = {"product:type": "GRD", "sar:instrument_mode": "IW", "swath": "IW", "sar:polarizations": "VV VH", "instrument": "SAR-C SAR"}
        take = {"mission_take_id": bits >> 44 & 0xFFFFF, "sat:orbit_cycle": 1 + product.absolute_orbit // 175, "proj:bbox": ""}
        return {**mode, **take, "product:timeliness": "Fast24h", "processing:level": "L1"}
    if product.lane is Lane.S2:
        west, south, east, north = bounds(product.ring)
        clock = product.name[11:26]
        return {
            "grid:code": f"T{product.tile}",
            "product:type": "S2MSI1C",
            "sar:instrument_mode": "INS-NOBS",
            "instrument": "MSI",
            "product:timeliness": "Nominal",
            "processing:level": "L1C",
            "processing:version": "05.11",
            "version": "00.00",
            "s2:datatake_id": f"G{product.platform}_{clock}_{product.absolute_orbit:06d}_N05.11",
            "proj:bbox": f"{west},{north},{east},{south}",
        }
    cycle = {"sat:orbit_cycle": bits >> 40 & 127, "proj:bbox": "", "product:timeliness": "NTC"}
    return {**cycle, "product:type": "SR_1_SRA", "sar:instrument_mode": "Earth Observation", "instrument": "SRAL", "processing:level": "L1"}


def properties(world: World, product: Product, generation: int, updated: int) -> dict[str, Any]:
    """The properties; `datetime` is the publication, not the acquisition (report 2.6, item 1)."""
    lane, start, bits = product.lane, product.start, product.bits
    whole = bool(bits >> 5 & 7)
    region = product.centre.region
    square = {Lane.S1: 42_500, Lane.S2: 12_100}.get(lane, 252_000)
    return {
        "identifier": product.name,
        "dataset": lane.dataset,
        "platform": product.platform,
        "start_datetime": milli(start) if whole else seconds(start) + "Z",
        "end_datetime": milli(product.stop) if whole else seconds(product.stop) + "Z",
        "datetime": micro(updated) if bits >> 8 & 1 else milli(updated),
        "sat:orbit_state": "Ascending" if product.ascending else "Descending",
        "sat:relative_orbit": product.relative_orbit,
        "sat:absolute_orbit": product.absolute_orbit,
        # 0 on radar products: no measure at all.
        "eo:cloud_cover": world.cloud(lane, product.number, generation) if lane is Lane.S2 else 0.0,
        "endpoint_url": f"https://s3.datalake.cnes.fr/sentinel{lane.name[1]}/{seconds(start)[:10].replace('-', '/')}/{product.name}.zip",
        "endpoint_description": "Link to product in datalake",
        "latest": True,
        "sci:doi": "[]",
        "area": square + (bits & 0xFFF) / 100 + generation,
        "continent_code": [region.continent_code],
        "keywords": [f"location:{'northern' if product.centre.lat > 0 else 'southern'}"],
        "references": REFERENCES,
        "political": _POLITICAL[region],
        **_specific(product),
    }


def feature(world: World, lane: Lane, entry: Entry) -> dict[str, Any]:
    index, generation, updated = entry
    product = world.product(lane, index)
    item = urn(world, lane, index)
    ring = wrapped(product.ring)
    west, south, east, north = bounds(ring)
    if crosses(product.ring):
        west, east = -180.0, 180.0
    # Some rings come without their closing vertex.
    coordinates = ring[:-1] if product.bits >> 48 & 31 == 0 else ring
    place = f"{PORTAL}/stac/collections/{lane.dataset}"
    return {
        "stac_version": "1.0.0-beta.2",
        "stac_extensions": EXTENSIONS,
        "id": item,
        "bbox": [west, south, east, north],
        "geometry": {"coordinates": [coordinates], "type": "Polygon"},
        "centroid": {"lon": (product.centre.lon + 180) % 360 - 180, "lat": product.centre.lat},
        "type": "Feature",
        "collection": lane.dataset,
        "properties": properties(world, product, generation, updated // MILLISECOND * MILLISECOND),
        "links": [
            _ROOT,
            {"href": place, "rel": "collection", "type": "application/json", "title": "Item collection"},
            {"href": f"{place}/items/{item}", "rel": "self", "type": "application/geo+json", "title": item},
            _LICENCE,
        ],
        "assets": _assets(world, product, item),
    }
