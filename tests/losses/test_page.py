"""The page of losses keeps step with the tests: those that it names exist, every way has one, and what is open is expected to fail."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _ways() -> list[list[str]]:
    """The cells of every row below a head."""
    lines = (ROOT / "docs/losses.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if row[0] != "way" and not row[0].startswith("---")]


@cache
def _functions(path: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _is_expected_to_fail(path: str, name: str) -> bool:
    """Whether the test, or one of its cases, is marked so."""
    marks = " ".join(ast.unparse(mark) for mark in _functions(path)[name].decorator_list)
    return "xfail" in marks or "_UNTOLD" in marks


def test_the_page_lists_ways() -> None:
    assert len(_ways()) > 50


@pytest.mark.parametrize("way", _ways(), ids=lambda way: way[0][:60])
def test_every_way_says_who_and_what_and_names_tests_that_exist(way: list[str]) -> None:
    assert len(way) == 4
    assert all(way)
    named = _NAMED.findall(way[3])
    assert named
    assert way[3].count("::") == len(named)
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert name in _functions(path), f"{path} has no {name}"


@pytest.mark.parametrize("way", _ways(), ids=lambda way: way[0][:60])
def test_a_way_is_called_open_when_and_only_when_one_of_its_tests_is_expected_to_fail(way: list[str]) -> None:
    assert ("**open**" in way[2].lower()) == any(_is_expected_to_fail(path, name) for path, name in _NAMED.findall(way[3]))


def test_every_test_of_losses_is_on_the_page() -> None:
    named = {name for way in _ways() for _, name in _NAMED.findall(way[3])}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path != Path(__file__):
            tests = {name for name in _functions(str(path.relative_to(ROOT))) if name.startswith("test_")}
            assert tests <= named, path.name
