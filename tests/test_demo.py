"""`make run` as it is started by hand, on an index in a cluster: one variable away, and nothing of it is left running."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.demo import ROOT, opened_index, shown
from tests.support import elasticsearch
from tests.support.node import prepare
from tests.support.replicas import free_port, wait_for

SIZE = 60


@dataclass(frozen=True)
class Demo:
    process: "subprocess.Popen[str]"
    base: str
    told: Path

    def text(self) -> str:
        return self.told.read_text()

    def ask(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.base}{path}", trust_env=False, timeout=30)

    def wait(self) -> None:
        """Until the API answers."""
        wait_for(lambda: self.process.poll() is not None or listens(self.base), "the API answers")
        assert self.process.poll() is None, self.text()


def listens(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


@contextmanager
def demo(index: str, folder: Path) -> Iterator[Demo]:
    port, told = free_port(), folder / "told.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOISSON_")}
    environment |= {"MOISSON_INDEX": index, "MOISSON_API__PORT": str(port)}
    command = [sys.executable, "-m", "tests.demo", "--size", str(SIZE), "--folder", str(folder)]
    with (
        told.open("w") as sink,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=sink, stderr=subprocess.STDOUT, text=True, start_new_session=True
        ) as process,
    ):
        try:
            yield Demo(process, f"http://127.0.0.1:{port}", told)
        finally:
            process.terminate()
            process.wait(60)


def check(made: Demo) -> None:
    """All scenes are there for the laboratory whose key was printed, and the configuration holds no password."""
    key = re.findall(r"^  KEY=(\S+)$", made.text(), re.MULTILINE)[0]
    answer = httpx.get(f"{made.base}/search?limit=1", headers={"X-API-Key": key}, trust_env=False, timeout=30).raise_for_status()
    # Beside the scenes there are those of the partners, and coverages.
    assert answer.json()["numberMatched"] > SIZE
    assert made.ask("/search?limit=1&exclude_airbus=true").json()["features"]


def test_the_variable_starts_a_node_that_ends_with_ctrl_c_and_keeps_its_data(tmp_path: Path) -> None:
    if os.environ.get(elasticsearch.VARIABLE) and prepare.packages():
        pytest.skip("another cluster is named, and without a JDK and Maven no node can be started")
    with demo("elasticsearch", tmp_path) as made:
        made.wait()
        check(made)
        index = re.findall(r"^The index is (\S+)\.$", made.text(), re.MULTILINE)[0]
        node = index.removesuffix("/moisson")
        assert listens(node)
        assert f'index = "{index}"' in (tmp_path / "moisson.toml").read_text()
        # As a terminal does it: to all that were started from it.
        os.killpg(made.process.pid, signal.SIGINT)
        assert made.process.wait(60) == 0, made.text()
        assert not listens(node)
        assert not listens(made.base)
        assert "Traceback" not in made.text()
    assert list((tmp_path / "elasticsearch").iterdir())


def test_a_cluster_or_a_file_that_is_named_is_used_as_it_is(tmp_path: Path) -> None:
    for named in ("http://operator:secret@127.0.0.1:9200/prefix", "elsewhere.sqlite"):
        with opened_index(named, tmp_path) as index:
            assert index == named
    with opened_index(None, tmp_path) as index:
        assert index == str(tmp_path / "moisson.sqlite")


_STARTER = """\
import sys
from pathlib import Path
from tests.demo import running
with running("serve", "--port", sys.argv[1], config=Path(sys.argv[2])) as server:
    server.wait()
"""


def test_what_was_started_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    config, port = tmp_path / "moisson.toml", free_port()
    config.write_text(f'index = "{tmp_path}/index.sqlite"\n')
    with subprocess.Popen([sys.executable, "-c", _STARTER, str(port), str(config)], cwd=ROOT) as starter:
        base = f"http://127.0.0.1:{port}"
        wait_for(lambda: listens(base) and httpx.get(f"{base}/readyz", trust_env=False).is_success, "the server answers")
        starter.kill()
        wait_for(lambda: not listens(base), "the server ends, too", 30)


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("https://operator:secret@cluster.example:9200/moisson", "https://cluster.example:9200/moisson"),
        ("http://127.0.0.1:9200/one", "http://127.0.0.1:9200/one"),
        ("folder/a@b.sqlite", "folder/a@b.sqlite"),
    ],
)
def test_no_password_is_shown_or_written(index: str, told: str) -> None:
    assert shown(index) == told
