"""Settings of access: the licence table, rules for single sources, signers, and the sign-in service."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError

from api.downloads.signing import SignerSettings
from api.identity.oidc_http import is_safe
from api.identity.oidc_settings import OidcSettings
from mappings.access.policy import Policy, Reach
from mappings.licences import Table, licences
from mappings.ordering.practice import Practice, read_practice
from mappings.ordering.tariffs import Tariffs, read_tariffs
from moisson.licence_file import load_table
from moisson.sections.base import Address, ConfigError, Section, read_key, read_text


def _issuer(value: str) -> str:
    if not is_safe(value):
        raise ValueError("an https address (http for this machine only)")
    return value


Made = TypeVar("Made")


def _read(setting: str, path: Path | None, make: Callable[[str], Made]) -> Made | None:
    """What a file of the operator says; None without one. Raises ConfigError, which names setting, file and place."""
    if path is None:
        return None
    try:
        return make(read_text(path))
    except ConfigError as error:
        raise ConfigError(f"access.{setting}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"access.{setting}: {path}: {error.title} {where}: {first['msg'].removeprefix('Value error, ')}") from None
    except (ValueError, TypeError) as error:
        raise ConfigError(f"access.{setting}: {path}: {error}") from None


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


class SignerSection(Section):
    """A service that signs addresses of files: its sign_urls, the hosts whose addresses it may sign, its two keys (or files with them),
    and how many seconds a signature lasts."""

    url: Address
    hosts: tuple[str, ...]
    access_key: SecretStr | None = None
    access_key_file: Path | None = None
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    lasting: int = Field(3600, ge=1, le=518_400)

    def settings(self, name: str) -> SignerSettings:
        """As the API takes them. Raises ConfigError."""
        access_key = read_key(self.access_key, self.access_key_file, "access_key")
        secret_key = read_key(self.secret_key, self.secret_key_file, "secret_key")
        if not access_key or not secret_key:
            variable = f"MOISSON_ACCESS__SIGNERS__{name.upper()}__"
            raise ConfigError(f"access.signers.{name}: both keys are needed: {variable}ACCESS_KEY and …SECRET_KEY, or files with them")
        try:
            return SignerSettings(self.url, self.hosts, access_key, secret_key, self.lasting)
        except ValueError as error:
            raise ConfigError(f"access.signers.{name}.{error}") from None


class AccessSettings(Section):
    """Who may use what. `licences` is a TOML file whose rows replace those of the table; `tariffs` and `practice` are TOML files in place
    of what comes with Moisson on ordering; `sources` says by source who finds what it brings (everyone, members, operators); with
    `sign_in` nothing is found without signing in. `signers` by the name of the `auth:schemes` entry that assets refer to."""

    licences: Path | None = None
    tariffs: Path | None = None
    practice: Path | None = None
    signers: dict[str, SignerSection] = Field(default_factory=dict)
    sign_in: bool = False
    sources: dict[str, Reach] = Field(default_factory=dict)
    oidc: OidcSection | None = None

    def table(self) -> Table:
        """The licence table of this installation. Raises ConfigError."""
        try:
            return load_table(self.licences) if self.licences else licences()
        except ConfigError as error:
            raise ConfigError(f"access.licences: {error}") from None

    def own_tariffs(self) -> Tariffs | None:
        """The operator's tariffs, if they have their own. Raises ConfigError."""
        return _read("tariffs", self.tariffs, read_tariffs)

    def own_practice(self) -> Practice | None:
        """The operator's customs of ordering, if they have their own. Raises ConfigError."""
        return _read("practice", self.practice, read_practice)

    def policy(self) -> Policy:
        """The rules of this installation. Raises ConfigError."""
        return Policy(self.table(), self.sources, self.sign_in)
