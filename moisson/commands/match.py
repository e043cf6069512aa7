"""moisson match: which images of the commercial catalogue are held already."""

import sys
from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from moisson.build import open_index
from moisson.commands.harvest import stop_on_signal
from moisson.commands.options import Config, Json, utc_now
from moisson.memory import spare_the_collector
from moisson.settings import load_settings
from schedules.lease import this_owner
from schedules.matching import MatchReport
from schedules.matching import match as run_matching


def match(
    every: Annotated[bool, typer.Option("--all", help="Judge all again, not only what changed since")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Matches the commercial catalogue with what is held, and reports what was found. One that was interrupted goes on where it was."""
    settings = load_settings(config)
    spare_the_collector()
    stop = stop_on_signal()
    with open_index(settings) as index:
        report = run_matching(index, utc_now, owner=this_owner(), stop=stop, everything=every)
    sys.stdout.write((orjson.dumps(asdict(report)).decode() if as_json else match_line(report)) + "\n")


def match_line(report: MatchReport) -> str:
    """`read 900 changes: scenes 700, judged 720, matches 41 (3 candidates), written 741; matched up to change 900`."""
    found = f"matches {report.matches} ({report.candidates} candidates)"
    told = f"scenes {report.scenes}, judged {report.judged}, {found}, written {report.written}"
    return f"read {report.changes} changes: {told}; matched up to change {report.position}"
