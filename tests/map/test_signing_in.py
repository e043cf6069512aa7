"""Signing in on the map by the organisation's service, a real Keycloak: through its form, with the rights of a member, and out again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from index.sqlite import SqliteIndex
from tests.map.conftest import Open, Visit, settled
from tests.support.keycloak import Keycloak
from tests.support.realm import ANNE, BRUNO, MAP_CLIENT, PASSWORD
from tests.support.signed_in import Api, trusting


@pytest.fixture(scope="module")
def issuer(keycloak: Keycloak) -> Iterator[str]:
    with keycloak.realm() as name:
        yield f"{keycloak.url}/realms/{name}"


@pytest.fixture
def api(issuer: str, tmp_path: Path) -> Iterator[Api]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index, trusting(issuer, index, map_client=MAP_CLIENT) as served:
        yield served


@pytest.fixture
def stranger(opened: Open, api: Api, issuer: str) -> Visit:
    """Somebody who has not signed in, and sees what is open."""
    visit = opened("/map?collapse=false", base=api.url)
    assert ids(visit.page) == ["c/open-one"]
    assert not visit.wrong, "the service is asked when somebody signs in"
    parts = urlsplit(issuer)
    visit.expected.append(f"asked of somebody else: {parts.scheme}://{parts.netloc}/")
    return visit


def ids(page: Page) -> list[str]:
    settled(page)
    found: list[str] = page.locator(".card").evaluate_all("cards => cards.map(card => card.dataset.key)")
    return sorted(found)


def sign_in(page: Page, user: str) -> None:
    """As a person does who works there: by the button, in the service's own form."""
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="Par mon organisme").click()
    page.locator("#username").fill(user)
    page.locator("#password").fill(PASSWORD)
    page.locator("#kc-login").click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()


def test_a_member_signs_in_sees_what_is_theirs_and_signs_out(stranger: Visit, api: Api) -> None:
    page = stranger.page
    sign_in(page, ANNE)
    expect(page.locator(".who")).to_have_text(ANNE)
    assert page.url.split("&view=")[0] == f"{api.url}/map?collapse=false", "the search is kept, and no code stands in the address"
    assert ids(page) == ["c/held-one", "c/open-one"]
    held = page.locator('.card[data-key="c/held-one"]')
    expect(held.get_by_text("Déjà acquise", exact=True)).to_be_visible()
    held.get_by_text("Pourquoi ?").click()
    expect(held.get_by_text(re.compile("licence", re.IGNORECASE)).first).to_be_visible()
    stranger.keep("signed-in")
    page.reload()
    expect(page.locator(".who")).to_have_text(ANNE)
    assert ids(page) == ["c/held-one", "c/open-one"], "also after a reload"
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_enabled()
    page.wait_for_url(re.compile("/map.*collapse=false"))
    assert ids(page) == ["c/open-one"]
    assert page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('oidc.user'))") == []


def test_signed_out_the_service_asks_for_the_password_again(stranger: Visit) -> None:
    page = stranger.page
    sign_in(page, ANNE)
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_enabled()
    sign_in(page, BRUNO)
    expect(page.locator(".who")).to_have_text(BRUNO)
    assert ids(page) == ["c/open-one"], "an organisation that is in no register has no rights"


def test_a_token_that_is_refused_signs_out_and_says_so(stranger: Visit, api: Api) -> None:
    page = stranger.page
    sign_in(page, ANNE)
    assert len(ids(page)) == 2
    stranger.expected.append("401")
    api.clock.ahead = timedelta(hours=1)
    page.get_by_label("Accessible pour moi").check()
    expect(page.get_by_role("alert").first).to_contain_text("Votre connexion a expiré. La recherche est gardée.")
    assert "accessible=true" in page.url
    assert ids(page) == ["c/open-one"]
