"""A folder as vite fills it, for tests of what serves it."""

import json
from pathlib import Path
from typing import Any

SCRIPT = b"export const map = 1; // " + b"words " * 400


def write_built(folder: Path, **more: bytes) -> Path:
    """A page with an entry, what it needs, fetches at once and later, style sheets, a worker; `more` are files of assets/."""
    files = {
        "index-AbCd1234.js": SCRIPT,
        "vendor-ZyXw9876.js": b"export {}",
        "map-11ff11ff.js": b"export {}",
        "names-22ff22ff.js": b"export {}",
        "map-11ff11ff.css": b"canvas{margin:0}",
        "upload-00ff00ff.js": b"export {}",
        "index-AbCd1234.css": b"body{margin:0}",
        "worker-12345678.js": b"self.onmessage = null",
        "countries-_b-A1234.json": b"{}",
        "places.geojson": b"{}",
        "icon-12341234.svg": b"<svg/>",
        "decode-12341234.wasm": b"\0asm" * 1000,
        ".hidden-12341234.js": b"",
        **more,
    }
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (folder / "assets" / name).write_bytes(body)
    (folder / "secret.txt").write_bytes(b"not an asset")
    manifest: dict[str, Any] = {
        "src/filters/upload.ts": {"file": "assets/upload-00ff00ff.js", "isDynamicEntry": True, "imports": ["index.html"]},
        "_vendor-ZyXw9876.js": {"file": "assets/vendor-ZyXw9876.js"},
        "index.html": {
            "file": "assets/index-AbCd1234.js",
            "isEntry": True,
            "imports": ["_vendor-ZyXw9876.js"],
            "dynamicImports": ["src/filters/upload.ts", "src/map/map.tsx"],
            "css": ["assets/index-AbCd1234.css"],
        },
        "src/map/map.tsx": {
            "file": "assets/map-11ff11ff.js",
            "isDynamicEntry": True,
            "imports": ["index.html", "_names-22ff22ff.js"],
            "css": ["assets/map-11ff11ff.css"],
        },
        "_names-22ff22ff.js": {"file": "assets/names-22ff22ff.js"},
    }
    write_manifest(folder, manifest)
    return folder


def write_manifest(folder: Path, manifest: Any) -> None:
    (folder / ".vite").mkdir(parents=True, exist_ok=True)
    (folder / ".vite" / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest), encoding="utf-8")
