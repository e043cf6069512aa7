"""Parts that no Python package brings: `make test` stops at once with the one line to type. Standard library only.

`python -m tests.support.requirements` says what is missing; with --packages, only the names, for a script that installs them.
"""

import os
import sys

from tests.support.node.prepare import apt_line, packages


def main() -> int:
    own = ("MOISSON_TEST_ELASTICSEARCH", "MOISSON_TEST_KEYCLOAK")
    missing = [] if all(os.environ.get(name) for name in own) else packages()
    if "--packages" in sys.argv:
        print(" ".join(missing))
        return 0
    if missing:
        print(f"{apt_line(missing)}\n(or set {' and '.join(own)} to addresses of servers of yours)", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
