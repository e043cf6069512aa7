"""moisson orgs: the register of organisations: who they are, what they signed, and what that gives today."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from mappings.access.asker import Asker
from mappings.access.organisation import Organisation, known_as
from mappings.access.register import to_asker
from moisson import register
from moisson.build import open_index
from moisson.commands.options import Config, Json, console, utc_now
from moisson.sections import ConfigError
from moisson.settings import load_settings

app = typer.Typer(help="The register of organisations.", no_args_is_help=True, rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="ORG", help="The organisation's id: lower-case letters, digits and hyphens")]
Name = Annotated[str | None, typer.Option("--name", help="Its name, or the person's")]
Class = Annotated[str | None, typer.Option("--class", help="Its class of users, as public-actor or scientist")]
From = Annotated[str | None, typer.Option("--from", help="First day, as 2026-01-31")]
Until = Annotated[str | None, typer.Option("--until", help="Last day")]
Remove = Annotated[bool, typer.Option("--remove", help="Takes it away instead")]


@app.command("add")
def add(
    org: Id,
    name: Annotated[str, typer.Option("--name", help="Its name")],
    user_class: Annotated[str, typer.Option("--class", help="Its class of users")],
    begin: From = None,
    until: Until = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Registers an organisation; --from and --until are those of its adhesion."""
    row: dict[str, Any] = {"name": name, "class": register.parse_class(user_class)}
    if begin is None and until is not None:
        raise ConfigError("--until: give --from too")
    if begin is not None:
        row["adhesion"] = {"from": register.parse_day("--from", begin), "until": register.parse_day("--until", until)}
    entry = register.to_organisation(org, row)
    with open_index(load_settings(config)) as index:
        register.add_organisation(index, entry)
    _tell(entry, as_json)


@app.command("set")
def set_(org: Id, name: Name = None, user_class: Class = None, config: Config = None, as_json: Json = False) -> None:
    """Changes an organisation's name or class."""
    new: dict[str, Any] = {"name": name, "user_class": register.parse_class(user_class) if user_class is not None else None}
    _change(org, {key: value for key, value in new.items() if value is not None}, config, as_json)


@app.command("adhere")
def adhere(org: Id, begin: From = None, until: Until = None, remove: Remove = False, config: Config = None, as_json: Json = False) -> None:
    """Writes the days of an organisation's adhesion; without --from the first day stays, without --until it has no last day."""
    first, last = register.parse_day("--from", begin), register.parse_day("--until", until)

    def make(entry: dict[str, Any]) -> dict[str, Any]:
        before = entry.get("adhesion", {}).get("from")
        if remove:
            return {**entry, "adhesion": None}
        if first is None and before is None:
            raise ConfigError(f"{org}: has no adhesion yet: give --from")
        return {**entry, "adhesion": {"from": first or before, "until": last}}

    _change(org, make, config, as_json)


@app.command("sign")
def sign(
    org: Id,
    licence: Annotated[str, typer.Argument(help="The licence's id")],
    version: Annotated[str, typer.Option("--version", help="The version that was signed; with --remove, the one whose signature goes")],
    day: Annotated[str | None, typer.Option("--date", help="Day of the signature (default: today)")] = None,
    until: Until = None,
    remove: Remove = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Writes down that an organisation signed a licence."""
    signed = register.parse_day("--date", day) or _today()
    last = register.parse_day("--until", until)
    table = load_settings(config).access.table()
    if not remove:
        register.known_licence(table, licence)

    def make(entry: dict[str, Any]) -> dict[str, Any]:
        new = {"licence": licence, "version": version, "date": signed, "until": last}
        return _with_row(entry, "signatures", ("licence", "version"), new, remove)

    _change(org, make, config, as_json)
    if not remove and not table[licence].counts(version):
        counting = ", ".join(table[licence].versions)
        sys.stderr.write(f"moisson: written, but this version gives no right: only {counting} of {licence} counts\n")


@app.command("contract")
def contract(
    org: Id,
    client: Annotated[str, typer.Option("--client", help="The public body's id in the register")],
    begin: Annotated[str, typer.Option("--from", help="First day, as 2026-01-31")],
    until: Until = None,
    subject: Annotated[str | None, typer.Option("--subject", help="What the contract is about")] = None,
    remove: Remove = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Writes down a contractor's contract; its client and first day tell it from others."""
    first, last = register.parse_day("--from", begin), register.parse_day("--until", until)
    if not remove:
        with open_index(load_settings(config)) as index:
            register.known_client(index, client)

    def make(entry: dict[str, Any]) -> dict[str, Any]:
        new = {"client": client, "from": str(first), "until": last, "subject": subject}
        return _with_row(entry, "contracts", ("client", "from"), new, remove)

    _change(org, make, config, as_json)


@app.command("person")
def person(
    org: Id,
    subject: Annotated[str, typer.Argument(help="The sign-in service's name of them (sub), or their e-mail address")],
    name: Name = None,
    until: Until = None,
    remove: Remove = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Writes down a person of the organisation; after --until they have its rights no more."""
    last = register.parse_day("--until", until)

    def make(entry: dict[str, Any]) -> dict[str, Any]:
        return _with_row(entry, "people", ("subject",), {"subject": subject, "name": name, "until": last}, remove)

    _change(org, make, config, as_json)


@app.command("list")
def list_organisations(config: Config = None, as_json: Json = False) -> None:
    """All organisations, with the class whose rights they have today."""
    settings = load_settings(config)
    with open_index(settings) as index:
        found = register.organisations(index)
    table, today = settings.access.table(), _today()
    askers = {name: to_asker(entry, None, found, today, table) for name, entry in found.items()}
    if as_json:
        sys.stdout.writelines(_line(_document(entry, askers[name])) for name, entry in found.items())
        return
    shown = Table("id", "name", "class", "today", "signed", "why", box=None)
    for name, entry in found.items():
        asker = askers[name]
        shown.add_row(name, entry.name, entry.user_class, asker.user_class, " ".join(sorted(asker.signed)), asker.note_en or "")
    console().print(shown)


@app.command("show")
def show(org: Id, config: Config = None, as_json: Json = False) -> None:
    """One organisation, all that is registered of it and what that gives today."""
    settings = load_settings(config)
    with open_index(settings) as index:
        entry, found = register.organisation(index, org), register.organisations(index)
    document = _document(entry, to_asker(entry, None, found, _today(), settings.access.table()))
    sys.stdout.write(_line(document) if as_json else orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


@app.command("remove")
def remove_organisation(org: Id, config: Config = None) -> None:
    """Removes an organisation that no key and no contract names any more."""
    with open_index(load_settings(config)) as index:
        register.remove_organisation(index, org)
    sys.stdout.write(f"{org}: removed\n")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML: a table per organisation's id, with members as `show` prints them")],
    config: Config = None,
) -> None:
    """Writes organisations from a file, each in place of what is registered of it; all or, when one is wrong, none."""
    settings = load_settings(config)
    with open_index(settings) as index:
        count = register.import_organisations(index, file, settings.access.table())
    sys.stdout.write(f"{count} organisations written\n")


def _change(org: str, change: Any, config: Path | None, as_json: bool) -> None:
    make = change if callable(change) else lambda entry: {**entry, **change}
    with open_index(load_settings(config)) as index:
        _tell(register.change_organisation(index, org, make), as_json)


def _with_row(entry: dict[str, Any], member: str, names: tuple[str, ...], new: dict[str, Any], remove: bool) -> dict[str, Any]:
    """The entry with `new` in place of the row that has the same `names`, or without that row."""
    rows: list[dict[str, Any]] = entry.get(member, [])
    others = [row for row in rows if any(known_as(row[name]) != known_as(new[name]) for name in names)]
    if remove and len(others) == len(rows):
        raise ConfigError(f"{entry['id']}: nothing to remove: {' '.join(str(new[name]) for name in names)}")
    return {**entry, member: others if remove else [*others, new]}


def _tell(entry: Organisation, as_json: bool) -> None:
    sys.stdout.write(_line(_document(entry, None)) if as_json else f"{entry.id}: {entry.name}, {entry.user_class}\n")


def _document(entry: Organisation, asker: Asker | None) -> dict[str, Any]:
    document = entry.document()
    document["class"] = document.pop("user_class")
    if asker is not None:
        note = {"fr": asker.note_fr, "en": asker.note_en} if asker.note_fr else None
        document["today"] = {"class": asker.user_class, "signed": sorted(asker.signed), "note": note}
    return document


def _line(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode() + "\n"


def _today() -> date:
    return utc_now().date()
