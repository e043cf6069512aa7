"""Tokens of a real Keycloak: what the API makes of good ones, and of every kind that is not."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from index.sqlite import SqliteIndex
from tests.support.keycloak import Keycloak
from tests.support.realm import ANNE, BRUNO, CHLOE, OTHER_CLIENT
from tests.support.relay import relaying
from tests.support.signed_in import Api, Realm, trusting

ROUTES = ["/", "/collections", "/collections/c", "/collections/c/items", "/collections/c/items/open-one", "/search", "/licences", "/me"]


def refused(answer: httpx.Response) -> str:
    """Why, in the problem's own words; it is a 401 that says how to sign in."""
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "invalid-token"
    return str(answer.json()["detail"])


def test_a_token_names_organisation_and_person_and_shows_what_members_discover(api: Api, realm: Realm) -> None:
    anne = realm.token(ANNE)
    me = api.get("/me", anne)
    assert me.json()["organisation"] == {"id": "ign", "name": "IGN"}
    assert (me.json()["person"], me.json()["class"], me.json()["member"]) == (ANNE, "public-actor", True)
    assert "no-store" in me.headers["Cache-Control"]
    assert api.ids() == ["open-one"]
    assert api.ids(anne) == ["held-one", "open-one"]
    held = "/collections/c/items/held-one"
    assert (api.get(held).status_code, api.get(held, anne).status_code) == (404, 200)
    assert "public" not in api.get(held, anne).headers.get("Cache-Control", "")
    assert "Authorization" in api.get("/search").headers["Vary"]


def test_who_is_in_no_registered_organisation_has_the_rights_of_an_anonymous_visitor(api: Api, realm: Realm) -> None:
    for person in (BRUNO, CHLOE):
        token = realm.token(person)
        me = api.get("/me", token).json()
        assert (me["person"], me["class"], me["organisation"]) == (person, "anonymous", None)
        assert "registre" in me["note"]["fr"]
        assert api.ids(token) == api.ids()


def test_an_expired_token_is_refused(api: Api, realm: Realm) -> None:
    token = realm.token(ANNE)
    api.clock.ahead = timedelta(seconds=310)  # 300 of life, and less than the leeway
    assert api.get("/me", token).json()["person"] == ANNE
    api.clock.ahead = timedelta(seconds=340)
    assert "expired" in refused(api.get("/me", token))


def test_a_token_for_another_application_is_refused(api: Api, realm: Realm) -> None:
    assert "aud" in refused(api.get("/me", realm.token(ANNE, OTHER_CLIENT)))


def test_a_token_of_another_issuer_is_refused_though_the_keys_are_the_same(api: Api, realm: Realm) -> None:
    elsewhere = realm.issuer.replace("127.0.0.1", "localhost")
    token = realm.token(ANNE, issuer=elsewhere)
    assert _claims(token)["iss"] == elsewhere
    assert "issuer" in refused(api.get("/me", token))


def test_a_token_of_another_realm_is_refused(api: Api, keycloak: Keycloak) -> None:
    with keycloak.realm() as other:
        assert refused(api.get("/me", Realm(f"{keycloak.url}/realms/{other}").token(ANNE)))


def test_an_id_token_and_a_refresh_token_are_no_access_tokens(api: Api, realm: Realm) -> None:
    for kind in ("id_token", "refresh_token"):
        refused(api.get("/me", realm.tokens(ANNE)[kind]))


def test_forged_tokens_are_refused(api: Api, realm: Realm) -> None:
    good = realm.token(ANNE)
    header, claims, pem = jwt.get_unverified_header(good), _claims(good), _public_key(realm, good)
    stranger = rsa.generate_private_key(65537, 2048)
    body, signature = good.rsplit(".", 1)
    chloes = realm.token(CHLOE)
    forged = {
        "alg none, no signature": _made({**header, "alg": "none"}, claims, lambda _: b""),
        "alg None": _made({**header, "alg": "None"}, claims, lambda _: b"x"),
        "HS256 with the public key": _made({**header, "alg": "HS256"}, claims, lambda text: hmac.digest(pem, text, sha256)),
        "another key, the same kid": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": header["kid"]}),
        "another key, in the header": jwt.encode(claims, stranger, "RS256", headers={"kid": "x", "jwk": _jwk(stranger)}),
        "an algorithm that is not accepted": jwt.encode(claims, stranger, algorithm="PS256", headers={"kid": header["kid"]}),
        "other claims under a good signature": f"{chloes.rsplit('.', 1)[0]}.{signature}",
        "no signature": f"{body}.",
        "critical header": _made({**header, "crit": ["exp"]}, claims, lambda _: b"x"),
    }
    for name, token in forged.items():
        assert refused(api.get("/me", token)), name
        assert api.get("/search", token).status_code == 401, name
    assert api.get("/me", good).status_code == 200


@pytest.mark.parametrize("path", ROUTES)
def test_a_wrong_token_is_never_taken_for_anonymous(api: Api, realm: Realm, path: str) -> None:
    token = realm.token(ANNE)
    assert api.get(path, token).status_code == 200
    refused(api.get(path, token[:-8] + "AAAAAAAA"))
    refused(api.get(path, "nonsense"))


def test_keys_that_keycloak_rotates_are_followed(keycloak: Keycloak, tmp_path: Path) -> None:
    with keycloak.realm() as name, SqliteIndex.open(tmp_path / "index.sqlite") as index:
        keycloak.admin("PUT", f"/{name}", {"accessTokenLifespan": 7200})
        realm = Realm(f"{keycloak.url}/realms/{name}")
        with trusting(realm.issuer, index) as api:
            old = realm.token(ANNE)
            assert api.get("/me", old).json()["person"] == ANNE
            _rotate(keycloak, name)
            new = realm.token(ANNE)
            assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
            # Keycloak is asked again for a key that is not known, but not by every token.
            api.clock.ahead = timedelta(seconds=6)
            assert api.get("/me", new).json()["person"] == ANNE
            assert api.get("/me", old).json()["person"] == ANNE
            _withdraw(keycloak, name, jwt.get_unverified_header(old)["kid"])
            api.clock.ahead = timedelta(minutes=6)
            refused(api.get("/me", old))
            assert api.get("/me", new).json()["person"] == ANNE


def test_without_keycloak_known_keys_go_on_and_unknown_ones_are_a_503(realm: Realm, tmp_path: Path) -> None:
    with relaying(realm.port) as relay, SqliteIndex.open(tmp_path / "index.sqlite") as index:
        near = Realm(realm.issuer.replace(str(realm.port), str(relay.port)))
        token = near.token(ANNE)
        with trusting(near.issuer, index) as api:
            relay.cut = True
            answer = api.get("/me", token)
            assert (answer.status_code, answer.json()["code"]) == (503, "sign-in-unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            assert api.get("/search", token).status_code == 503
            # Who does not sign in is not concerned, nor is who sends nonsense.
            assert api.ids() == ["open-one"]
            refused(api.get("/me", "nonsense"))
            relay.cut = False
            api.clock.ahead = timedelta(seconds=6)
            assert api.ids(token) == ["held-one", "open-one"]
            relay.cut = True
            for minutes in (0.2, 3, 5.2):  # the last is beyond FRESH
                api.clock.ahead = timedelta(minutes=minutes)
                assert api.ids(token) == ["held-one", "open-one"]


def _claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def _public_key(realm: Realm, token: str) -> bytes:
    keys = jwt.PyJWKClient(f"{realm.issuer}/protocol/openid-connect/certs")
    key = keys.get_signing_key_from_jwt(token).key
    return bytes(key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def _jwk(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    return dict(json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())))


def _made(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token by hand: libraries refuse to make such ones."""
    text = b".".join(_letters(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((text, _letters(sign(text)))).decode()


def _letters(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _rotate(keycloak: Keycloak, name: str) -> None:
    """A new key of a higher priority: Keycloak signs with it from now on."""
    config = {"priority": ["1000"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"], "keySize": ["2048"]}
    new = {"name": "new", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "config": config}
    keycloak.admin("POST", f"/{name}/components", {**new, "parentId": keycloak.admin("GET", f"/{name}")["id"]})


def _withdraw(keycloak: Keycloak, name: str, kid: str) -> None:
    """Keycloak publishes the key no more."""
    [key] = [key for key in keycloak.admin("GET", f"/{name}/keys")["keys"] if key["kid"] == kid]
    keycloak.admin("DELETE", f"/{name}/components/{key['providerId']}")
