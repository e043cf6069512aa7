"""Parts that no Python package brings: `make test` stops at once with the one line to type. Standard library only."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

_JDK = Path("/usr/lib/jvm/java-17-openjdk-amd64/bin/javac")


def missing_packages() -> list[str]:
    """Debian packages to install before the tests can run."""
    if os.environ.get("MOISSON_TEST_ELASTICSEARCH"):
        return []
    packages = []
    if not _has_jdk_17():
        packages.append("openjdk-17-jdk-headless")
    if shutil.which("mvn") is None:
        packages.append("maven")
    return packages


def _has_jdk_17() -> bool:
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home) / "bin" / "javac"] if home else []
    candidates += [_JDK, *Path("/usr/lib/jvm").glob("*17*/bin/javac")]
    found = shutil.which("javac")
    candidates += [Path(found)] if found else []
    return any(_is_17(javac) for javac in candidates if javac.is_file())


def _is_17(javac: Path) -> bool:
    said = subprocess.run([str(javac), "-version"], capture_output=True, text=True, check=False)
    return re.search(r"javac 17\b", said.stdout + said.stderr) is not None


def main() -> int:
    packages = missing_packages()
    if "--packages" in sys.argv:
        print(" ".join(packages))
        return 0
    if packages:
        print(f"The tests run a real Elasticsearch and need: apt-get install {' '.join(packages)}", file=sys.stderr)
        print("(or set MOISSON_TEST_ELASTICSEARCH to the address of a cluster of yours)", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
