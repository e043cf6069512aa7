"""The layers of yearly coverages in the list of tile services that the package xyzservices carries: older than the service's own."""

from importlib.resources import files
from typing import Any

from mappings.coverages.layers import PREFIX, Layer
from mappings.record import NotAnAnswer
from mappings.values import mapping, text

_PROVIDER = "GeoportailFrance"


def read_providers(document: Any) -> list[Layer]:
    """Layers of a JSON object of tile providers by name, as xyzservices writes them. Raises NotAnAnswer when none is of ours."""
    table = mapping(document)
    entries = mapping(table.get(_PROVIDER)) or table
    found = [layer for entry in entries.values() if (layer := _layer(mapping(entry)))]
    if not found:
        raise NotAnAnswer(f"no list of tile services with layers below {PREFIX}")
    return found


def bundled_providers() -> bytes:
    """The list inside the installed package, as JSON."""
    return files("xyzservices").joinpath("data/providers.json").read_bytes()


def _layer(entry: dict[str, Any]) -> Layer | None:
    name = text(entry.get("variant")) or ""
    if not name.startswith(PREFIX):
        return None
    return Layer(
        name,
        format=text(entry.get("format")) or "image/jpeg",
        style=text(entry.get("style")) or "normal",
        tile_matrix_set=text(entry.get("TileMatrixSet")) or "PM",
    )
