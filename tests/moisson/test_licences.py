"""moisson licences: the table on the command line, and the check of an operator's own file."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from mappings.access.classes import UserClass
from mappings.licences import licences
from moisson.cli import app
from moisson.licence_file import load_table
from moisson.sections import ConfigError

_TEXT = files("mappings").joinpath("licences.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOISSON_CONFIG", raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["licences", *arguments])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "licences.toml"
    path.write_text(text, encoding="utf-8")
    return path


def row(**changes: Any) -> str:
    """The row of unknown, changed; a value is TOML."""
    lines = [
        *('stac = "other"', 'title_fr = "Titre"', 'title_en = "Title"', 'url = "https://example.org/"', "confirmed = true"),
        *('conditions_fr = ["une"]', 'conditions_en = ["one"]'),
    ]
    lines = [line for line in lines if line.partition(" ")[0] not in changes]
    lines += [f"{name} = {value}" for name, value in changes.items() if value is not None and name != "rights"]
    rights = changes.get("rights", '[[mine.rights]]\nfor = ["others"]\n' + _RIGHT)
    return "[mine]\n" + "\n".join(lines) + "\n" + rights


_RIGHT = 'discover = true\nview = true\ndownload = "yes"\norder = "no"\nreason_fr = "Oui"\nreason_en = "Yes"\n'


def test_the_table_is_printed_and_is_json() -> None:
    table, found = run().stdout, orjson.loads(run("--json").stdout)
    assert [one["id"] for one in found] == sorted(licences())
    assert all(name in table for name in licences())


def test_one_licence_says_what_it_allows_every_class() -> None:
    table, found = run("dsp-pleiades").stdout, orjson.loads(run("dsp-pleiades", "--json").stdout)
    assert set(found["rights"]) == set(UserClass)
    assert all(one in table for one in UserClass)
    assert found["rights"]["scientist"]["needs"] == "signature"
    assert "not confirmed" in run("mda-radarsat2").stdout
    assert run("show", "dsp-pleiades").stdout == table


def test_an_unknown_licence_is_an_error() -> None:
    error = run("nope").exception
    assert isinstance(error, ConfigError)
    assert str(error).startswith("nope: no such licence")


def test_an_operator_s_table_is_the_one_that_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, row())
    (tmp_path / "moisson.toml").write_text(f'[access]\nlicences = "{path}"\n')
    assert orjson.loads(run("mine", "--json").stdout)["title"] == {"fr": "Titre", "en": "Title"}


def test_a_good_file_says_what_it_replaces_and_adds(tmp_path: Path) -> None:
    path = written(tmp_path, row() + "\n" + row().replace("mine", "unknown").replace("confirmed = true", "confirmed = false"))
    done = run("check", str(path))
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["mine: added", "unknown: replaced, not confirmed: gives no right", "ok"]
    assert set(load_table(path)) == {*licences(), "mine"}


def test_the_file_that_comes_with_moisson_is_good_and_replaces_nothing(tmp_path: Path) -> None:
    assert run("check", str(written(tmp_path, _TEXT))).stdout == "ok\n"
    assert set(tomllib.loads(_TEXT)) == set(licences())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (row(confirmed=None), "mine: confirmed: "),
        (row(confirmed='"maybe"'), "mine: confirmed: "),
        (row(url='"http://example.org/"'), "mine: url: "),
        (row(title_fr='""'), "mine: title_fr: "),
        (row(titre_fr='"x"', title_fr=None), "mine: titre_fr: no such field"),
        (row(id='"other"'), "mine: id: no such field"),
        (row(conditions_en='["one", "two"]'), "mine: conditions_en: as many"),
        (row(rights=""), "mine: rights: "),
        (row(rights="[mine.rights]\nfor = 1\n"), "mine: rights: "),
        (row(rights='[[mine.rights]]\nfor = ["scientist"]\n' + _RIGHT), "mine: rights: public-actor has 0 rows"),
        (row(rights='[[mine.rights]]\nfor = ["others"]\n' + _RIGHT.replace('"yes"', '"always"')), "mine: rights 1 (others).download: "),
        (row(rights='[[mine.rights]]\nfor = ["nobody"]\n' + _RIGHT), "mine: rights 1 (nobody).for"),
        (row(rights='[[mine.rights]]\nfor = [["others"]]\n' + _RIGHT), "mine: rights 1: for: "),
        (row(rights='[[mine.rights]]\nfor = "others"\n' + _RIGHT), "mine: rights 1: for: "),
        (row(rights="rights = [3]\n"), "mine: rights 1: for: "),
        (row().replace("mine", "Mine"), "Mine: id: "),
        ("mine = 3\n", "mine: a table is wanted"),
        ("[mine\n", "Expected"),
        ("[mine]\n[mine]\n", "mine"),
    ],
)
def test_a_wrong_file_is_told_in_one_line_that_names_row_and_field(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    error = run("check", str(path)).exception
    assert isinstance(error, ConfigError), error
    assert str(error).startswith(f"{path}: ")
    assert told in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x00"])
def test_a_file_that_is_no_text_is_told_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    for place in (path, tmp_path, tmp_path / "absent.toml"):
        assert isinstance(run("check", str(place)).exception, ConfigError)
