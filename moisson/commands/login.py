"""moisson login, whoami, logout: signing in to a Moisson API from the command line."""

import sys
import threading
import time
import webbrowser
from typing import Annotated, Any

import httpx
import orjson
import typer

from api.identity.oidc_http import IssuerUnavailable, is_loopback, is_safe
from moisson.callback import Callback
from moisson.commands.options import Config, Json
from moisson.sections import ConfigError
from moisson.settings import load_settings
from moisson.signin import Client, NotSignedIn
from moisson.tokens import Tokens, read_tokens, token_path, write_tokens

Url = Annotated[str | None, typer.Option("--url", help="Address of the API (default: that of moisson.toml)")]
_EARLY = 30.0
_MOST_BYTES = 1 << 20


def login(
    url: Url = None,
    device: Annotated[bool, typer.Option("--device", help="With a code, on any device, instead of this machine's browser")] = False,
    config: Config = None,
) -> None:
    """Signs in, and keeps the token in a file that only this user can read."""
    place = _place(url, config)
    client = _client(_asked(place, None).get("sign_in"), place)
    if device:
        tokens = client.by_device()
    else:
        with Callback() as callback:
            tokens = client.by_browser(callback, open_beside)
    document = _asked(place, tokens.access)
    write_tokens(token_path(), place, tokens)
    _show(document)


def open_beside(page: str) -> None:
    """Opens the page without waiting for the browser: some come back only once they are closed, and the page must reach us before."""
    threading.Thread(target=webbrowser.open, args=(page,), name="browser", daemon=True).start()


def whoami(
    url: Url = None,
    key: Annotated[
        str | None, typer.Option("--key", envvar="MOI_KEY", show_envvar=True, help="An API key instead of the kept token")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Tells whom the API takes you for: class, organisation, signed licences."""
    place = _place(url, config)
    document = _asked(place, key if key is not None else _access(place))
    if as_json:
        sys.stdout.write(orjson.dumps(document).decode() + "\n")
    else:
        _show(document)


def logout(url: Url = None, config: Config = None) -> None:
    """Forgets the token, here and at the sign-in service."""
    place, path = _place(url, config), token_path()
    tokens = read_tokens(path).get(place)
    if tokens is None:
        sys.stdout.write(f"not signed in to {place}\n")
        return
    write_tokens(path, place, None)
    try:
        _client_of(tokens).revoke(tokens)
    except (IssuerUnavailable, ConfigError) as error:
        sys.stderr.write(f"moisson: forgotten here, but {' '.join(str(error).split())}\n")
    sys.stdout.write(f"signed out of {place}\n")


def _access(place: str) -> str | None:
    """The kept token, a new one when it is about to end; None when nobody signed in. Raises NotSignedIn."""
    path = token_path()
    tokens = read_tokens(path).get(place)
    if tokens is None:
        return None
    if tokens.expires - time.time() < _EARLY:
        tokens = _client_of(tokens).refresh(tokens)
        write_tokens(path, place, tokens)
    return tokens.access


def _place(url: str | None, config: Any) -> str:
    """The API's address. Raises ConfigError for one that secrets must not be sent to."""
    place = load_settings(config).api.base() if url is None else url.rstrip("/")
    if not is_safe(place):
        raise ConfigError(f"{place}: give an https address (http for this machine only): tokens and keys are sent there")
    return place


def _asked(place: str, secret: str | None) -> dict[str, Any]:
    """What GET /me answers. Raises NotSignedIn, ConfigError and IssuerUnavailable."""
    if secret is not None and not (secret.isascii() and secret.isprintable() and secret):
        raise ConfigError("this is no key")
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else None
    try:
        with (
            httpx.Client(timeout=30, trust_env=not is_loopback(place)) as client,
            client.stream("GET", f"{place}/me", headers=headers) as answer,
        ):
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise ConfigError(f"{place}: no Moisson API: the answer is too long")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IssuerUnavailable(f"{place}: does not answer: {type(error).__name__}") from None
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or answer.status_code == 404:
        raise ConfigError(f"{place}: no Moisson API (status {answer.status_code})")
    if answer.status_code == 401:
        raise NotSignedIn(f"{place}: {document.get('detail')}")
    if answer.status_code != 200:
        raise IssuerUnavailable(f"{place}: {document.get('detail', answer.status_code)}")
    return document


def _client(told: Any, place: str) -> Client:
    """The sign-in service that an API tells of."""
    known = isinstance(told, dict) and all(isinstance(told.get(name), str) for name in ("issuer", "client_id"))
    if not known or not is_safe(told["issuer"]):
        raise ConfigError(f"{place}: has no sign-in from the command line: its operator sets access.oidc with a client_id, or gives keys")
    scopes = [scope for scope in told.get("scopes", ()) if isinstance(scope, str)]
    return Client(told["issuer"], told["client_id"], tuple(scopes), time.time, time.sleep, _tell)


def _client_of(tokens: Tokens) -> Client:
    return Client(tokens.issuer, tokens.client_id, (), time.time, time.sleep, _tell)


def _show(document: dict[str, Any]) -> None:
    organisation, note = document.get("organisation"), document.get("note")
    lines = [
        f"class: {document.get('class')}",
        f"organisation: {organisation.get('name')} ({organisation.get('id')})" if isinstance(organisation, dict) else "organisation: none",
        f"person: {document.get('person') or 'none'}",
        f"signed: {', '.join(map(str, document.get('signed') or ())) or 'nothing'}",
        *([str(note.get("fr")), str(note.get("en"))] if isinstance(note, dict) else []),
    ]
    # A hostile server's words must not drive the terminal.
    sys.stdout.writelines("".join(letter for letter in line if letter.isprintable()) + "\n" for line in lines)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
