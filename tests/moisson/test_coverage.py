"""moisson coverage: how much of an area is covered for whom, by what, and about what the rest would cost."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.errors import Problem
from index.sqlite import SqliteIndex
from moisson.cli import app
from moisson.sections import ConfigError
from tests.index.helpers import batch
from tests.support.items import make_document

BBOX = "2.0,46.0,3.0,47.0"
SQUARE = {"type": "Polygon", "coordinates": [[[2, 46], [3, 46], [3, 47], [2, 47], [2, 46]]]}
TARIFFS = files("mappings.ordering").joinpath("tariffs.toml").read_text(encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with an open, a held and an orderable image, side by side."""
    sale = {"platform": "phr1a", "constellation": "phr", "availability": "orderable"}
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        index.apply(
            batch(
                items=[
                    make_document("open", "s2", box=(2.0, 46.0, 2.4, 47.0), **{"eo:cloud_cover": 30}),
                    make_document("held", "dinamis", availability="held", box=(2.4, 46.0, 2.6, 47.0), **{"eo:cloud_cover": 5}),
                    make_document("sale", "airbus-phr", box=(2.6, 46.0, 2.9, 47.0), **{"eo:cloud_cover": 5}, **sale),
                ]
            )
        )
    path = tmp_path / "moisson.toml"
    path.write_text(f'index = "{tmp_path / "index.sqlite"}"\n')
    monkeypatch.setenv("MOISSON_CONFIG", str(path))
    return path


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(app, ["coverage", "--datetime", "2024-01-01T00:00:00Z/..", *arguments], **options)


def shares(*arguments: str) -> list[float]:
    done = run("--json", *arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    told = orjson.loads(done.stdout)["coverage"]
    return [round(told[name]["share"], 3) for name in ("open", "held", "orderable")]


@pytest.mark.usefixtures("config")
def test_an_area_is_told_by_layer_with_scenes_and_estimates() -> None:
    done = run("--bbox", BBOX, "--as", "public-actor")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("area 8,")
    assert [line.split()[0] for line in lines[2:7]] == ["open", "held", "orderable", "covered", "uncovered"]
    assert "40.0%" in lines[2]
    assert {"open", "held", "sale"} <= {word for line in lines for word in line.split()}
    (order,) = [line for line in lines if line.startswith("order pleiades")]
    assert "EUR (estimate only; tariff of 20" in order
    assert sum(line.startswith("or task ") for line in lines) == 2


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--as", "public-actor"), [0.4, 0.2, 0.3]),
        ((), [0.4, 0.2, 0.3]),
        (("--as", "anonymous"), [0.4, 0.0, 0.3]),
        (("--as", "public-actor", "--exclude-airbus"), [0.4, 0.2, 0.0]),
        (("--as", "public-actor", "--accessible", "now"), [0.4, 0.0, 0.0]),
        (("--as", "public-actor", "--cloud-cover-max", "10"), [0.0, 0.2, 0.3]),
        (("--as", "public-actor", "--collections", "s2,dinamis"), [0.4, 0.2, 0.0]),
    ],
)
def test_what_counts_is_what_is_asked_for_and_open_to_whom(arguments: tuple[str, ...], expected: list[float]) -> None:
    assert shares("--bbox", BBOX, *arguments) == expected


@pytest.mark.parametrize("given", ["text", "file", "feature", "input"])
def test_the_area_may_be_a_text_a_file_a_feature_or_standard_input(config: Path, given: str) -> None:
    value = {"type": "Feature", "properties": {}, "geometry": SQUARE} if given == "feature" else SQUARE
    if given == "text":
        assert shares("--intersects", json.dumps(value)) == shares("--bbox", BBOX)
        return
    if given == "input":
        done = run("--json", "--file", "-", input=json.dumps(value))
        assert orjson.loads(done.stdout)["coverage"]["open"]["share"] == pytest.approx(0.4)
        return
    path = config.parent / "area.geojson"
    path.write_text(json.dumps(value))
    assert shares("--file", str(path)) == shares("--bbox", BBOX)


def test_an_operators_tariffs_and_rules_are_reckoned_with(config: Path) -> None:
    own = config.parent / "tariffs.toml"
    own.write_text(TARIFFS.replace('archive = "1.40"', 'archive = "2.00"').replace("2026-11-21", "2027-01-01"))
    config.write_text(config.read_text() + f'[access]\ntariffs = "{own}"\nsign_in = true\n')
    done = run("--json", "--bbox", BBOX, "--as", "company-rd")
    assert done.exit_code == 0, (done.output, done.exception)
    told = orjson.loads(done.stdout)
    (request,) = told["estimate"]["requests"]
    assert request["tariff"]["date"] == "2027-01-01"
    assert float(request["amount"]["low"]) == pytest.approx(request["km2"] * 2, abs=0.01)
    assert shares("--bbox", BBOX, "--as", "anonymous") == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["tariffs", "practice"])
def test_the_check_of_the_settings_reads_an_operators_files(config: Path, name: str) -> None:
    own = config.parent / f"{name}.toml"
    text = files("mappings.ordering").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    own.write_text(text)
    config.write_text(config.read_text() + f'[access]\n{name} = "{own}"\n')
    assert CliRunner().invoke(app, ["config", "check"]).exit_code == 0
    own.write_text(text.replace("date = 2026-11-21", 'date = "soon"'))
    done = CliRunner().invoke(app, ["config", "check"])
    assert isinstance(done.exception, ConfigError)
    assert str(own) in str(done.exception)


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "one of --bbox, --intersects, --file"),
        (("--bbox", BBOX, "--intersects", "{}"), "one of --bbox, --intersects, --file"),
        (("--bbox", "2,46,3"), "bbox"),
        (("--intersects", "{"), "not JSON"),
        (("--intersects", "null"), "got nothing"),
        (("--intersects", '{"type":"Point","coordinates":[2,46]}'), "geometry"),
        (("--bbox", BBOX, "--cloud-cover-max", "101"), "cloud_cover_max"),
        (("--bbox", BBOX, "--cloud-cover-max", "nan"), "cloud_cover_max"),
        (("--bbox", BBOX, "--accessible", "later"), "accessible"),
        (("--bbox", BBOX, "--collections", "s2,,x"), "collections"),
    ],
)
def test_wrong_arguments_are_told_by_name(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert isinstance(done.exception, Problem)
    assert said in str(done.exception)


@pytest.mark.usefixtures("config")
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert isinstance(run("--file", str(tmp_path / "none.geojson")).exception, ConfigError)
    (tmp_path / "odd").write_bytes(b"\xff\xfe")
    assert isinstance(run("--file", str(tmp_path / "odd")).exception, ConfigError)


@pytest.mark.usefixtures("config")
def test_a_mistake_is_one_line_and_exit_code_two() -> None:
    command = [sys.executable, "-c", "from moisson.cli import main; main()", "coverage", "--datetime", "yesterday", "--bbox", BBOX]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "datetime" in done.stderr
