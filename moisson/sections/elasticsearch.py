"""Settings of an Elasticsearch cluster: where it is, who asks it, and whose certificates are believed."""

import re
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from moisson.sections.base import ConfigError, Section, read_key

_PORT = 9200
_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_HOST = re.compile(r"[a-z0-9._:%-]+")
_FORM = "write https://host:9200/prefix, several hosts as https://a:9200,https://b:9200/prefix"


@dataclass(frozen=True)
class Cluster:
    """What `index` says when it is an address: scheme://host:port of each host, the indices' prefix, and (user, password) when they
    stand in it."""

    hosts: tuple[str, ...]
    prefix: str = "moisson"
    login: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, index: str) -> Self:
        """From scheme://[user:password@]host[:port][/prefix], several with commas between. Raises ValueError, which shows nothing of it."""
        parts = [_split(host) for host in re.split(r",(?=\s*https?://)", index, flags=re.IGNORECASE)]
        prefixes = {path for part in parts if (path := part.path.strip("/"))}
        logins = {_login(part) for part in parts} - {None}
        if len({part.scheme for part in parts}) > 1:
            raise ValueError("hosts of one cluster are all https:// or all http://")
        if len(prefixes) > 1 or len(logins) > 1:
            raise ValueError("hosts of one cluster have one prefix, one user and one password")
        prefix = prefixes.pop() if prefixes else "moisson"
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(
                "a prefix of indices is lower-case letters, digits, '.', '_' and '-', at most 100, and begins with one of the first"
            )
        return cls(tuple(_place(part) for part in parts), prefix, logins.pop() if logins else None)

    def shown(self) -> str:
        """To be shown: without user and password."""
        hidden = "…@" if self.login else ""
        return ",".join(host.replace("://", f"://{hidden}") for host in self.hosts) + f"/{self.prefix}"


def is_cluster(index: str) -> bool:
    """Whether `index` is an address, and not a file."""
    return "://" in index


def _split(host: str) -> SplitResult:
    try:
        parts = urlsplit(host.strip())
        good = parts.scheme in ("http", "https") and parts.port != 0 and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        good = None
    if not good or "@" in parts.path:
        raise ValueError(f"not the address of an Elasticsearch cluster: {_FORM}; in a password %2F stands for / and %40 for @")
    if parts.query or parts.fragment:
        raise ValueError(f"an address without query and fragment: {_FORM}")
    return parts


def _place(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port or _PORT}"


def _login(parts: SplitResult) -> tuple[str, str] | None:
    if "@" not in parts.netloc:
        return None
    if not parts.username or not parts.password:
        raise ValueError("give user and password as user:password@, or as elasticsearch.username and elasticsearch.password_file")
    return unquote(parts.username), unquote(parts.password)


class ElasticsearchSettings(Section):
    """How a cluster is asked, where `index` is an address: with an API key (as `encoded` gives it, or id:key), or a user and a password,
    or files with the secrets; `ca_file` are certificates (PEM) that are believed beside the system's; `timeout` of an answer in seconds."""

    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout: float = Field(30, gt=0, le=600)

    @field_validator("api_key", "api_key_file", "username", "password", "password_file", "ca_file", mode="before")
    @classmethod
    def _nothing(cls, value: Any) -> Any:
        # As an environment says it that names a variable and gives it no value.
        return None if value == "" else value

    @field_validator("username")
    @classmethod
    def _named(cls, username: str | None) -> str | None:
        if username is not None and (":" in username or not username.isprintable()):
            raise ValueError("a user's name has no colon and no control characters")
        return username

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        key = self.api_key is not None or self.api_key_file is not None
        password = self.password is not None or self.password_file is not None
        if key and (password or self.username):
            raise ValueError("give api_key, or username and password, not both")
        if password != bool(self.username):
            raise ValueError("username and password go together")
        return self

    def check(self, cluster: Cluster) -> None:
        """Raises ValueError where these settings and the address contradict each other."""
        if cluster.login and (self.api_key or self.api_key_file or self.username):
            raise ValueError("the address has user and password already: leave them, or api_key and username, out")
        if self.ca_file and not all(host.startswith("https://") for host in cluster.hosts):
            raise ValueError("with ca_file the address begins with https://")

    def key(self) -> str | None:
        """The API key, as it is sent. Raises ConfigError."""
        key = _secret(self.api_key, self.api_key_file, "api_key")
        if key is not None and not re.fullmatch(r"[\x21-\x7e]+", key):
            raise ConfigError("elasticsearch.api_key: not an API key: it has blanks, control characters or letters beyond ASCII")
        return b64encode(key.encode()).decode() if key and ":" in key else key

    def login(self) -> tuple[str, str] | None:
        """User and password. Raises ConfigError."""
        password = _secret(self.password, self.password_file, "password")
        return (self.username, password) if self.username and password else None

    def ca_certs(self) -> str | None:
        """The file of certificates, when it has some. Raises ConfigError."""
        if self.ca_file is None:
            return None
        try:
            ssl.create_default_context().load_verify_locations(cafile=self.ca_file)
        except OSError as error:
            reason = "no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
            raise ConfigError(f"elasticsearch.ca_file: {self.ca_file}: {reason}") from None
        return str(self.ca_file)


def _secret(value: SecretStr | None, file: Path | None, name: str) -> str | None:
    try:
        secret = read_key(value, file, name)
    except ConfigError as error:
        raise ConfigError(f"elasticsearch.{error}") from None
    if secret == "":
        raise ConfigError(f"elasticsearch.{name}_file {file}: empty")
    return secret
