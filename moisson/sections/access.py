"""Settings of access: the licence table, rules for single sources, and the sign-in service."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from api.oidc_http import is_safe
from api.oidc_settings import OidcSettings
from mappings.access.policy import Policy, Reach
from mappings.licences import Table, licences, read_table
from moisson.sections.base import Address, ConfigError, Section


def _issuer(value: str) -> str:
    if not is_safe(value):
        raise ValueError("an https address (http for this machine only)")
    return value


Claim = Annotated[str, Field(min_length=1, max_length=200)]


class OidcSection(Section):
    """The sign-in service. `issuer` to the letter as its discovery document has it; `audience` is whom tokens must be for. Which claims
    name organisation and person; `leeway_seconds` for clocks that differ. `client_id` and `scopes` are for `moisson login`."""

    issuer: Annotated[Address, AfterValidator(_issuer)]
    audience: str = Field(min_length=1)
    client_id: str | None = Field(None, min_length=1)
    scopes: tuple[str, ...] = ("openid",)
    organisation_claim: Claim = "organization"
    person_claim: Claim = "sub"
    leeway_seconds: float = Field(30, ge=0, le=300)

    def settings(self) -> OidcSettings:
        """As the API takes them."""
        return OidcSettings(
            issuer=self.issuer,
            audience=self.audience,
            client_id=self.client_id,
            scopes=self.scopes,
            organisation_claim=self.organisation_claim,
            person_claim=self.person_claim,
            leeway=timedelta(seconds=self.leeway_seconds),
        )


class AccessSettings(Section):
    """Who may use what. `licences` is a TOML file whose rows replace those of the table; `sources` says by source who finds what it
    brings (everyone, members, operators); with `sign_in` nothing is found without signing in."""

    licences: Path | None = None
    sign_in: bool = False
    sources: dict[str, Reach] = Field(default_factory=dict)
    oidc: OidcSection | None = None

    def table(self) -> Table:
        """The licence table of this installation. Raises ConfigError."""
        if self.licences is None:
            return licences()
        try:
            return read_table(self.licences.read_text(encoding="utf-8"), licences())
        except OSError as error:
            raise ConfigError(f"access.licences: {self.licences}: {error.strerror}") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            message = first["msg"].removeprefix("Value error, ")
            raise ConfigError(f"access.licences: {self.licences}: {error.title} {where}: {message}") from None
        except (ValueError, TypeError) as error:
            raise ConfigError(f"access.licences: {self.licences}: {error}") from None

    def policy(self) -> Policy:
        """The rules of this installation. Raises ConfigError."""
        return Policy(self.table(), self.sources, self.sign_in)
