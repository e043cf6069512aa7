"""moisson usage: what was downloaded, by month, organisation and archive."""

import csv
import io
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.downloads.usage import KIND, Usage, count_download, usage
from index.sqlite import SqliteIndex
from moisson.cli import app
from moisson.sections import ConfigError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with downloads of three months."""
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        for month, organisation, archive, times in (
            ("2026-09", "commune", "dinamis", 2),
            ("2026-10", "commune", "dinamis", 1),
            ("2026-10", "labo", "peps", 3),
            ("2026-11", None, "peps", 4),
        ):
            for _ in range(times):
                assert count_download(index, month, organisation, archive)
    path = tmp_path / "moisson.toml"
    path.write_text(f'index = "{tmp_path / "index.sqlite"}"\n')
    monkeypatch.setenv("MOISSON_CONFIG", str(path))
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["usage", *arguments])


def rows(*arguments: str) -> list[tuple[str, str, str, int]]:
    done = run("--json", *arguments)
    assert done.exit_code == 0, done.output
    return [tuple(one.values()) for one in orjson.loads(done.stdout)]


@pytest.mark.usefixtures("config")
def test_downloads_are_reported_by_month_organisation_and_archive() -> None:
    assert rows() == [
        ("2026-09", "commune", "dinamis", 2),
        ("2026-10", "commune", "dinamis", 1),
        ("2026-10", "labo", "peps", 3),
        ("2026-11", "-", "peps", 4),
    ]


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("arguments", "months"),
    [
        (("--since", "2026-10"), ["2026-10", "2026-10", "2026-11"]),
        (("--until", "2026-10"), ["2026-09", "2026-10", "2026-10"]),
        (("--since", "2026-10", "--until", "2026-10"), ["2026-10", "2026-10"]),
        (("--since", "2027-01"), []),
    ],
)
def test_both_months_of_a_period_are_part_of_it(arguments: tuple[str, ...], months: list[str]) -> None:
    assert [row[0] for row in rows(*arguments)] == months


@pytest.mark.usefixtures("config")
def test_the_table_and_the_csv_say_the_same() -> None:
    table, sheet = run().stdout, run("--csv").stdout
    read = list(csv.reader(io.StringIO(sheet)))
    assert read[0] == ["month", "organisation", "archive", "downloads"]
    assert read[1:] == [[*row[:3], str(row[3])] for row in rows()]
    for row in read[1:]:
        assert any(line.split() == row for line in table.splitlines())
    assert "total: 10" in table


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--since", "2026"), "--since"),
        (("--since", "2026-13"), "--since"),
        (("--until", "2026-1"), "--until"),
        (("--until", "٢٠٢٦-١٠"), "--until"),
        (("--since", "2026-11", "--until", "2026-10"), "--since"),
        (("--json", "--csv"), "--json, --csv"),
    ],
)
def test_a_wrong_period_or_form_is_said_in_one_line(arguments: tuple[str, ...], named: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, ConfigError)
    assert str(error).startswith(f"{named}: ")
    assert "\n" not in str(error)


def test_names_of_any_kind_stay_apart_and_no_spreadsheet_takes_them_for_formulas(config: Path) -> None:
    names = ("a/b", "a", "=1+1", "é ü", "%2F")
    with SqliteIndex.open(config.parent / "index.sqlite") as index:
        for name in names:
            count_download(index, "2026-12", name, "b/peps")
        found = usage(index, since="2026-12")
    assert found == sorted(Usage("2026-12", name, "b/peps", 1) for name in names)
    assert "'=1+1" in run("--csv").stdout
    assert "'-" not in run("--csv").stdout


def test_a_note_that_is_no_count_is_passed_over_or_counts_from_nothing(config: Path) -> None:
    with SqliteIndex.open(config.parent / "index.sqlite") as index:
        for name, value in (("nonsense", {"downloads": 1}), ("2026-99/a/b", {"downloads": 1}), ("2026-12/a/b", {"downloads": "x"})):
            index.write_note(KIND, name, value, None)
        assert usage(index, since="2026-12") == [Usage("2026-12", "a", "b", 0)]
        assert count_download(index, "2026-12", "a", "b")
        assert usage(index, since="2026-12") == [Usage("2026-12", "a", "b", 1)]
