"""moisson coverage: how much of an area is open, held or orderable, and the fewest scenes that cover it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from api.body_limit import MAX_BODY
from api.coverage.candidates import LAYERS
from api.coverage.covering import coverage_document
from api.coverage.routes import parse_ask
from api.errors import bad
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.ordering.tariffs import tariffs
from moisson.build import open_index
from moisson.commands.options import Config, Json, console
from moisson.sections import ConfigError
from moisson.settings import load_settings


def coverage(
    when: Annotated[str, typer.Option("--datetime", help="RFC 3339 instant, or start/end with .. for an open end")],
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees")] = None,
    intersects: Annotated[str | None, typer.Option(help="A GeoJSON Polygon or MultiPolygon")] = None,
    file: Annotated[Path | None, typer.Option(help="A file with a GeoJSON geometry or Feature; - is standard input")] = None,
    cloud_cover_max: Annotated[float | None, typer.Option(help="Percent; what states none is not counted")] = None,
    gsd_max: Annotated[float | None, typer.Option(help="Metres; what states none is not counted")] = None,
    collections: Annotated[str | None, typer.Option(help="Collection ids, comma-separated")] = None,
    exclude_airbus: Annotated[bool, typer.Option("--exclude-airbus", help="Leave out what is only in the commercial catalogue")] = False,
    accessible: Annotated[str | None, typer.Option(help="true: what may be downloaded, if need be once signed; now: at once")] = None,
    user_class: Annotated[UserClass, typer.Option("--as", help="Whose rights and tariff to reckon with")] = UserClass.OPERATOR,
    json: Json = False,
    config: Config = None,
) -> None:
    """Says how much of an area is covered, by which scenes, and about what ordering the rest would cost."""
    if sum(value is not None for value in (bbox, intersects, file)) != 1:
        raise bad("geometry", "give one of --bbox, --intersects, --file")
    given: dict[str, Any] = {
        "bbox": bbox.split(",") if bbox is not None else None,
        "geometry": _geometry(intersects, file) if bbox is None else None,
        "datetime": when,
        "cloud_cover_max": cloud_cover_max,
        "gsd_max": gsd_max,
        "collections": collections.split(",") if collections else None,
        "exclude_airbus": exclude_airbus,
        "accessible": accessible,
    }
    settings = load_settings(config)
    policy, asker = settings.access.policy(), Asker(user_class)
    prices = settings.access.own_tariffs() or tariffs()
    ask = parse_ask(given, policy, asker, policy.audience(asker))
    base = settings.api.base()
    with open_index(settings) as index:
        found = coverage_document(index, ask, prices, base)
    if json:
        sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
    else:
        _print(found)


def _geometry(text: str | None, file: Path | None) -> Any:
    """Of the text, or of a file's geometry or Feature."""
    if file is not None:
        try:
            text = sys.stdin.read(MAX_BODY) if str(file) == "-" else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: cannot be read: {error}") from None
    try:
        value = orjson.loads(text or "")
    except orjson.JSONDecodeError:
        raise bad("geometry", "not JSON: give a GeoJSON geometry") from None
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if value is None:
        raise bad("geometry", "a GeoJSON Polygon or MultiPolygon, got nothing")
    return value


def _print(found: dict[str, Any]) -> None:
    out = console()
    out.print(f"area {found['area_km2']:,.2f} km²; {found['candidates']} scenes looked at")
    shares = Table("", "km²", "share", "beyond the rows above", box=None)
    for name in map(str, LAYERS):
        layer = found["coverage"][name]
        shares.add_row(name, f"{layer['km2']:,.2f}", f"{layer['share']:.1%}", f"{layer['beyond_km2']:,.2f} km²")
    for name in ("covered", "uncovered"):
        shares.add_row(name, f"{found['coverage'][name]['km2']:,.2f}", f"{found['coverage'][name]['share']:.1%}", "")
    out.print(shares)
    scenes = Table("availability", "collection", "id", "km²", "adds", "", box=None)
    for scene in found["scenes"]:
        note = scene["notice"]["en"] if "notice" in scene else ""
        scenes.add_row(scene["availability"], scene["collection"], scene["id"], f"{scene['km2']:,.2f}", f"{scene['adds_km2']:,.2f}", note)
    out.print(scenes)
    for name, count in found["not_counted"].items():
        if count:
            out.print(f"not counted, {name.replace('_', ' ')}: {count}")
    for what, told in (("order", found["estimate"]), ("or task", found["tasking"])):
        if told:
            _print_estimate(out, what, told)


def _print_estimate(out: Console, what: str, told: dict[str, Any]) -> None:
    for one in told["requests"]:
        amount = one["amount"]
        shown = f"{amount['low']} to {amount['high']} {amount['currency']}" if amount else one["reason"]["en"]
        tariff = f"; tariff of {one['tariff']['date']}: {one['tariff']['source']['en']}" if one["tariff"] else ""
        name = one["product"] or "other"
        out.print(f"{what} {name}, {one['km2']:,.2f} km²: {shown} (estimate only{tariff})")
