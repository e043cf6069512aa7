"""The documents keep step: a command, an option or a setting that is not described is a failure."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from api.app import create_app
from api.downloads.refusals import CODES
from api.params import SEARCH_NAMES
from index.sqlite import SqliteIndex
from moisson.cli import app
from moisson.exits import Exit
from moisson.sections import (
    CoveragesSettings,
    CswSection,
    DinamisSettings,
    FolderSection,
    GeodesSettings,
    HttpSettings,
    InventorySettings,
    OaiPmhSection,
    OneAtlasSettings,
    OpenSearchSection,
    RegardsSettings,
    RestoSettings,
    StacSection,
    SwhSettings,
)
from moisson.sections.access import AccessSettings, OidcSection, SignerSection
from moisson.sections.delivered import CollectionSection, StacFilesSection
from moisson.sections.elasticsearch import ElasticsearchSettings
from moisson.sections.followed import MoissonSection
from moisson.sections.map import BasemapSection, MapSettings
from moisson.sections.oai import OaiSettings
from moisson.sections.terms import MetadataLicenceSection
from moisson.settings import ApiSettings, ScheduleSettings, Settings
from tests.support.routes import routes_of

ROOT = Path(__file__).resolve().parent.parent


def _commands() -> list[tuple[str, Any]]:
    found = []

    def walk(name: str, command: Any) -> None:
        if hasattr(command, "commands"):
            for part, inner in command.commands.items():
                walk(f"{name} {part}", inner)
        else:
            found.append((name, command))

    walk("moisson", typer.main.get_command(app))
    return found


@pytest.mark.parametrize(("name", "command"), _commands())
def test_every_command_and_option_is_described(name: str, command: Any) -> None:
    text = (ROOT / "docs/commands.md").read_text()
    assert f"`{name}" in text
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert any(option in text for option in parameter.opts), f"{name}: {parameter.opts}"


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md", "docs/operate.md", "docs/access.md"])
def test_every_option_that_is_described_exists(page: str) -> None:
    known = {option for _, command in _commands() for parameter in command.params for option in parameter.opts} | {"--help"}
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / page).read_text()))
    assert told <= known


@pytest.mark.parametrize("code", list(Exit))
def test_every_exit_code_is_described(code: Exit) -> None:
    assert re.search(rf"^\| {code.value} \|", (ROOT / "docs/commands.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "model",
    [
        *(Settings, ApiSettings, ScheduleSettings, HttpSettings, GeodesSettings, SwhSettings, RegardsSettings, RestoSettings),
        *(OneAtlasSettings, DinamisSettings, InventorySettings, CoveragesSettings),
        *(AccessSettings, ElasticsearchSettings, OidcSection, SignerSection, MapSettings, BasemapSection),
        MetadataLicenceSection,
        OaiSettings,
        *(CswSection, OaiPmhSection, OpenSearchSection, StacSection, FolderSection, StacFilesSection, CollectionSection, MoissonSection),
    ],
)
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    text = (ROOT / "docs/settings.md").read_text()
    for field in model.model_fields:
        assert re.search(rf"[`.]{field}\b|\b{field}[`,]", text), f"{model.__name__}.{field}"


def test_every_search_parameter_is_described() -> None:
    text = (ROOT / "docs/api.md").read_text()
    for name in SEARCH_NAMES:
        assert f"`{name}" in text


def test_every_route_is_described(tmp_path: Path) -> None:
    text = (ROOT / "docs/api.md").read_text()
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        routes = sorted(routes_of(create_app(index).routes))
    # The document and its page are named without a method.
    pages = {"/api", "/api.html", "/docs/oauth2-redirect"}
    assert [f"{method} {path}" for method, path in routes if (f"`{path}`" if path in pages else f"`{method} {path}`") not in text] == []


def test_every_code_of_an_error_is_described() -> None:
    text = (ROOT / "docs/api.md").read_text()
    sources = "".join(path.read_text() for path in (ROOT / "api").glob("*.py"))
    codes = {*re.findall(r'(?:Problem\(\s*\d{3},\s*|_unauthorised\(\s*)"([a-z-]+)"', sources), *CODES.values()}
    codes |= {f"{what}-not-found" for what in re.findall(r'not_found\("([a-z-]+)"', sources)}
    assert "licence-not-signed" in codes
    assert {code for code in codes if f"`{code}`" not in text} == set()


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text()
    for page in (ROOT / "docs/decisions").glob("0*.md"):
        assert page.name in listed


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
