"""Settings, typed: from moisson.toml and MOISSON_* variables. Secrets come from the environment or from a file only."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError, TomlConfigSettingsSource

from mappings.registry import MAPPINGS
from moisson.sections import (
    PARTNERS,
    PROTOCOLS,
    ConfigError,
    DinamisSettings,
    GeodesSettings,
    HttpSettings,
    InventorySettings,
    OneAtlasSettings,
    PartnerSection,
    RegardsSettings,
    RestoSettings,
    SourceSettings,
    SwhSettings,
)
from moisson.sections.access import AccessSettings, OidcSection, SignerSection
from moisson.sections.api import ApiSettings
from moisson.sections.base import read_toml
from moisson.sections.delivered import CollectionSection, check_delivered
from moisson.sections.elasticsearch import Cluster, ElasticsearchSettings, is_cluster
from moisson.sections.followed import check_followed
from moisson.sections.map import BasemapSection, MapSettings
from moisson.sections.oai import OaiSettings
from moisson.sections.schedule import ScheduleSettings
from moisson.sections.terms import MetadataLicenceSection


class Settings(BaseSettings):
    """All settings. `index` is a file path (SQLite) or an http(s) address (Elasticsearch)."""

    model_config = SettingsConfigDict(env_prefix="MOISSON_", env_nested_delimiter="__", extra="forbid", frozen=True)

    # Not in repr: an address may hold a password.
    index: str = Field("moisson.sqlite", repr=False)
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    api: ApiSettings = ApiSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    access: AccessSettings = AccessSettings()
    map: MapSettings = MapSettings()
    metadata_licence: MetadataLicenceSection | None = None
    oai: OaiSettings = OaiSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _known_protocols(cls, values: Any) -> Any:
        sources = values.get("sources") if isinstance(values, dict) else None
        if isinstance(sources, dict):
            for name, section in sources.items():
                if isinstance(section, dict) and "protocol" not in section and name in PROTOCOLS:
                    section["protocol"] = PROTOCOLS[name]
                if isinstance(section, dict) and section.get("protocol") == "geodes":
                    section.setdefault("mapping", "swh" if name == "swh" else "peps")
        return values

    @field_validator("index")
    @classmethod
    def _place(cls, index: str) -> str:
        if is_cluster(index):
            Cluster.parse(index)
        return index

    @model_validator(mode="after")
    def _way_to_the_cluster(self) -> Self:
        if is_cluster(self.index):
            try:
                self.elasticsearch.check(Cluster.parse(self.index))
            except ValueError as error:
                raise ValueError(f"elasticsearch: {error}") from None
        return self

    @field_validator("sources")
    @classmethod
    def _names(cls, sources: dict[str, Any]) -> dict[str, Any]:
        for name in sources:
            if not name.replace("-", "").isalnum() or not name[0].isalpha() or name != name.lower():
                raise ValueError(f"{name!r}: a source's name is lower-case letters, digits and hyphens")
            if name in PROTOCOLS and isinstance(sources[name], PartnerSection):
                raise ValueError(f"{name!r} is the name of an archive of its own: choose another for a partner's catalogue")
        return sources

    @model_validator(mode="after")
    def _rules_of_known_sources(self) -> Self:
        # A rule under a misspelt name would protect nothing.
        known = {*MAPPINGS, *PROTOCOLS, *self.sources}
        for name in self.access.sources:
            if name not in known:
                raise ValueError(f"access.sources.{name}: no such source{_suggest(name, known)}")
        check_delivered(self.sources, self.access.sources)
        check_followed(self.sources)
        return self


def without_password(index: str) -> str:
    """The index's place, to be shown."""
    return Cluster.parse(index).shown() if is_cluster(index) and "@" in index else index


def config_path() -> Path | None:
    """MOISSON_CONFIG, else moisson.toml in the current folder when it is there."""
    named = os.environ.get("MOISSON_CONFIG")
    if named:
        return Path(named)
    return Path("moisson.toml") if Path("moisson.toml").is_file() else None


def load_settings(path: Path | None = None) -> Settings:
    """The settings of this installation. Raises ConfigError."""
    path = path or config_path()
    if path is not None:
        _check_file(path)
    _check_environment()

    class _Located(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, TomlConfigSettingsSource(settings_cls, path)) if path else (env_settings,)

    try:
        return _Located()
    except SettingsError as error:
        # Its message names the field; what the variable holds may be a secret.
        field = re.search(r'"(\w+)"', str(error))
        variable = f"MOISSON_{field[1].upper()}…" if field else "a MOISSON_ variable"
        raise ConfigError(f'{variable}: not JSON: lists are written ["PHR","SPOT"], sections {{"port":8080}}') from None
    except ValidationError as error:
        raise ConfigError(_explain(error, path)) from None


def _check_file(path: Path) -> None:
    table = read_toml(path)
    if re.match(r"https?://.*@", str(table.get("index", "")), re.IGNORECASE | re.DOTALL):
        raise ConfigError(f"{path}: index: a password does not belong here: set MOISSON_INDEX")
    cluster = table.get("elasticsearch", {})
    for key in ("api_key", "password"):
        if isinstance(cluster, dict) and key in cluster:
            variable = f"MOISSON_ELASTICSEARCH__{key.upper()}"
            raise ConfigError(f"{path}: elasticsearch.{key}: a secret does not belong here: set {variable}, or {key}_file")
    sources = table.get("sources", {})
    for name, section in sources.items() if isinstance(sources, dict) else ():
        if isinstance(section, dict) and "api_key" in section:
            variable = f"MOISSON_SOURCES__{name.upper()}__API_KEY"
            raise ConfigError(f"{path}: sources.{name}.api_key: a secret does not belong here: set {variable}, or api_key_file")
    access = table.get("access", {})
    signers = access.get("signers", {}) if isinstance(access, dict) else {}
    for name, section in signers.items() if isinstance(signers, dict) else ():
        for key in ("access_key", "secret_key"):
            if isinstance(section, dict) and key in section:
                variable = f"MOISSON_ACCESS__SIGNERS__{name.upper()}__{key.upper()}"
                raise ConfigError(f"{path}: access.signers.{name}.{key}: a secret does not belong here: set {variable}, or {key}_file")


def _check_environment() -> None:
    """A misspelt MOISSON_ variable is an error, as a misspelt key in the file is."""
    names = {"CONFIG", *(name.upper() for name in Settings.model_fields)}
    for variable in os.environ:
        head, _, rest = variable.partition("MOISSON_")
        if head or not rest or rest.startswith("TEST_"):
            continue
        first = rest.split("__")[0]
        if first not in names:
            raise ConfigError(f"{variable}: no such setting{_suggest(first, names)}")


def _explain(error: ValidationError, path: Path | None) -> str:
    """One line: where, what, and the nearest known key for an unknown one."""
    # A misspelt key is told before the one that is missing because of it.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    where = [str(part) for part in first["loc"] if not str(part).startswith("function-")]
    # The discriminator's value stands in the location of a source's member.
    where = [part for position, part in enumerate(where) if not (position == 2 and where[0] == "sources" and part in PROTOCOLS.values())]
    if len(where) > 2 and where[0] == "sources" and where[2] in ("peps", "swh") and "geodes" in first["loc"]:
        # So does that of the mapping, where a protocol serves two.
        del where[2]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "no such setting" + _suggest(where[-1], set(_known_names()))
    elif first["type"] == "union_tag_not_found":
        message = f"give its protocol: {', '.join(PARTNERS)} for a partner, or one of an archive: see docs/settings.md"
    return ": ".join(part for part in (str(path or "environment"), ".".join(where), message) if part)


def _known_names() -> Iterator[str]:
    models: tuple[type[BaseModel], ...] = (
        Settings,
        ElasticsearchSettings,
        ApiSettings,
        AccessSettings,
        OidcSection,
        SignerSection,
        MapSettings,
        BasemapSection,
        HttpSettings,
        GeodesSettings,
        RestoSettings,
        SwhSettings,
        RegardsSettings,
        OneAtlasSettings,
        DinamisSettings,
        InventorySettings,
        CollectionSection,
    )
    for model in models:
        yield from model.model_fields


def _suggest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
