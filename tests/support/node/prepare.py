"""Prepares the tests' Elasticsearch node: jars by Maven, our two classes by javac, once for each version, into .cache/."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from hashlib import blake2b
from pathlib import Path

FOLDER = Path(__file__).parent
_CACHE = FOLDER.parents[2] / ".cache"
# Elasticsearch 8.15 needs the security manager, which Java 24 no longer has; 21 is the newest long-term release before it.
_JAVA_VERSIONS = (17, 21)
_DESCRIPTOR = """\
name={name}
description={name}
version={version}
classname={plugin}
java.version=17
elasticsearch.version={version}
has.native.controller=false
"""


class NodeError(Exception):
    """The node cannot be prepared or does not start; the message holds the end of its log."""


def prepare() -> Path:
    """The node's home: jars and compiled classes under .cache/, made once for each version of what tests/support/node/ says.

    Raises NodeError.
    """
    version = _version()
    home = _CACHE / f"elasticsearch-{version}"
    stamp = _stamp()
    complete = _is_complete(home, stamp)
    line = apt_line(packages())
    if line and not (complete and jdk()):
        raise NodeError(line)
    if complete:
        return home
    _CACHE.mkdir(exist_ok=True)
    # Two test runs may prepare at the same time: each builds aside, the last rename wins, both are equal.
    with tempfile.TemporaryDirectory(dir=_CACHE, prefix=f"elasticsearch-{version}.") as scratch:
        built = Path(scratch) / "new"
        _build(built, version)
        (built / "stamp").write_text(stamp)
        if home.exists() and not _is_complete(home, stamp):
            home.rename(Path(scratch) / "old")
        with contextlib.suppress(OSError):
            built.rename(home)
    if not _is_complete(home, stamp):
        raise NodeError(f"could not put the node's files at {home}")
    return home


def packages() -> list[str]:
    """The apt packages that are missing."""
    wanted = {"openjdk-17-jdk-headless": jdk(), "maven": shutil.which("mvn")}
    return [name for name, found in wanted.items() if not found]


def apt_line(missing: list[str]) -> str | None:
    """One line that says what to do, or None when nothing is missing."""
    return f"the tests with Elasticsearch need: sudo apt-get install -y {' '.join(missing)}" if missing else None


def _build(home: Path, version: str) -> None:
    server, netty, shape = home / "server", home / "modules" / "transport-netty4", home / "modules" / "footprint"
    for folder in (server, netty, shape, home / "plugins", home / "lib"):
        folder.mkdir(parents=True)
    goal = "dependency:copy-dependencies"
    _tool(["mvn", "-q", "-B", "-f", str(FOLDER / "pom.xml"), goal, f"-DoutputDirectory={server}", "-DincludeScope=runtime"])
    # A plugin's jars are loaded from its own folder, as in the distribution: on the server's module path they would be found twice.
    for jar in (*server.glob("netty-*.jar"), *server.glob("transport-netty4-*.jar")):
        jar.rename(netty / jar.name)
    tools, compiled = f"{jdk()}/bin", home / "compiled"
    for name, folder in (("FootprintPlugin", compiled), ("Launch", home / "launch")):
        _tool([f"{tools}/javac", "-nowarn", "-cp", f"{server}/*", "-d", str(folder), str(FOLDER / f"{name}.java")])
    _tool([f"{tools}/jar", "--create", "--file", str(shape / "footprint.jar"), "-C", str(compiled), "."])
    for folder, plugin in ((netty, "org.elasticsearch.transport.netty4.Netty4Plugin"), (shape, "FootprintPlugin")):
        text = _DESCRIPTOR.format(name=folder.name, version=version, plugin=plugin)
        (folder / "plugin-descriptor.properties").write_text(text)


def _tool(command: list[str]) -> None:
    # Maven runs on the JDK that was found, whichever is the machine's default.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "JAVA_HOME": str(jdk())})
    if done.returncode:
        raise NodeError(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def jdk() -> Path | None:
    """The home of a JDK that can compile and run the node: JAVA_HOME, the one on the path, or one below /usr/lib/jvm."""
    on_path = shutil.which("javac")
    candidates = [
        *([Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []),
        *([Path(on_path).resolve().parents[1]] if on_path else []),
        *sorted(Path("/usr/lib/jvm").glob("*")),
    ]
    return next((home for home in candidates if _is_jdk(home)), None)


def _is_jdk(home: Path) -> bool:
    release = home / "release"
    if not release.is_file() or not (home / "bin" / "javac").exists():
        return False
    found = re.search(r'JAVA_VERSION="(\d+)', release.read_text())
    return found is not None and _JAVA_VERSIONS[0] <= int(found[1]) <= _JAVA_VERSIONS[1]


def _version() -> str:
    found = re.search(r"<elasticsearch\.version>(.+)</elasticsearch\.version>", (FOLDER / "pom.xml").read_text())
    assert found is not None
    return found[1]


def _stamp() -> str:
    parts = [path.read_bytes() for path in [*sorted(FOLDER.glob("*.java")), FOLDER / "pom.xml"]]
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def _is_complete(home: Path, stamp: str) -> bool:
    return (home / "stamp").is_file() and (home / "stamp").read_text() == stamp
