"""What the command does with this machine's browser; signing in itself is tried with a real Keycloak."""

import socket
import threading
import webbrowser
from urllib.parse import urlsplit

import httpx
import pytest

from moisson.callback import Callback
from moisson.commands.login import open_beside


def test_a_browser_that_stays_open_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, closed = threading.Event(), threading.Event()

    def stay(_: str) -> None:
        opened.set()
        closed.wait(30)

    monkeypatch.setattr(webbrowser, "open", stay)
    open_beside("https://id.example/auth")
    assert opened.wait(5)
    assert not closed.is_set()
    closed.set()


def test_a_browser_that_hangs_up_is_not_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with Callback() as callback:
        place = urlsplit(callback.address)
        assert place.hostname
        assert place.port

        def come() -> None:
            with socket.create_connection((place.hostname, place.port), timeout=5) as gone:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                gone.sendall(b"GET /other HTTP/1.1\r\n")
            httpx.get(f"{callback.address}?state=s&code=c", timeout=5)

        browser = threading.Thread(target=come)
        browser.start()
        assert callback.wait(lambda given: given.get("state") == "s", 10) == {"state": "s", "code": "c"}
        browser.join(5)
    assert capsys.readouterr() == ("", "")
