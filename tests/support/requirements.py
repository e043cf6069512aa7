"""Parts that no Python package brings: `make test` stops at once with the one line to type. Standard library only.

`python -m tests.support.requirements` says what is missing; with --packages, only the names, for a script that installs them.
"""

import os
import shutil
import sys

from tests.support.node.prepare import packages

SERVERS = ("MOISSON_TEST_ELASTICSEARCH", "MOISSON_TEST_KEYCLOAK")
CHROMIUM = "MOISSON_TEST_CHROMIUM"

DRAWING = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""What a browser is told that draws maps on a machine without a graphics card."""


def chromium() -> str | None:
    """The browser that pages are looked at with; None where there is none."""
    return os.environ.get(CHROMIUM) or shutil.which("chromium")


def ogrinfo() -> str | None:
    """GDAL's own reader, which files for maps are looked at with; None where there is none."""
    return shutil.which("ogrinfo")


def main() -> int:
    missing = [] if all(os.environ.get(name) for name in SERVERS) else packages()
    missing += [] if chromium() else ["chromium"]
    missing += [] if ogrinfo() else ["gdal-bin"]
    if "--packages" in sys.argv:
        print(" ".join(missing))
        return 0
    if missing:
        named = f"{' and '.join(SERVERS)} to addresses of servers of yours, {CHROMIUM} to a browser"
        print(f"the tests need: sudo apt-get install -y {' '.join(missing)}\n(or set {named})", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
