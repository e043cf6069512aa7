"""Several processes on one address: each answers, one that dies is replaced, and all end together."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from moisson.sections import ConfigError
from moisson.settings import load_settings
from tests.demo import ROOT

COMMAND = [sys.executable, "-c", "from moisson.cli import main; main()", "serve"]


def environment(index: str, **more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if not name.startswith("MOISSON_")}, "MOISSON_INDEX": index, **more}


@contextmanager
def served(tmp_path: Path, *options: str, **more: str) -> Iterator[tuple[subprocess.Popen[Any], str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [*COMMAND, "--port", port, *options],
        cwd=ROOT,
        env=environment(str(tmp_path / "index.sqlite"), **more),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def workers(process: subprocess.Popen[Any]) -> set[int]:
    """The processes that answer; multiprocessing keeps one of its own beside them."""
    found = set()
    for number in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes():
            found.add(int(number))
    return found


def until(found: Any) -> Any:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            if answer := found():
                return answer
        except (httpx.TransportError, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_a_worker_that_dies_is_replaced_and_a_signal_ends_all(tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "2") as (process, base):
        until(lambda: httpx.get(f"{base}/readyz").is_success)
        first = until(lambda: len(found := workers(process)) == 2 and found)
        os.kill(min(first), signal.SIGKILL)
        second = until(lambda: len(found := workers(process)) == 2 and min(first) not in found and found)
        assert max(first) in second
        until(lambda: httpx.get(f"{base}/readyz").is_success)
        process.terminate()
        said = process.communicate(timeout=30)[1]
        assert process.returncode == 0
        assert [line for line in said.splitlines() if "STAC API on" in line] == [
            f"moisson: STAC API on {base}/ by 2 processes (map: /map, documentation: /api.html)"
        ]
        assert "Traceback" not in said
        assert "worker died with code -9: started anew" in said
        until(lambda: not any(Path(f"/proc/{number}").exists() for number in second))


def test_what_is_wrong_at_the_start_is_said_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--workers", "2"],
        cwd=ROOT,
        env=environment(str(tmp_path / "none" / "index.sqlite"), MOISSON_API__PORT=str(_free())),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (4, 1)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MOISSON_API__WORKERS", "0", "api.workers"),
        ("MOISSON_API__TRUSTED_PROXIES", '["proxy"]', "api.trusted_proxies: 'proxy': an address or a network"),
        ("MOISSON_API__TRUSTED_PROXIES", '["10.0.0.1/8"]', "api.trusted_proxies"),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_settings()


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
