"""A Chromium without a window, driven over a pipe with its DevTools protocol: what a page asks a server, and what it complains of."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-extensions",
    "--window-size=1400,2400", "--lang=en", "--remote-debugging-pipe",
    # Nothing leaves the machine: neither maps nor the archives' previews.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
_ANSWER_WITHIN = 30.0


class PageFailed(Exception):
    """A script of ours failed in the page, or the browser stopped answering."""


@dataclass
class Request:
    """What the page sent, in the order in which it was sent; `status` 0 and `answer` None where nothing came back."""

    url: str
    method: str
    headers: dict[str, str]
    body: str | None
    status: int = 0
    answer: Any = None


@dataclass
class Chromium:
    """One page. `requests` and `complaints` (the console's errors and warnings) grow while messages are read."""

    _to: int
    _from: int
    requests: dict[str, Request] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    _session: str | None = None
    _last: int = 0
    _rest: bytes = b""
    _open: set[str] = field(default_factory=set)

    def start(self, before: str) -> None:
        """Opens the page; `before` is a script that runs ahead of those of every document."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=before)

    def run(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise. Raises PageFailed."""
        told = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in told:
            raise PageFailed(f"{script[:200]}: {json.dumps(told['exceptionDetails'])[:600]}")
        return told["result"].get("value")

    def settle(self, quiet: float = 0.6) -> None:
        """Returns when no request is under way, and none was made for `quiet` seconds."""
        until = time.monotonic() + _ANSWER_WITHIN
        while time.monotonic() < until:
            if not self._read(quiet) and not self._open:
                return

    def ask(self, method: str, **parameters: Any) -> Any:
        """The result of a command of the protocol."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters, **({"sessionId": self._session} if self._session else {})}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        wanted, until = self._last, time.monotonic() + _ANSWER_WITHIN
        while time.monotonic() < until:
            for told in self._read(1.0):
                if told.get("id") == wanted:
                    if "error" in told:
                        raise PageFailed(f"{method}: {told['error']}")
                    return told["result"]
        raise PageFailed(f"{method}: no answer")

    def _read(self, wait: float) -> list[dict[str, Any]]:
        """The messages that came, at once if there are any; those of the network and the console are noted."""
        if not select.select([self._from], [], [], wait)[0]:
            return []
        *whole, self._rest = (self._rest + os.read(self._from, 1 << 20)).split(b"\0")
        messages = [json.loads(one) for one in whole]
        for message in messages:
            if "method" in message:
                self._note(message["method"], message["params"])
        return messages or [{}]

    def _note(self, event: str, told: dict[str, Any]) -> None:
        key = told.get("requestId", "")
        if event == "Network.requestWillBeSent" and told["request"]["method"] != "OPTIONS":
            sent = told["request"]
            self.requests[key] = Request(sent["url"], sent["method"], sent["headers"], sent.get("postData"))
            self._open.add(key)
        elif event == "Network.responseReceived" and key in self.requests:
            self.requests[key].status = told["response"]["status"]
        elif event in ("Network.loadingFinished", "Network.loadingFailed"):
            self._open.discard(key)
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(f"exception: {json.dumps(told['exceptionDetails'])[:600]}")
        elif event == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
            self.complaints.append(
                f"{told['type']}: {' '.join(str(one.get('value', one.get('description'))) for one in told['args'])[:600]}"
            )
        elif event == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"log: {told['entry']['text'][:300]} {told['entry'].get('url', '')}")

    def read_answers(self) -> None:
        """Fetches what was answered to every request that has no `answer` yet and whose answer is JSON."""
        for key, request in list(self.requests.items()):
            if request.answer is None and request.status:
                try:
                    request.answer = json.loads(self.ask("Network.getResponseBody", requestId=key)["body"] or "null")
                except (PageFailed, ValueError):
                    request.answer = False


@contextmanager
def chromium(command: str = "chromium") -> Iterator[Chromium]:
    """The browser, until the end of the context."""
    ours, theirs = os.pipe(), os.pipe()
    with TemporaryDirectory() as profile:
        # It reads its commands from descriptor 3 and writes to 4.
        shell = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        started = subprocess.Popen(
            ["bash", "-c", shell, command, *_OPTIONS, f"--user-data-dir={profile}"],
            pass_fds=(ours[0], theirs[1]), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield Chromium(ours[1], theirs[0])
        finally:
            started.terminate()
            started.wait(10)
            for end in (*ours, *theirs):
                os.close(end)
