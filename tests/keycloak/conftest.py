"""A realm of a real Keycloak, and an API that trusts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.sqlite import SqliteIndex
from tests.support.keycloak import Keycloak
from tests.support.signed_in import Api, Realm, trusting


@pytest.fixture(scope="module")
def realm(keycloak: Keycloak) -> Iterator[Realm]:
    with keycloak.realm() as name:
        yield Realm(f"{keycloak.url}/realms/{name}")


@pytest.fixture
def api(realm: Realm, tmp_path: Path) -> Iterator[Api]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index, trusting(realm.issuer, index) as served:
        yield served
