"""moisson licences: the licence table, and the check of an operator's own."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table as Grid
from typer.core import TyperGroup

from api.licences.documents import licence_members
from mappings.access.classes import UserClass
from mappings.licences import Licence, Table, licences
from moisson.commands.options import Config, Json, console
from moisson.licence_file import load_table
from moisson.sections import ConfigError
from moisson.settings import load_settings


class _ShowByDefault(TyperGroup):
    """`moisson licences dsp-pleiades` is `moisson licences show dsp-pleiades`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        shown = args if args and (args[0] in self.commands or args[0] == "--help") else ["show", *args]
        return super().parse_args(ctx, shown)


app = typer.Typer(help="The licence table.", cls=_ShowByDefault)


@app.callback()
def _group() -> None:
    """The licence table: what each licence allows whom."""


@app.command("show")
def show(
    licence: Annotated[str | None, typer.Argument(metavar="ID", help="One licence, with what it allows each class of users")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Prints the table of this installation, or one licence of it; the word `show` may be left out."""
    table = load_settings(config).access.table()
    if licence is not None and licence not in table:
        raise ConfigError(f"{licence[:60]}: no such licence: one of {', '.join(sorted(table))}")
    chosen = [table[licence]] if licence else [table[name] for name in sorted(table)]
    if as_json:
        found = [licence_members(one) for one in chosen]
        sys.stdout.write(orjson.dumps(found[0] if licence else found).decode() + "\n")
    elif licence:
        _print_one(chosen[0])
    else:
        _print_all(chosen)


@app.command("check")
def check(file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="An operator's licence file")]) -> None:
    """Reads an operator's licence file and says which rows it replaces or adds. Changes nothing."""
    _print_check(load_table(file), licences())


def _print_check(table: Table, before: Table) -> None:
    for name in sorted(table):
        if table[name] != before.get(name):
            state = "replaced" if name in before else "added"
            sys.stdout.write(f"{name}: {state}{'' if table[name].confirmed else ', not confirmed: gives no right'}\n")
    sys.stdout.write("ok\n")


def _print_all(chosen: list[Licence]) -> None:
    grid = Grid("licence", "confirmed", "stac", "title", box=None)
    for one in chosen:
        grid.add_row(one.id, "yes" if one.confirmed else "no", one.stac, one.title_en)
    console().print(grid)


def _print_one(one: Licence) -> None:
    out = console()
    for line in (f"{one.id}: {one.title_en}", one.href, *one.conditions_en):
        out.print(line)
    if not one.confirmed:
        out.print("not confirmed: gives no right")
    if one.versions:
        out.print(f"signatures that count: {', '.join(one.versions)}")
    grid = Grid("users", "discover", "view", "download", "needs", "order", "reason", box=None)
    for user_class in UserClass:
        right = one.right(user_class)
        seen = ("yes" if value else "no" for value in (right.discover, right.view))
        grid.add_row(user_class, *seen, right.download, right.needs or "-", right.order, right.reason_en)
    out.print(grid)
