"""moisson config: what the settings say."""

import sys

import orjson
import typer

from mappings.registry import collections
from moisson.commands.options import Config, Json
from moisson.sections import ConfigError, OneAtlasSettings
from moisson.sections.elasticsearch import is_cluster
from moisson.settings import config_path, load_settings, without_password

app = typer.Typer(help="The configuration.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The configuration."""


@app.command("check")
def check(config: Config = None, as_json: Json = False) -> None:
    """Reads the settings and the tables, and says what they mean. Contacts nobody, prints no secret."""
    settings = load_settings(config)
    known = settings.access.table()
    settings.access.own_tariffs()
    settings.access.own_practice()
    if is_cluster(settings.index):
        settings.elasticsearch.key()
        settings.elasticsearch.login()
        settings.elasticsearch.ca_certs()
    for name, signer in settings.access.signers.items():
        signer.settings(name)
    for info in collections().values():
        if info.licence not in known:
            raise ConfigError(f"collection {info.id}: no licence {info.licence!r} in the table")
    lines = {}
    for name, section in settings.sources.items():
        key = None
        if isinstance(section, OneAtlasSettings):
            if "PNEO" in section.constellations and not section.key():
                variable = f"MOISSON_SOURCES__{name.upper()}__API_KEY"
                raise ConfigError(f"sources.{name}: PNEO needs a key: set {variable} or api_key_file, or leave PNEO out")
            key = "key given" if section.key() else "no key: public workspaces only"
        lines[name] = ", ".join(part for part in (section.protocol, "on" if section.enabled else "off", key) if part)
    if as_json:
        sys.stdout.write(orjson.dumps({"index": without_password(settings.index), "sources": lines}).decode() + "\n")
        return
    sys.stdout.write(f"configuration: {config or config_path() or 'defaults and environment'}\nindex: {without_password(settings.index)}\n")
    for name, line in lines.items():
        sys.stdout.write(f"source {name}: {line}\n")
    sys.stdout.write("ok\n")
