"""OIDC bearer tokens: who a token names, once its signature, issuer, audience and times have been checked."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from api.identity.oidc_keys import SigningKeys
from api.identity.oidc_settings import OidcSettings

ALGORITHMS = ("RS256", "ES256")
"""No others: `none`, and HS*, whose secret would be the public key, never hold."""

_MOST_LETTERS = 16_384
_MOST_ORGANISATIONS = 100
_MOST_NAME = 200
# What the header may say that a token is (RFC 9068 §2.1), and Keycloak's claim for tokens that are not for an API.
_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
_OTHER_USES = {"ID", "Refresh", "Offline", "Logout"}


@dataclass(frozen=True)
class Named:
    """Who a good token names. `organisations` as the claim has them; `also` are the person's other names that the issuer checked."""

    organisations: tuple[str, ...]
    person: str
    also: tuple[str, ...] = ()


class BadToken(Exception):
    """The token does not hold; the message says why in words that tell nothing of it."""


class TokenCheck:
    """Checks tokens of one issuer. `now` is the clock for their times."""

    def __init__(self, settings: OidcSettings, keys: SigningKeys, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._keys = keys
        self._now = now

    def __call__(self, token: str) -> Named:
        """Raises BadToken, and KeysUnknown when the sign-in service does not answer."""
        if len(token) > _MOST_LETTERS:
            raise BadToken("too long")
        claims = self._verified(token)
        self._check_times(claims)
        if claims.get("typ") in _OTHER_USES:
            raise BadToken("not an access token")
        person = _name(claims.get(self._settings.person_claim))
        if person is None:
            raise BadToken("names no person")
        email = _name(claims.get("email")) if claims.get("email_verified") is True else None
        also = [name for name in (_name(claims.get("sub")), email) if name and name != person]
        return Named(_organisations(claims.get(self._settings.organisation_claim)), person, tuple(also))

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header)
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                # The times are checked by our own clock.
                options={"require": ["exp", "iss", "aud"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise BadToken(_REASONS.get(type(error), "not a token of this sign-in service")) from None

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
        if algorithm not in ALGORITHMS:
            raise BadToken("signed in a way that is not accepted")
        if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
            raise BadToken("not an access token")
        found = self._keys.key(kid if isinstance(kid, str) else None)
        if found is None:
            raise BadToken("signed with a key that the sign-in service does not have")
        # A key that names its algorithm is for no other.
        return jwt.PyJWK(found, algorithm=None if "alg" in found else algorithm)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now, leeway = self._now().timestamp(), self._settings.leeway.total_seconds()
        expires, begins = _seconds(claims, "exp"), _seconds(claims, "nbf")
        if expires is None or now >= expires + leeway:
            raise BadToken("expired")
        if begins is not None and now < begins - leeway:
            raise BadToken("not valid yet")


_REASONS: dict[type[Exception], str] = {
    jwt.InvalidAudienceError: "for another audience",
    jwt.InvalidIssuerError: "of another issuer",
    jwt.InvalidSignatureError: "its signature does not hold",
    jwt.InvalidAlgorithmError: "signed in a way that is not accepted",
    jwt.MissingRequiredClaimError: "a claim is missing: exp, iss and aud are needed",
}


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise BadToken(f"{name} is no time")


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _MOST_NAME and value.isprintable() else None


def _organisations(claim: Any) -> tuple[str, ...]:
    """A name, a list of names, or Keycloak's object by name."""
    names = [claim] if isinstance(claim, str) else list(claim) if isinstance(claim, list | dict) else []
    return tuple(dict.fromkeys(name for name in names[:_MOST_ORGANISATIONS] if _name(name)))
