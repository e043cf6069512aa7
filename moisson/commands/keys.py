"""moisson keys: API keys, each of an organisation."""

import sys
from typing import Annotated, Any

import orjson
import typer
from pydantic import ValidationError
from rich.table import Table

from api.identity.keys import ApiKey, new_key
from api.identity.store import KEY, change
from mappings.times import format_time
from moisson import register
from moisson.build import open_index
from moisson.commands.options import Config, Json, console, utc_now
from moisson.sections import ConfigError
from moisson.settings import load_settings

app = typer.Typer(help="API keys of organisations.", no_args_is_help=True, rich_markup_mode=None)


@app.command("create")
def create(
    org: Annotated[str, typer.Argument(metavar="ORG", help="The organisation's id in the register")],
    person: Annotated[str | None, typer.Option("--person", help="Who uses it, for the audit")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day, as 2026-01-31")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Makes a key and prints it, this once: only a hash of it is kept."""
    now, last = utc_now(), register.parse_day("--until", until)
    if last is not None and last < now.date():
        raise ConfigError("--until: that day is over")
    with open_index(load_settings(config)) as index:
        entry = register.organisation(index, org)
        try:
            text, key = new_key(entry.id, person, last, now)
        except ValidationError as error:
            raise ConfigError(f"--person: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
        change(index, KEY, key.id, ApiKey, lambda _: key)
    if as_json:
        sys.stdout.write(orjson.dumps({**_document(key), "key": text}).decode() + "\n")
        return
    sys.stdout.write(text + "\n")
    sys.stderr.write(f"moisson: key {key.id} of {entry.name}; it is not shown again\n")


@app.command("list")
def list_keys(
    org: Annotated[str | None, typer.Argument(metavar="ORG", help="Only this organisation's")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """All keys, with the hour of their last use; never the keys themselves."""
    with open_index(load_settings(config)) as index:
        if org is not None:
            register.organisation(index, org)
        found = [key for key in register.api_keys(index).values() if org in (None, key.organisation)]
    if as_json:
        sys.stdout.writelines(orjson.dumps(_document(key)).decode() + "\n" for key in found)
        return
    table = Table("id", "organisation", "person", "created", "last use", "until", "revoked", box=None)
    for key in found:
        row = _document(key)
        table.add_row(*(row[name] or "" for name in ("id", "organisation", "person", "created", "used", "until", "revoked")))
    console().print(table)


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `list` prints it")], config: Config = None) -> None:
    """Ends a key: within seconds no server takes it any more."""
    with open_index(load_settings(config)) as index:
        # The whole key may have been pasted: it must not be repeated.
        register.revoke_key(index, key_id.removeprefix("moi_")[:16], utc_now())
    sys.stdout.write("revoked\n")


def _document(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "organisation": key.organisation,
        "person": key.person,
        "created": format_time(key.created),
        "used": format_time(key.used) if key.used else None,
        "until": str(key.until) if key.until else None,
        "revoked": format_time(key.revoked) if key.revoked else None,
    }
