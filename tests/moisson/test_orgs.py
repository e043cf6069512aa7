"""moisson orgs and keys, as an operator types them."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from mappings import licences
from moisson.cli import main


@dataclass(frozen=True)
class Result:
    returncode: int
    stdout: str
    stderr: str


class Site:
    """One installation, and its command: in this process, since starting it takes longer than all that it does here."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "moisson.toml"
        self.config.write_text(f'index = "{folder}/index.sqlite"\n')
        self._patch = patch
        self._capture = capture
        patch.setenv("MOISSON_CONFIG", str(self.config))
        # The process that the tests run in keeps its own logs.
        patch.setattr("moisson.cli.set_up_logs", lambda: None)

    def __call__(self, line: str, *more: str) -> Result:
        self._patch.setattr(sys, "argv", ["moisson", *line.split(), *more])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(int(ended.value.code or 0), *self._capture.readouterr())

    def done(self, line: str, *more: str) -> str:
        """What it prints when it succeeds."""
        result = self(line, *more)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def json(self, line: str) -> list[dict[str, Any]]:
        return [orjson.loads(text) for text in self.done(f"{line} --json").splitlines()]

    def refused(self, line: str, *more: str) -> str:
        """The one line of an error that the operator can mend."""
        result = self(line, *more)
        assert (result.returncode, result.stdout) == (2, ""), result
        [text] = result.stderr.splitlines()
        assert text.startswith("moisson: ")
        return text


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, monkeypatch, capsys)


def add_ign(site: Site) -> None:
    site.done("orgs add ign --class public-actor --from 2024-01-01 --name", "IGN, Institut")


def test_an_organisation_is_added_changed_shown_and_removed(site: Site) -> None:
    add_ign(site)
    [shown] = site.json("orgs show ign")
    assert (shown["name"], shown["class"], shown["today"]["class"]) == ("IGN, Institut", "public-actor", "public-actor")
    site.done("orgs set ign --class scientist --name CNES")
    site.done("orgs adhere ign --until 2024-12-31")
    [shown] = site.json("orgs show ign")
    assert (shown["name"], shown["class"], shown["adhesion"]) == ("CNES", "scientist", {"from": "2024-01-01", "until": "2024-12-31"})
    assert (shown["today"]["class"], "2025-01-01" in shown["today"]["note"]["fr"]) == ("anonymous", True)
    assert "scientist" in site.done("orgs list")
    assert site.done("orgs remove ign") == "ign: removed\n"
    assert site.json("orgs list") == []


def test_a_signature_gives_rights_in_a_version_that_counts(site: Site) -> None:
    add_ign(site)
    table = Path(licences.__file__).with_suffix(".toml").read_text()
    (site.folder / "licences.toml").write_text(table.replace("[dsp-pleiades]\n", '[dsp-pleiades]\nversions = ["2026"]\n'))
    site.config.write_text(f'{site.config.read_text()}[access]\nlicences = "{site.folder}/licences.toml"\n')
    old = site("orgs sign ign dsp-pleiades --version 2019 --date 2019-05-01")
    assert old.returncode == 0
    assert "only 2026 of dsp-pleiades counts" in old.stderr
    assert site.json("orgs show ign")[0]["today"]["signed"] == []
    site.done("orgs sign ign dsp-pleiades --version 2026 --date 2026-01-01")
    assert site.json("orgs show ign")[0]["today"]["signed"] == ["dsp-pleiades"]
    site.done("orgs sign ign dsp-pleiades --version 2026 --remove")
    assert site.json("orgs show ign")[0]["today"]["signed"] == []


def test_a_contractor_has_rights_while_its_contract_and_client_hold(site: Site) -> None:
    add_ign(site)
    site.done("orgs add bureau --class contractor --name Bureau --from 2024-01-01")
    site.done("orgs contract bureau --client ign --from 2024-01-01")
    assert site.json("orgs show bureau")[0]["today"]["class"] == "contractor"
    assert "contracts of bureau" in site.refused("orgs remove ign")
    assert "public body" in site.refused("orgs contract bureau --client bureau --from 2024-01-01")
    site.done("orgs contract bureau --client ign --from 2024-01-01 --remove")
    assert site.json("orgs show bureau")[0]["today"]["class"] != "contractor"


def test_a_person_is_one_however_their_address_is_written(site: Site) -> None:
    add_ign(site)
    site.done("orgs person ign Anne@ign.example --name Anne")
    site.done("orgs person ign anne@IGN.example --until 2024-06-30")
    [shown] = site.json("orgs show ign")
    assert [(person["subject"], person["until"]) for person in shown["people"]] == [("anne@IGN.example", "2024-06-30")]
    site.done("orgs person ign ANNE@ign.example --remove")
    assert not site.json("orgs show ign")[0].get("people")


def test_a_file_is_imported_whole_or_not_at_all(site: Site) -> None:
    file = site.folder / "orgs.toml"
    file.write_text(
        '[ign]\nname = "IGN"\nclass = "public-actor"\nadhesion = { from = 2024-01-01 }\n\n[cnes]\nname = "CNES"\nclass = "king"\n'
    )
    assert "cnes: class" in site.refused("orgs import", str(file))
    assert site.json("orgs list") == []
    file.write_text(file.read_text().replace("king", "scientist"))
    assert site.done("orgs import", str(file)) == "2 organisations written\n"
    assert [entry["id"] for entry in site.json("orgs list")] == ["cnes", "ign"]


def test_what_is_wrong_with_an_organisation_is_one_line(site: Site) -> None:
    add_ign(site)
    assert "already registered" in site.refused("orgs add ign --class scientist --name other")
    assert "did you mean ign" in site.refused("orgs show igm")
    assert "no class of users" in site.refused("orgs add x --class king --name X")
    assert "anonymous" not in site.refused("orgs add x --class anonymous --name X").split(":", 2)[2]
    assert "no day" in site.refused("orgs adhere ign --from 31/01/2026")
    assert "before" in site.refused("orgs adhere ign --from 2026-01-31 --until 2026-01-01")
    assert "id" in site.refused("orgs add Capitals --class scientist --name X")
    assert "name" in site.refused("orgs set ign --name", "two\nlines")
    assert "no such licence" in site.refused("orgs sign ign nothing --version 1")
    assert "nothing to remove" in site.refused("orgs person ign nobody --remove")
    assert "orgs.toml" in site.refused("orgs import orgs.toml")


def test_a_key_is_printed_once_listed_and_revoked(site: Site) -> None:
    add_ign(site)
    made = site("keys create ign --person Anne --until 2099-12-31")
    key, key_id = made.stdout.strip(), made.stdout.split("_")[1]
    assert made.returncode == 0
    assert key.startswith(f"moi_{key_id}_")
    assert key not in made.stderr
    stored = b"".join(path.read_bytes() for path in site.folder.glob("index.sqlite*"))
    assert key.split("_")[2].encode() not in stored
    [listed] = site.json("keys list ign")
    assert (listed["id"], listed["organisation"], listed["person"], listed["revoked"]) == (key_id, "ign", "Anne", None)
    assert not {"key", "hash"} & set(listed)
    assert "has API keys" in site.refused("orgs remove ign")
    # The whole key may be pasted; it is not repeated.
    assert site.done("keys revoke", key) == "revoked\n"
    [ended] = site.json("keys list")
    assert ended["revoked"] is not None
    assert site.done("keys revoke", key_id) == "revoked\n"
    assert site.json("keys list") == [ended]


def test_what_is_wrong_with_a_key_is_one_line(site: Site) -> None:
    add_ign(site)
    assert "no such organisation" in site.refused("keys create igm")
    assert "no such organisation" in site.refused("keys list igm")
    assert "over" in site.refused("keys create ign --until 2020-01-01")
    assert "no day" in site.refused("keys create ign --until tomorrow")
    assert "--person" in site.refused("keys create ign --person", "two\nlines")
    secret = "moi_0123456789abcdef_" + "a" * 52
    assert secret not in site.refused("keys revoke", secret)
