"""The `moisson` command. Exit codes: docs/commands.md."""

import os
import sys
from typing import NoReturn

import typer

from api.errors import Problem
from api.identity.oidc_http import IssuerUnavailable
from harvesters.errors import Misconfigured
from index.protocol import IndexUnavailable, LeaseLost
from moisson.commands import (
    calendar,
    config,
    coverage,
    deleted,
    export,
    follow,
    harvest,
    index_,
    keys,
    licences,
    login,
    map_,
    match,
    orgs,
    quarantine,
    remap,
    runs,
    search,
    serve,
    status,
    usage,
)
from moisson.exits import Exit
from moisson.logs import set_up_logs
from moisson.sections import ConfigError
from schedules.lease import Busy
from schedules.stop import Stopped

app = typer.Typer(
    name="moisson",
    help="Harvests satellite image catalogues, normalises them to STAC 1.1 and answers one STAC API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("harvest")(harvest.harvest)
app.command("follow")(follow.follow)
app.command("schedule")(calendar.schedule)
app.command("run")(calendar.run)
app.command("pause")(calendar.pause_source)
app.command("resume")(calendar.resume_source)
app.command("confirm")(calendar.confirm_removal)
app.command("match")(match.match)
app.command("remap")(remap.remap)
app.command("serve")(serve.serve)
app.command("status")(status.status)
app.command("runs")(runs.runs)
app.command("search")(search.search)
app.command("export")(export.export)
app.command("coverage")(coverage.coverage)
app.command("map")(map_.map_records)
app.command("usage")(usage.usage)
app.command("login")(login.login)
app.command("whoami")(login.whoami)
app.command("logout")(login.logout)
app.add_typer(orgs.app, name="orgs")
app.add_typer(keys.app, name="keys")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(deleted.app, name="deleted")
app.add_typer(config.app, name="config")
app.add_typer(index_.app, name="index")
app.add_typer(licences.app, name="licences")

_EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (ConfigError, Exit.USAGE),
    (Misconfigured, Exit.USAGE),
    (Problem, Exit.USAGE),
    (Busy, Exit.UNAVAILABLE),
    (IndexUnavailable, Exit.UNAVAILABLE),
    (IssuerUnavailable, Exit.UNAVAILABLE),
    (LeaseLost, Exit.UNAVAILABLE),
    (Stopped, Exit.INTERRUPTED),
)


def main() -> NoReturn:
    """Runs the command; errors that an operator can mend are one line that says what to do."""
    set_up_logs()
    try:
        app(prog_name="moisson")
    except tuple(kind for kind, _ in _EXITS) as error:
        sys.stderr.write(f"moisson: {' '.join(str(error).split())}\n")
        sys.exit(next(code for kind, code in _EXITS if isinstance(error, kind)))
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.OK)
