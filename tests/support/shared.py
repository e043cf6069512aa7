"""Where the recorded answers and the extension schemas are: beside the checkout, never in it."""

import os
from pathlib import Path
from typing import Any

import orjson
import pyproj.datadir
import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def shared(path: str) -> Path:
    """A file or folder of ../shared. Absent altogether, the test skips and says so; in CI, or when only this file is gone, it fails."""
    found = SHARED / path
    if found.exists():
        return found
    if SHARED.exists() or os.environ.get("CI"):
        pytest.fail(f"../shared/{path} is missing")
    pytest.skip("../shared is not here: recorded answers are not part of the project")


def extension_schemas() -> dict[str, dict[str, Any]]:
    """Schemas of the STAC extensions by URL, and what they refer to."""
    folder = shared("schemas")
    found = {f"https://{path.relative_to(folder)}": orjson.loads(path.read_bytes()) for path in sorted(folder.rglob("*.json"))}
    for url, schema in found.items():
        # Some $id end in "#" or differ from where the schema is served: the URL is what Items declare.
        schema["$id"] = url
    projjson = Path(pyproj.datadir.get_data_dir()) / "projjson.schema.json"
    found["https://proj.org/schemas/v0.7/projjson.schema.json"] = orjson.loads(projjson.read_bytes())
    # alternate-assets points at STAC 1.0.0's basics, which say the same of `created` and `updated`.
    basics = "https://schemas.stacspec.org/v1.0.0/item-spec/json-schema/basics.json"
    found[basics] = {"type": "object", "properties": {name: {"type": "string", "format": "date-time"} for name in ("created", "updated")}}
    return found
