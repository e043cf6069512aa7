"""The map page's sources and what becomes of them: pinned packages, no registry's name, and a wheel that holds what was built."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.support.built import write_built
from tests.support.deployment import PROJECT, ROOT

FOLDERS = ["web", "tests/clients/stac_browser_build"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_package_has_one_version_and_no_registry(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package.get("devDependencies", {})}
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, entry in lock.items() if "resolved" in entry or (name and "integrity" not in entry)] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / folder / ".npmrc").read_text(encoding="utf-8").splitlines()


def test_node_is_new_enough_where_it_is_asked(tmp_path: Path) -> None:
    least = json.loads((ROOT / "web/package.json").read_text(encoding="utf-8"))["engines"]["node"]
    found = re.search(r"major > (\d+) \|\| \(major === \1 && minor >= (\d+)\)", (ROOT / ".ci/npm").read_text(encoding="utf-8"))
    assert found is not None
    assert least == f">={found[1]}.{found[2]}"


def test_the_wheel_holds_the_page_that_git_does_not(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    write_built(tmp_path / "api" / "map" / "static")
    assert "api/map/static/" in (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()
    (wheel,) = WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"api/map/static/.vite/manifest.json", "api/map/static/assets/index-AbCd1234.js"} <= names
