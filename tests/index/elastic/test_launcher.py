"""The tests' own node: what it needs, and when it ends."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.demo import ROOT
from tests.support import elasticsearch
from tests.support.node import prepare


def test_a_missing_jdk_or_maven_is_one_apt_line_and_never_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOISSON_TEST_ELASTICSEARCH", raising=False)
    monkeypatch.setattr(prepare, "jdk", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert elasticsearch.missing() == ["openjdk-17-jdk-headless", "maven"]
    with pytest.raises(pytest.fail.Exception, match="apt-get install -y openjdk-17-jdk-headless maven"), elasticsearch.running():
        pass


def test_the_node_ends_with_whoever_started_it_however_that_one_died(tmp_path: Path) -> None:
    if os.environ.get("MOISSON_TEST_ELASTICSEARCH") and prepare.packages():
        pytest.skip("another cluster is named, and without a JDK and Maven no node can be started")
    command = [sys.executable, "-m", "tests.support.elasticsearch", "--port", "0", "--heap", "256m"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        port = int(re.findall(r":(\d+);", process.stdout.readline())[0])
        process.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("the node is still there")


def test_a_cluster_of_ones_own_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_TEST_ELASTICSEARCH", "http://127.0.0.1:1/")
    monkeypatch.setattr(prepare, "jdk", lambda: None)
    assert elasticsearch.missing() == []
    with elasticsearch.running() as url:
        assert url == "http://127.0.0.1:1"
