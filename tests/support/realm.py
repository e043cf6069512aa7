"""The realm that the tests' Keycloak imports: a public client for the command line, people, and the claim of their organisation."""

from typing import Any

AUDIENCE = "moisson-api"
CLIENT = "moisson-cli"
MAP_CLIENT = "moisson-map"
"""The map page: in a browser, so that the realm must let pages of its origin ask for tokens."""
OTHER_CLIENT = "another-application"
"""A client whose tokens are not for this API."""
PASSWORD = "a-long-password"
ANNE, BRUNO, CHLOE = "anne", "bruno", "chloe"
"""Of the organisation « ign », of « ailleurs », which no register has, and of none."""

_CLAIM = "organization"


def realm(name: str) -> dict[str, Any]:
    """As Keycloak's admin REST API takes it (RealmRepresentation)."""
    return {
        "realm": name,
        "enabled": True,
        "accessTokenLifespan": 300,
        # Of a test: nobody waits the usual five seconds.
        "oauth2DevicePollingInterval": 1,
        "clients": [
            _client(CLIENT, [_audience(), _organisation()]),
            _client(OTHER_CLIENT, [_organisation()]),
            _client(MAP_CLIENT, [_audience(), _organisation()]) | {"webOrigins": ["*"]},
        ],
        "components": {"org.keycloak.userprofile.UserProfileProvider": [_PROFILE]},
        "users": [_user(ANNE, "ign"), _user(BRUNO, "ailleurs"), _user(CHLOE, None)],
    }


def _client(name: str, mappers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "clientId": name,
        "publicClient": True,
        "standardFlowEnabled": True,
        # For the tests of refused tokens, which need no browser; `moisson login` never asks for a password.
        "directAccessGrantsEnabled": True,
        "redirectUris": ["http://127.0.0.1/*"],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "oauth2.device.authorization.grant.enabled": "true",
            # Where one is led after signing out: as after signing in.
            "post.logout.redirect.uris": "+",
        },
        "protocolMappers": mappers,
    }


def _audience() -> dict[str, Any]:
    config = {"included.custom.audience": AUDIENCE, "access.token.claim": "true", "id.token.claim": "false"}
    return {"name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": config}


def _organisation() -> dict[str, Any]:
    config = {"user.attribute": _CLAIM, "claim.name": _CLAIM, "jsonType.label": "String", "access.token.claim": "true"}
    return {"name": _CLAIM, "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-attribute-mapper", "config": config}


def _user(name: str, organisation: str | None) -> dict[str, Any]:
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@example.org",
        "emailVerified": True,
        "firstName": name.title(),
        "lastName": "Test",
        "attributes": {_CLAIM: [organisation]} if organisation else {},
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }


# Nobody but an administrator writes the attribute: who could would choose the rights that they have.
_PROFILE = {
    "providerId": "declarative-user-profile",
    "config": {
        "kc.user.profile.config": [
            '{"attributes": ['
            '{"name": "username", "permissions": {"view": ["admin", "user"], "edit": ["admin"]}},'
            '{"name": "email", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}},'
            '{"name": "firstName", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}},'
            '{"name": "lastName", "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}},'
            '{"name": "organization", "permissions": {"view": ["admin", "user"], "edit": ["admin"]}}'
            "]}"
        ]
    },
}
