"""An API that trusts a realm of the tests' Keycloak, and the command of somebody who signs in to it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.access import Access
from api.app import Offer
from api.identity.identify import IdentitySettings, build_identify
from api.identity.oidc_settings import OidcSettings
from api.identity.store import ORGANISATION
from api.map.offer import MapOffer
from index.protocol import Index
from mappings.access.organisation import Organisation
from mappings.access.policy import Policy
from tests.index.helpers import batch
from tests.support.items import make_document
from tests.support.realm import AUDIENCE, CLIENT, PASSWORD
from tests.support.serving import serving


@dataclass
class Realm:
    """A realm at an issuer's address, to the letter."""

    issuer: str

    def token(self, user: str, client: str = CLIENT, issuer: str | None = None) -> str:
        """An access token, from the realm as it is called at another address or at its own."""
        return self.tokens(user, client, issuer)["access_token"]

    def tokens(self, user: str, client: str = CLIENT, issuer: str | None = None) -> dict[str, str]:
        """All tokens that somebody gets who signs in."""
        form = {"grant_type": "password", "client_id": client, "username": user, "password": PASSWORD, "scope": "openid"}
        with httpx.Client(trust_env=False, timeout=60) as http:
            answer = http.post(f"{issuer or self.issuer}/protocol/openid-connect/token", data=form)
        found: dict[str, str] = answer.raise_for_status().json()
        return found

    @property
    def port(self) -> int:
        return urlsplit(self.issuer).port or 0


@dataclass
class Clock:
    """The machine's clock, put forward by what a test says."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Api:
    """An API on a loopback port."""

    url: str
    clock: Clock

    def get(self, path: str, token: str | None = None) -> httpx.Response:
        """Its answer, to a bearer of this token."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else None
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            return client.get(path, headers=headers)

    def ids(self, token: str | None = None) -> list[str]:
        """The ids of all Items that it finds for them."""
        return sorted(feature["id"] for feature in self.get("/search", token).raise_for_status().json()["features"])


@contextmanager
def trusting(
    issuer: str, index: Index, later: Callable[[Callable[[], None]], None] = lambda work: work(), map_client: str | None = None
) -> Iterator[Api]:
    """An API over an index in which « ign » is a public actor, with an open Item and one that is held; `map_client` is what the map signs
    in as."""
    row = {"id": "ign", "name": "IGN", "user_class": "public-actor", "adhesion": {"from": "2024-01-01"}}
    assert index.write_note(ORGANISATION, "ign", Organisation.model_validate(row).document(), None)
    index.apply(batch(items=[make_document("open-one", availability="open"), make_document("held-one", availability="held")]))
    index.refresh()
    clock, oidc = Clock(), OidcSettings(issuer, AUDIENCE, client_id=CLIENT, person_claim="preferred_username")
    policy = Policy()
    identify = build_identify(IdentitySettings(oidc, policy.table), index, clock, later=later)
    offer = Offer(Access(policy, identify), oidc=oidc, now=clock, map=MapOffer(client_id=map_client))
    with serving(index, offer=offer) as url:
        yield Api(url, clock)


class Command:
    """`moisson` as a person types it, in a home of their own."""

    def __init__(self, home: Path, url: str) -> None:
        self.kept = home / "moisson" / "tokens.json"
        self._url = url
        # No window opens: the test is the browser.
        self._environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "BROWSER": "true"}

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(self._line(arguments), capture_output=True, text=True, check=False, timeout=60, env=self._environment)

    @contextmanager
    def started(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """While it runs; it ends with the block."""
        pipe: Any = subprocess.PIPE
        with subprocess.Popen(self._line(arguments), stdout=pipe, stderr=pipe, text=True, env=self._environment) as process:
            try:
                yield process
            finally:
                process.kill()

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-c", "from moisson.cli import main; main()", *arguments, "--url", self._url]
