"""A real Elasticsearch node for the tests, from the jars of Maven's repository: no container, no download by hand.

`python -m tests.support.elasticsearch --port 9200` starts one by hand. The node has the server's core only (no scripts, no ILM,
no `GET /`): what passes here uses nothing that a full distribution lacks either. MOISSON_TEST_ELASTICSEARCH=http://… names a
cluster to use instead; its indices whose names begin with the tests' prefixes are written and deleted.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

_NODE = Path(__file__).parent / "node"
_CACHE = Path(__file__).resolve().parents[2] / ".cache"
_VARIABLE = "MOISSON_TEST_ELASTICSEARCH"
# Elasticsearch 8.15 needs the security manager, which Java 24 no longer has; 21 is the newest long-term release before it.
_JAVA_VERSIONS = (17, 21)
# Loopback is never asked through a proxy that the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
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


def missing() -> list[str]:
    """The apt packages without which the node cannot run; none when another cluster is named."""
    if os.environ.get(_VARIABLE):
        return []
    packages = [] if _jdk() else ["openjdk-17-jdk-headless"]
    return packages if shutil.which("mvn") else [*packages, "maven"]


def missing_line() -> str | None:
    """One line that says what to do, or None when nothing is missing."""
    packages = missing()
    return f"the tests with Elasticsearch need: sudo apt-get install -y {' '.join(packages)}" if packages else None


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Address of an Elasticsearch node that lives as long as the session. Never skips: an untested store is a broken one."""
    named = os.environ.get(_VARIABLE)
    if named:
        yield named.rstrip("/")
        return
    line = missing_line()
    if line:
        pytest.fail(line, pytrace=False)
    with node() as url:
        yield url


@contextlib.contextmanager
def node(port: int = 0, data: Path | None = None, heap: str = "1g", timeout: float = 120) -> Iterator[str]:
    """Runs a node on loopback (port 0: any free one) and yields its address. `data` is kept when given; `timeout` in seconds.

    Raises NodeError. The JVM ends with the block, and also when this process dies without leaving it: its standard input ends.
    """
    home = prepare()
    with tempfile.TemporaryDirectory(prefix="moisson-elasticsearch-") as scratch:
        folder = data.resolve() if data else Path(scratch) / "data"
        config = Path(scratch) / "config"
        log = Path(scratch) / "log"
        folder.mkdir(parents=True, exist_ok=True)
        config.mkdir()
        shutil.copy(_NODE / "log4j2.properties", config)
        command = [*_java(home, config, heap), "Launch", str(home), str(config), str(folder), str(port)]
        with log.open("wb") as sink:
            # A session of its own: Ctrl-C is for pytest, which then ends the node after the tests' own clean-up.
            process = subprocess.Popen(
                command, cwd=scratch, stdin=subprocess.PIPE, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            yield _wait(process, log, time.monotonic() + timeout)
        finally:
            _stop(process)


def prepare() -> Path:
    """The node's home: jars and compiled classes under .cache/, made once for each version of what tests/support/node/ says.

    Raises NodeError.
    """
    version = _version()
    home = _CACHE / f"elasticsearch-{version}"
    stamp = _stamp()
    if _is_complete(home, stamp):
        return home
    line = missing_line()
    if line:
        raise NodeError(line)
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


def _build(home: Path, version: str) -> None:
    server, netty, shape = home / "server", home / "modules" / "transport-netty4", home / "modules" / "footprint"
    for folder in (server, netty, shape, home / "plugins", home / "lib"):
        folder.mkdir(parents=True)
    goal = "dependency:copy-dependencies"
    _tool(["mvn", "-q", "-B", "-f", str(_NODE / "pom.xml"), goal, f"-DoutputDirectory={server}", "-DincludeScope=runtime"])
    # A plugin's jars are loaded from its own folder, as in the distribution: on the server's module path they would be found twice.
    for jar in (*server.glob("netty-*.jar"), *server.glob("transport-netty4-*.jar")):
        jar.rename(netty / jar.name)
    jdk = _jdk()
    assert jdk is not None
    compiled = home / "compiled"
    for name, folder in (("FootprintPlugin", compiled), ("Launch", home / "launch")):
        _tool([f"{jdk}/bin/javac", "-nowarn", "-cp", f"{server}/*", "-d", str(folder), str(_NODE / f"{name}.java")])
    _tool([f"{jdk}/bin/jar", "--create", "--file", str(shape / "footprint.jar"), "-C", str(compiled), "."])
    for folder, plugin in ((netty, "org.elasticsearch.transport.netty4.Netty4Plugin"), (shape, "FootprintPlugin")):
        text = _DESCRIPTOR.format(name=folder.name, version=version, plugin=plugin)
        (folder / "plugin-descriptor.properties").write_text(text)


def _java(home: Path, config: Path, heap: str) -> list[str]:
    return [
        f"{_jdk()}/bin/java",
        f"-Xms{heap}",
        f"-Xmx{heap}",
        f"-Dlog4j2.configurationFile={config / 'log4j2.properties'}",
        "-Dlog4j2.disable.jmx=true",
        "-Djava.security.manager=allow",
        "--module-path",
        str(home / "server"),
        "--add-modules",
        "org.elasticsearch.server,org.elasticsearch.preallocate",
        "-cp",
        str(home / "launch"),
    ]


def _wait(process: subprocess.Popen[bytes], log: Path, deadline: float) -> str:
    """The node's address, once its cluster answers. Raises NodeError with the end of the log."""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NodeError(f"Elasticsearch ended with status {process.returncode}:\n{_tail(log)}")
        found = re.search(r"^listening on (\d+)$", log.read_text(errors="replace"), re.MULTILINE)
        if found:
            url = f"http://127.0.0.1:{found[1]}"
            with contextlib.suppress(urllib.error.URLError, TimeoutError), _DIRECT.open(f"{url}/_cluster/health", timeout=5):
                return url
        time.sleep(0.1)
    raise NodeError(f"Elasticsearch did not answer in time:\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tool(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode:
        raise NodeError(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _environment() -> dict[str, str]:
    # Maven runs on the JDK that was found, whichever is the machine's default.
    return {**os.environ, "JAVA_HOME": str(_jdk())}


def _jdk() -> Path | None:
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
    found = re.search(r"<elasticsearch\.version>(.+)</elasticsearch\.version>", (_NODE / "pom.xml").read_text())
    assert found is not None
    return found[1]


def _stamp() -> str:
    parts = [path.read_bytes() for path in [*sorted(_NODE.glob("*.java")), _NODE / "pom.xml"]]
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def _is_complete(home: Path, stamp: str) -> bool:
    return (home / "stamp").is_file() and (home / "stamp").read_text() == stamp


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-30:])


def main() -> None:
    """Runs an Elasticsearch node until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.elasticsearch", description=main.__doc__)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--data", type=Path, help="keep the data in this folder (default: a temporary one)")
    parser.add_argument("--heap", default="1g")
    options = parser.parse_args()
    line = missing_line()
    if line:
        parser.exit(1, f"{line}\n")
    # A terminated process would leave the node's temporary folder behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), node(options.port, options.data, options.heap) as url:
        print(f"Elasticsearch answers at {url}; Ctrl-C stops it.", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
