"""A real Keycloak for the tests, from the distribution in Maven's repository: unpacked and built once, run with its data in memory.

`python -m tests.support.keycloak --port 8180` starts one by hand, with the realm of realm.py; its administrator is admin, admin.
MOISSON_TEST_KEYCLOAK=http://127.0.0.1:8180 names it to the tests, which then start none of their own.
"""

import argparse
import contextlib
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.node.prepare import jdk, packages
from tests.support.realm import realm

_POM = Path(__file__).parent / "keycloak.pom.xml"
_CACHE = _POM.parents[2] / ".cache"
VARIABLE = "MOISSON_TEST_KEYCLOAK"
_PASSWORD = "admin"


class KeycloakError(Exception):
    """Keycloak cannot be prepared or does not start; the message holds the end of its log."""


class Keycloak:
    """A running one, at `url`, and its administration."""

    def __init__(self, url: str) -> None:
        self.url = url

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Answer of the admin REST API, None when empty; `path` from /admin/realms on."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": _PASSWORD}
            token = client.post("/realms/master/protocol/openid-connect/token", data=form).raise_for_status().json()["access_token"]
            answer = client.request(method, f"/admin/realms{path}", json=body, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
            return answer.json() if answer.content else None

    @contextlib.contextmanager
    def realm(self) -> Iterator[str]:
        """Imports the realm of realm.py under a new name, for a test that changes it."""
        name = f"moisson-{secrets.token_hex(4)}"
        self.admin("POST", "", realm(name))
        try:
            yield name
        finally:
            self.admin("DELETE", f"/{name}")


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Keycloak]:
    """One that lives as long as the session. Without a JDK or Maven the test skips and says what to install; in CI it fails."""
    named = os.environ.get(VARIABLE)
    if named:
        yield Keycloak(named.rstrip("/"))
        return
    line = missing_line()
    if line:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(line)
    with run_keycloak() as url:
        yield Keycloak(url)


def missing_line() -> str | None:
    """One line that says what to do, or None when nothing is missing."""
    missing = packages()
    return f"the tests with Keycloak need: sudo apt-get install -y {' '.join(missing)}" if missing else None


@contextlib.contextmanager
def run_keycloak(port: int = 0, timeout: float = 180) -> Iterator[str]:
    """Runs one on loopback (port 0: any free one) and yields its address, which its tokens name; whoever asks it by another address
    gets tokens that name that one. `timeout` in seconds. Raises KeycloakError.

    It ends with the block, and also when this process dies without leaving it.
    """
    prepared = prepare()
    # Beside what was prepared, so that files can be linked: a run has folders of its own for what it writes.
    with tempfile.TemporaryDirectory(dir=_CACHE, prefix="keycloak-run.", ignore_cleanup_errors=True) as scratch:
        home, log = Path(scratch) / "home", Path(scratch) / "log"
        _link(prepared / "home", home)
        options = ["--optimized", "--http-enabled=true", "--hostname-strict=false", "--cache=local"]
        command = ["sh", str(home / "bin" / "kc.sh"), "start", *options, "--http-host=127.0.0.1", f"--http-port={port}"]
        with log.open("wb") as sink:
            streams: Any = {"stdin": subprocess.DEVNULL, "stdout": sink, "stderr": subprocess.STDOUT}
            process = subprocess.Popen(command, cwd=scratch, env=_environment(), start_new_session=True, **streams)
        # Its standard input ends when this process does, however it does.
        watch = ["sh", "-c", 'cat >/dev/null; kill -KILL "-$1"; rm -rf "$2"', "sh", str(process.pid), scratch]
        guard = subprocess.Popen(watch, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            yield _wait(process, log, time.monotonic() + timeout)
        finally:
            guard.kill()
            guard.communicate()
            _stop(process)


def prepare() -> Path:
    """A folder whose `home` is an unpacked Keycloak, built for an in-memory database; made once for each version. Raises KeycloakError."""
    text = _POM.read_text()
    found = re.search(r"<keycloak\.version>(.+)</keycloak\.version>", text)
    assert found is not None
    ready = _CACHE / f"keycloak-{found[1]}"
    if (ready / "home").is_dir():
        return ready
    _CACHE.mkdir(exist_ok=True)
    # Two test runs may prepare at the same time: each builds aside, one rename wins, both are equal.
    with tempfile.TemporaryDirectory(dir=_CACHE, prefix="keycloak-new.") as scratch:
        new = Path(scratch) / "new"
        _tool(["mvn", "-q", "-B", "-f", str(_POM), "dependency:unpack", f"-Dscratch={scratch}"])
        new.mkdir()
        (Path(scratch) / "dependency" / f"keycloak-{found[1]}").rename(new / "home")
        _tool(["sh", str(new / "home" / "bin" / "kc.sh"), "build", "--db=dev-mem"])
        with contextlib.suppress(OSError):
            new.rename(ready)
    if not (ready / "home").is_dir():
        raise KeycloakError(f"could not put Keycloak at {ready}")
    return ready


def _link(source: Path, target: Path) -> None:
    for folder, _, names in os.walk(source):
        made = target / Path(folder).relative_to(source)
        made.mkdir(parents=True)
        for name in names:
            (made / name).hardlink_to(Path(folder) / name)


def _environment() -> dict[str, str]:
    # Half of the start of so short a life is the JVM's optimising.
    java = {"JAVA_HOME": str(jdk()), "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}
    return {**os.environ, **java, "KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": _PASSWORD}


def _tool(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode:
        raise KeycloakError(f"{' '.join(command[:2])} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _wait(process: subprocess.Popen[bytes], log: Path, deadline: float) -> str:
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        if process.poll() is not None:
            raise KeycloakError(f"Keycloak ended with status {process.returncode}:\n{text[-3000:]}")
        found = re.search(r"Listening on: (http://127\.0\.0\.1:\d+)", text)
        if found:
            return found[1]
        time.sleep(0.1)
    raise KeycloakError(f"Keycloak did not answer in time:\n{text[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    # Nothing of it is worth an orderly end.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    """Runs a Keycloak until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.keycloak", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8180)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt), run_keycloak(options.port) as url:
            Keycloak(url).admin("POST", "", realm("moisson"))
            print(f"Keycloak answers at {url}, issuer {url}/realms/moisson; Ctrl-C stops it.", flush=True)
            while True:
                time.sleep(3600)
    except KeycloakError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
