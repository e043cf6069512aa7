"""make outlines: the territories' outlines of mappings/coverages/outlines.json, out of the npm package world-atlas."""

import argparse
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping

TARGET = Path(__file__).resolve().parents[2] / "mappings/coverages/outlines.json"
_MEMBER = "package/countries-10m.json"
# A part of France by where its middle lies: the five regions overseas are parts of the country's one outline.
_BOXES: dict[str, tuple[float, float, float, float]] = {
    "GUYANE": (-55, 2, -51, 6),
    "GUADELOUPE": (-62, 15.6, -60.9, 16.7),
    "MARTINIQUE": (-61.5, 14.3, -60.7, 15),
    "REUNION": (55, -21.6, 56, -20.7),
    "MAYOTTE": (44.9, -13.1, 45.4, -12.5),
    "CORSE": (8.4, 41.2, 9.8, 43.15),
}
# Countries of the file that are French territories of their own, by ISO 3166-1 number.
_COUNTRIES = {
    "540": "NOUVELLE-CALEDONIE",
    "652": "SAINT-BARTHELEMY",
    "663": "SAINT-MARTIN",
    "666": "SAINT-PIERRE-ET-MIQUELON",
    "876": "WALLIS-ET-FUTUNA",
}
_FRANCE = "250"
# Degrees: about 2 km on the mainland and 500 m on islands.
_COARSE, _FINE = 0.02, 0.005


def parts_of(topology: dict[str, Any], country: str) -> Iterator[Polygon]:
    """The polygons of a country by its number, of a TopoJSON topology (quantised, delta-coded arcs)."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]

    def arc(number: int) -> list[tuple[float, float]]:
        x = y = 0
        points = []
        for dx, dy in topology["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        return points if number >= 0 else points[::-1]

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        # Each arc begins where the one before ends.
        return [point for position, number in enumerate(numbers) for point in arc(number)[position > 0 :]]

    found = next(one for one in topology["objects"]["countries"]["geometries"] if one.get("id") == country)
    for rings in found["arcs"] if found["type"] == "MultiPolygon" else [found["arcs"]]:
        yield Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]])


def territories(topology: dict[str, Any]) -> dict[str, MultiPolygon]:
    """Simplified outlines by name; METROPOLE holds Corsica, which also has a name of its own."""
    parts: dict[str, list[Polygon]] = {}
    for part in parts_of(topology, _FRANCE):
        middle = part.representative_point()
        name = next((name for name, (w, s, e, n) in _BOXES.items() if w <= middle.x <= e and s <= middle.y <= n), "METROPOLE")
        parts.setdefault(name, []).append(part)
    parts["METROPOLE"] += parts["CORSE"]
    for number, name in _COUNTRIES.items():
        parts[name] = list(parts_of(topology, number))
    finest = {name: _COARSE if name == "METROPOLE" else _FINE for name in parts}
    return {name: MultiPolygon([part.simplify(finest[name]) for part in some]) for name, some in sorted(parts.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="world-atlas-2.0.2.tgz, as `npm pack world-atlas@2.0.2` brings it")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    with tarfile.open(options.package) as archive:
        member = archive.extractfile(_MEMBER)
        assert member is not None
        topology = orjson.loads(member.read())
    found = {name: mapping(shapely.set_precision(shape, 0.001))["coordinates"] for name, shape in territories(topology).items()}
    lines = []
    for name, coordinates in found.items():
        parts = coordinates if isinstance(coordinates[0][0][0], list | tuple) else [coordinates]
        rounded = [[[[round(x, 3), round(y, 3)] for x, y in ring] for ring in part] for part in parts]
        lines.append(f'"{name}":{orjson.dumps(rounded).decode()}')
    options.target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{options.target}: {options.target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
