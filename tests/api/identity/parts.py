"""Parts of the tests of who asks: a clock, a sign-in service in memory, and requests by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.requests import Request

from api.access import Identify
from api.errors import Problem
from api.identity.identify import IdentitySettings, build_identify
from api.identity.oidc_http import Answer, IssuerUnavailable
from api.identity.oidc_settings import OidcSettings
from api.identity.store import ORGANISATION
from index.protocol import Index
from mappings.access.organisation import Organisation

ISSUER = "https://sign-in.example/realms/moisson"
AUDIENCE = "moisson-api"
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    time: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def on(self, **span: float) -> None:
        self.time += timedelta(**span)


def jwk(key: Any, kid: str | None = "one", **members: Any) -> dict[str, Any]:
    """The public key as its issuer publishes it."""
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    named = {} if kid is None else {"kid": kid}
    return {**json.loads(kind.to_jwk(key.public_key())), "use": "sig", **named, **members}


@dataclass
class Issuer:
    """A sign-in service in memory: `keys` as it publishes them; `asked` counts the questions for them; it may be `down`."""

    keys: list[Any] = field(default_factory=lambda: [jwk(RSA, alg="RS256")])
    down: bool = False
    asked: int = 0
    discovery: dict[str, Any] = field(default_factory=dict)

    def send(self, url: str, form: Mapping[str, str] | None = None) -> Answer:
        assert form is None
        if url.endswith("/.well-known/openid-configuration"):
            self.asked += 1
        if self.down:
            raise IssuerUnavailable("down")
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return Answer(200, {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs", **self.discovery})
        assert url == f"{ISSUER}/certs"
        return Answer(200, {"keys": self.keys})


def token(clock: Clock, key: Any = RSA, algorithm: str = "RS256", headers: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """A good token, but for what is told; a claim of None is left out."""
    now = int(clock().timestamp())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anne", "exp": now + 300, "iat": now, "organization": "ign"}
    given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers={"kid": "one", **(headers or {})})


def request(*headers: tuple[str, str]) -> Request:
    """A request with these headers."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "GET", "path": "/me", "query_string": b"", "headers": raw})


def bearer(text: str) -> Request:
    return request(("Authorization", f"Bearer {text}"))


def refused(identify: Identify, asked: Request) -> Problem:
    """The problem that the request ends in."""
    try:
        asker = identify(asked)
    except Problem as problem:
        return problem
    raise AssertionError(f"taken for {asker}")


def register(index: Index, name: str = "ign", user_class: str = "public-actor", **members: Any) -> None:
    """Writes an organisation in force, or with other members."""
    row = {"id": name, "name": name.upper(), "user_class": user_class, "adhesion": {"from": "2024-01-01"}, **members}
    entry = Organisation.model_validate(row)
    assert index.write_note(ORGANISATION, name, entry.document(), index.note(ORGANISATION, name))


def identify_by(index: Index, clock: Clock, issuer: Issuer | None = None, **oidc: Any) -> Identify:
    """The whole of it; what is left for later is done at once."""
    settings = IdentitySettings(OidcSettings(ISSUER, AUDIENCE, **oidc) if issuer else None)
    return build_identify(settings, index, clock, send=issuer.send if issuer else _nobody, later=_at_once)


def _nobody(url: str, form: Mapping[str, str] | None = None) -> Answer:
    raise AssertionError(url)


def _at_once(work: Callable[[], None]) -> None:
    work()
