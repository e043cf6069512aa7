"""Signing in from the command line to a real Keycloak: with a browser, with a code, and out again."""

import re
import stat
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.support.browser import Browser
from tests.support.realm import ANNE
from tests.support.signed_in import Api, Command


@pytest.fixture
def moisson(api: Api, tmp_path: Path) -> Command:
    return Command(tmp_path / "home", api.url)


def page(process: "subprocess.Popen[str]", begin: str) -> str:
    """The address on the first line that begins so."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith(begin), line + process.stderr.read()
    return line.removeprefix(begin).split()[0]


def sign_in(moisson: Command) -> str:
    """Signs in as anne with a browser; what the command prints."""
    with moisson.started("login") as process, Browser() as browser:
        assert "Vous pouvez fermer cette page" in browser.sign_in(page(process, "Sign in at "), ANNE)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    return out


def test_signing_in_with_the_browser(api: Api, moisson: Command) -> None:
    shown = sign_in(moisson)
    assert shown.splitlines()[:3] == ["class: public-actor", "organisation: IGN (ign)", f"person: {ANNE}"]
    assert stat.S_IMODE(moisson.kept.stat().st_mode) == 0o600
    [kept] = orjson.loads(moisson.kept.read_bytes()).values()
    assert api.ids(kept["access"]) == ["held-one", "open-one"]
    assert moisson("whoami").stdout == shown
    assert orjson.loads(moisson("whoami", "--json").stdout)["organisation"]["id"] == "ign"


def test_the_address_to_sign_in_at_asks_for_a_code_with_pkce(moisson: Command) -> None:
    with moisson.started("login") as process:
        address = page(process, "Sign in at ")
    assert "response_type=code" in address
    assert "code_challenge_method=S256" in address
    assert re.search(r"code_challenge=[\w-]{43}&?", address)
    assert re.search(r"redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d+%2Fcallback", address)


def test_a_wrong_password_signs_nobody_in(moisson: Command) -> None:
    with moisson.started("login") as process, Browser() as browser:
        assert "Invalid username or password" in browser.sign_in(page(process, "Sign in at "), ANNE, "wrong")
        assert process.poll() is None
    assert not moisson.kept.exists()


def test_signing_in_with_a_code_on_another_device(api: Api, moisson: Command) -> None:
    with moisson.started("login", "--device") as process, Browser() as browser:
        assert "Device Login Successful" in browser.approve(page(process, "Open "), ANNE, "accept")
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    assert "organisation: IGN (ign)" in out
    assert moisson("whoami").stdout == out


def test_a_device_that_the_person_refuses_is_not_signed_in(moisson: Command) -> None:
    with moisson.started("login", "--device") as process, Browser() as browser:
        browser.approve(page(process, "Open "), ANNE, "cancel")
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.splitlines() == ["moisson: not signed in: access_denied"]
    assert not moisson.kept.exists()


def test_a_token_that_is_about_to_end_is_renewed(moisson: Command) -> None:
    shown = sign_in(moisson)
    kept = orjson.loads(moisson.kept.read_bytes())
    [(url, before)] = kept.items()
    moisson.kept.write_bytes(orjson.dumps({url: {**before, "expires": 0}}))
    assert moisson("whoami").stdout == shown
    after = orjson.loads(moisson.kept.read_bytes())[url]
    assert after["access"] != before["access"]
    assert after["expires"] > before["expires"] - 60


def test_signing_out_forgets_the_token_here_and_ends_it_at_keycloak(api: Api, moisson: Command) -> None:
    sign_in(moisson)
    [kept] = orjson.loads(moisson.kept.read_bytes()).values()
    done = moisson("logout")
    assert (done.returncode, done.stderr) == (0, "")
    assert orjson.loads(moisson.kept.read_bytes()) == {}
    assert moisson("whoami").stdout.startswith("class: anonymous\n")
    assert "not signed in" in moisson("logout").stdout
    # Whoever copied the file cannot renew the token any more.
    moisson.kept.write_bytes(orjson.dumps({api.url: {**kept, "expires": 0}}))
    again = moisson("whoami")
    assert again.returncode == 2
    assert "invalid_grant" in again.stderr
    assert len(again.stderr.splitlines()) == 1


def test_what_is_wrong_is_one_line(moisson: Command, tmp_path: Path) -> None:
    assert Command(tmp_path, "http://example.org")("login").returncode == 2
    silent = Command(tmp_path, "http://127.0.0.1:1")("login")
    assert (silent.returncode, len(silent.stderr.splitlines())) == (4, 1)
    wrong = moisson("whoami", "--key", "moi_wrong")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
    moisson.kept.parent.mkdir(parents=True)
    moisson.kept.write_text("nonsense")
    damaged = moisson("whoami")
    assert (damaged.returncode, len(damaged.stderr.splitlines())) == (2, 1)
