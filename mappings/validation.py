"""Compiled, offline validation of Items: STAC core 1.1.0 as pystac bundles it, and our own extension."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import orjson

from mappings.record import Item, Unmappable

_STAC = "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema"
_GEOJSON = "https://geojson.org/schema"


class Validator:
    """Checks Items against core, our extension, and the schemas of further extensions (URL -> schema) when they are given."""

    def __init__(self, extensions: Mapping[str, dict[str, Any]] | None = None) -> None:
        registry = jsonschema_rs.Registry([*_core_resources().items(), *(extensions or {}).items()])
        self._core = _compiled(_core_resources()[f"{_STAC}/item.json"], registry)
        self._ours = _compiled(own_schema(), registry)
        self._extensions = {url: _compiled(schema, registry) for url, schema in (extensions or {}).items()}

    def check(self, item: Item) -> None:
        """Raises Unmappable naming the member that is wrong."""
        for validator in (self._core, self._ours, *(self._extensions[url] for url in item["stac_extensions"] if url in self._extensions)):
            if not validator.is_valid(item):
                error = next(iter(validator.iter_errors(item)))
                path = ".".join(str(part) for part in error.instance_path) or "item"
                raise Unmappable(f"not valid STAC: {error.message[:300]}", path)


def own_schema() -> dict[str, Any]:
    """The JSON schema of the `moisson:` members."""
    schema: dict[str, Any] = orjson.loads(files("mappings").joinpath("schema/moisson-v1.0.0.json").read_bytes())
    return schema


def _compiled(schema: dict[str, Any], registry: jsonschema_rs.Registry) -> Any:
    return jsonschema_rs.validator_for(schema, registry=registry, validate_formats=True)


@cache
def _core_resources() -> dict[str, dict[str, Any]]:
    """Schemas by the URL they are fetched from, not by their $id: that of common.json is misspelt in 1.1.0."""
    folder = files("pystac").joinpath("validation/jsonschemas")
    found: dict[str, dict[str, Any]] = {}
    for path in folder.joinpath("stac-spec/v1.1.0").iterdir():
        found[f"{_STAC}/{path.name}"] = orjson.loads(path.read_bytes())
    for name in ("Feature", "Geometry"):
        found[f"{_GEOJSON}/{name}.json"] = orjson.loads(folder.joinpath(f"geojson/{name}.json").read_bytes())
    return found
