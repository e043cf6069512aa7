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
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from tests.support.node.prepare import FOLDER, NodeError, apt_line, jdk, packages, prepare

VARIABLE = "MOISSON_TEST_ELASTICSEARCH"
# Loopback is never asked through a proxy that the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def missing() -> list[str]:
    """The apt packages without which the node cannot run; none when another cluster is named."""
    return [] if os.environ.get(VARIABLE) else packages()


def missing_line() -> str | None:
    """One line that says what to do, or None when nothing is missing."""
    return apt_line(missing())


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Address of an Elasticsearch node that lives as long as the session. Never skips: an untested store is a broken one."""
    with running() as url:
        yield url


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The cluster that is named, or a node of our own; fails the test when neither can be had."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named.rstrip("/")
        return
    line = missing_line()
    if line:
        pytest.fail(line, pytrace=False)
    with run_node(brief=True) as url:
        yield url


def remove(url: str, prefix: str) -> None:
    """Deletes the indices `prefix-*` and their template, one by one: clusters refuse to delete by wildcard."""
    with Elasticsearch(url, request_timeout=60) as client:
        for name in client.indices.get(index=f"{prefix}-*", expand_wildcards="all").body:
            client.indices.delete(index=name, ignore_unavailable=True)
        client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-items")


@contextlib.contextmanager
def run_node(port: int = 0, data: Path | None = None, heap: str = "1g", timeout: float = 120, brief: bool = False) -> Iterator[str]:
    """Runs a node on loopback (port 0: any free one) and yields its address. `data` is kept when given; `timeout` in seconds;
    `brief` for a few minutes of many small requests: half of the start and of the work then is the JVM's optimising.

    Raises NodeError. The JVM ends with the block, and also when this process dies without leaving it: its standard input ends.
    """
    with run_mortal_node(port, data, heap, timeout, brief) as node:
        yield node.url


@contextlib.contextmanager
def run_mortal_node(
    port: int = 0, data: Path | None = None, heap: str = "1g", timeout: float = 120, brief: bool = False
) -> Iterator["Node"]:
    """As run_node, of a node that a test may kill, stop and start again. Raises NodeError."""
    home = prepare()
    with tempfile.TemporaryDirectory(prefix="moisson-elasticsearch-") as scratch:
        folder = data.resolve() if data else Path(scratch) / "data"
        config = Path(scratch) / "config"
        folder.mkdir(parents=True, exist_ok=True)
        config.mkdir()
        shutil.copy(FOLDER / "log4j2.properties", config)
        command = [*_java(home, config, heap, brief), "Launch", str(home), str(config), str(folder)]
        node = Node(command, Path(scratch) / "log", timeout)
        try:
            node.start(port)
            yield node
        finally:
            node.close()


class Node:
    """A node's process; whatever happens to it, its data stay where they are. `timeout` in seconds, of a start."""

    def __init__(self, command: list[str], log: Path, timeout: float) -> None:
        self._command = command
        self._log = log
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, port: int = 0) -> None:
        """Starts it, and waits until its cluster answers. Raises NodeError."""
        with self._log.open("wb") as sink:
            # A session of its own: Ctrl-C is for pytest, which then ends the node after the tests' own clean-up.
            self._process = subprocess.Popen(
                [*self._command, str(port)],
                cwd=self._log.parent,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.url = _wait(self._process, self._log, time.monotonic() + self._timeout)

    def kill(self) -> None:
        """As a machine that fails: no goodbye. Returns when it is dead."""
        process = self._living()
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()

    def restart(self) -> None:
        """Starts it again where it was, at the same port, after it was killed."""
        self.start(int(self.url.rpartition(":")[2]))

    def stop(self) -> None:
        """It keeps its connections and does nothing."""
        self._living().send_signal(signal.SIGSTOP)

    def cont(self) -> None:
        """It goes on where it stopped."""
        self._living().send_signal(signal.SIGCONT)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """Ends it, stopped or not."""
        if self.alive:
            self.cont()
            _end(self._living())

    def _living(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process


def _java(home: Path, config: Path, heap: str, brief: bool) -> list[str]:
    return [
        f"{jdk()}/bin/java",
        *(("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC") if brief else ()),
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


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    # Java's stacks would fill it.
    lines = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith("\tat ")]
    return "\n".join(lines[-30:])


def main() -> None:
    """Runs an Elasticsearch node until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.elasticsearch", description=main.__doc__)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--data", type=Path, help="keep the data in this folder (default: a temporary one)")
    parser.add_argument("--heap", default="1g")
    options = parser.parse_args()
    # A terminated process would leave the node's temporary folder behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt), run_node(options.port, options.data, options.heap) as url:
            print(f"Elasticsearch answers at {url}; Ctrl-C stops it.", flush=True)
            while True:
                time.sleep(3600)
    except NodeError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
