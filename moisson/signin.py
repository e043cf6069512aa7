"""Signing in from the command line: device flow (RFC 8628), authorisation code with PKCE (RFC 7636), refreshing (RFC 6749 §6)."""

import base64
import hmac
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from api.identity.oidc_http import Answer, IssuerUnavailable, Send, discover, send
from moisson.callback import Callback
from moisson.sections import ConfigError
from moisson.tokens import Tokens

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INSTEAD = {"device_authorization_endpoint": ": sign in without --device", "authorization_endpoint": ": sign in with --device"}
_LONGEST = 600.0


class NotSignedIn(ConfigError):
    """The sign-in service refused, or the tokens are over: sign in again."""


@dataclass(frozen=True)
class Client:
    """This command at one sign-in service. `time` in seconds since 1970; `sleep` in seconds; `tell` shows a line to the person."""

    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    time: Callable[[], float]
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    send: Send = send

    def by_device(self) -> Tokens:
        """The person opens an address on any device and types a code. Raises NotSignedIn and IssuerUnavailable."""
        verifier = _random()
        begun = self._post(self._place("device_authorization_endpoint"), {"scope": self._scope(), **_challenge(verifier)})
        if begun.status != 200:
            raise NotSignedIn(f"the sign-in service refuses: {_reason(begun)}")
        code, shown, place = (_text(begun, name) for name in ("device_code", "user_code", "verification_uri"))
        whole = begun.body.get("verification_uri_complete")
        page = whole if isinstance(whole, str) and whole.isprintable() else place
        self.tell(f"Open {page} and check that it shows the code {shown}")
        form = {"grant_type": _DEVICE_GRANT, "device_code": code, "code_verifier": verifier}
        return self._polled(form, _number(begun, "interval", 5), min(_number(begun, "expires_in", _LONGEST), _LONGEST))

    def _polled(self, form: Mapping[str, str], interval: float, lasting: float) -> Tokens:
        place, ends = self._place("token_endpoint"), self.time() + lasting
        while (left := ends - self.time()) > 0:
            self.sleep(min(interval, left))
            try:
                answer = self._post(place, form)
            except IssuerUnavailable:
                # RFC 8628 §3.5: slower, but on.
                answer = Answer(503, {})
            error = answer.body.get("error")
            if answer.status == 200:
                return self._tokens(answer)
            if error == "slow_down" or answer.status >= 500:
                interval += 5
            elif error != "authorization_pending":
                raise NotSignedIn(f"not signed in: {_reason(answer)}")
        raise NotSignedIn("not signed in: the code was not used in time")

    def by_browser(self, callback: Callback, open_page: Callable[[str], Any]) -> Tokens:
        """The person signs in with this machine's browser, which comes back to `callback`. Raises NotSignedIn and IssuerUnavailable."""
        verifier, state = _random(), _random()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": callback.address,
            "scope": self._scope(),
            "state": state,
            **_challenge(verifier),
        }
        place = self._place("authorization_endpoint")
        page = f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"
        self.tell(f"Sign in at {page}")
        open_page(page)
        found = callback.wait(lambda given: hmac.compare_digest(given.get("state", "").encode(), state.encode()), _LONGEST)
        if found is None:
            raise NotSignedIn("not signed in: nobody came back from the sign-in page in time")
        # RFC 9207: an answer of another issuer is not ours.
        if found.get("iss", self.issuer) != self.issuer or "code" not in found:
            raise NotSignedIn(f"not signed in: {found.get('error', 'the answer is not of this sign-in service')[:100]!r}")
        form = {
            "grant_type": "authorization_code",
            "code": found["code"],
            "redirect_uri": callback.address,
            "code_verifier": verifier,
        }
        return self._asked_for(form)

    def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for old ones. Raises NotSignedIn when that is over."""
        if tokens.refresh is None:
            raise NotSignedIn("the token has expired: moisson login")
        return self._asked_for({"grant_type": "refresh_token", "refresh_token": tokens.refresh}, tokens.refresh)

    def revoke(self, tokens: Tokens) -> None:
        """Tells the sign-in service to forget the tokens. Raises IssuerUnavailable, also when it refuses."""
        answer = self._post(self._place("revocation_endpoint"), {"token": tokens.refresh or tokens.access})
        if answer.status != 200:
            raise IssuerUnavailable(f"{self.issuer}: tokens are not revoked: status {answer.status}")

    def _asked_for(self, form: Mapping[str, str], refresh: str | None = None) -> Tokens:
        answer = self._post(self._place("token_endpoint"), form)
        if answer.status >= 500:
            raise IssuerUnavailable(f"{self.issuer}: status {answer.status}")
        if answer.status != 200:
            raise NotSignedIn(f"the sign-in service refuses ({_reason(answer)}): moisson login")
        return self._tokens(answer, refresh)

    def _tokens(self, answer: Answer, refresh: str | None = None) -> Tokens:
        given = answer.body.get("refresh_token")
        return Tokens(
            issuer=self.issuer,
            client_id=self.client_id,
            access=_text(answer, "access_token"),
            refresh=given if isinstance(given, str) else refresh,
            expires=self.time() + _number(answer, "expires_in", 60),
        )

    def _post(self, place: str, form: Mapping[str, str]) -> Answer:
        return self.send(place, {"client_id": self.client_id, **form})

    def _place(self, endpoint: str) -> str:
        found = discover(self.issuer, self.send).get(endpoint)
        if found is None:
            raise ConfigError(f"{self.issuer}: has no {endpoint}{_INSTEAD.get(endpoint, '')}")
        return found

    def _scope(self) -> str:
        return " ".join(self.scopes)


def _random() -> str:
    return secrets.token_urlsafe(48)


def _challenge(verifier: str) -> dict[str, str]:
    digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return {"code_challenge": digest, "code_challenge_method": "S256"}


def _reason(answer: Answer) -> str:
    error = answer.body.get("error")
    return "".join(letter for letter in error[:100] if letter.isprintable()) if isinstance(error, str) else f"status {answer.status}"


def _text(answer: Answer, member: str) -> str:
    value = answer.body.get(member)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise IssuerUnavailable(f"the sign-in service's answer has no {member}")
    return value


def _number(answer: Answer, member: str, usual: float) -> float:
    value = answer.body.get(member)
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return float(value) if good and value is not None else usual
