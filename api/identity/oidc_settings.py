"""Which sign-in service (OIDC issuer) is trusted, and how its tokens are read."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class OidcSettings:
    """`issuer` to the letter as its discovery has it; `audience` is who tokens must be for. `organisation_claim` names the claim with
    the organisation's id in the register, `person_claim` the one with the person's name for audit lines. `client_id` and `scopes` are
    for signing in from the command line."""

    issuer: str
    audience: str
    client_id: str | None = None
    scopes: tuple[str, ...] = ("openid",)
    organisation_claim: str = "organization"
    person_claim: str = "sub"
    leeway: timedelta = timedelta(seconds=30)
