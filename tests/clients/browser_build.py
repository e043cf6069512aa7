"""stac-browser, built from its npm package at the versions of stac_browser_build/package-lock.json, which is no part of this project.

`python -m tests.clients.browser_build` prepares it, which `make test` does before the tests; made once for each lock file.
"""

import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from tests.support.environments import CACHE, NotPrepared, locked, run

VERSION = "4.0.1"
_SOURCES = Path(__file__).with_name("stac_browser_build")
_NPM = Path(__file__).parents[2] / ".ci" / "npm"
# Its own names features that every browser of today has, by packages that no longer go together.
_BABEL = "module.exports = { presets: ['@vue/cli-plugin-babel/preset'] };\n"


def dist() -> Path:
    """The folder with the built page. Raises NotPrepared."""
    files = sorted(path for path in _SOURCES.iterdir() if path.is_file())
    stamp = blake2b(b"\0".join(path.read_bytes() for path in files), digest_size=6).hexdigest()
    home = CACHE / f"stac-browser-{stamp}"
    if not (home / "complete").exists():
        CACHE.mkdir(exist_ok=True)
        with locked(CACHE / f"{home.name}.lock"):
            if not (home / "complete").exists():
                _build(home)
    return home / "dist"


def _build(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(_SOURCES, home)
    run([str(_NPM), str(home), "ci"])
    package = home / "node_modules" / "@radiantearth" / "stac-browser"
    # Beside the packages, not among them: what lies there is not compiled.
    for path in package.iterdir():
        if path.name not in ("package.json", "node_modules"):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, home / path.name)
    (home / "babel.config.js").write_text(_BABEL, encoding="utf-8")
    run([str(_NPM), str(home), "run", "build"])
    shutil.rmtree(home / "node_modules")
    (home / "complete").touch()


@contextmanager
def serving_page(folder: Path) -> Iterator[str]:
    """The address of the built page: another origin than Moisson's."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def main() -> int:
    try:
        dist()
    except NotPrepared as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
