"""The outside validators, asked from here: each runs in its own environment and gets our server's address."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from tests.support.shared import extension_schemas
from tests.validators.environment import python

_SCRIPT = Path(__file__).with_name("judge.py")
_DIALECT = "http://json-schema.org/draft-07/schema#"
_LONGEST = 240


class JudgeFailed(Exception):
    """A validator itself ended with an exception; the message is what it wrote."""


@dataclass(frozen=True)
class Judged:
    """What stac-api-validator found; `catalogue`: what pystac has against the landing page and its children; `broken`: links of ours
    that do not answer 200; `filters`: how many requests had one."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    catalogue: tuple[str, ...]
    broken: tuple[str, ...]
    filters: int


@dataclass(frozen=True)
class Linted:
    """What stac-check says of one address; `advice`: what it recommends, by the name of its rule."""

    url: str
    valid: bool
    error: str
    advice: dict[str, list[str]]


def judge_api(base: str, **arguments: Any) -> Judged:
    """The verdict of stac-api-validator. Raises JudgeFailed."""
    answer = _ask("api", base, arguments)
    verdict = answer["verdict"]
    return Judged(*(tuple(verdict[name]) for name in ("errors", "warnings", "catalogue")), tuple(answer["broken"]), answer["filters"])


def lint(base: str, urls: Iterable[str]) -> list[Linted]:
    """The verdicts of stac-check. Raises JudgeFailed."""
    return [Linted(**one) for one in _ask("lint", base, {"urls": list(urls)})["verdict"]]


def rustac(one: dict[str, Any]) -> str:
    """What rustac has against a STAC object (an ItemCollection: against each Item) by the core schemas alone, which it carries:
    nothing when it is valid."""
    with TemporaryDirectory(prefix="moisson-rustac-") as folder:
        path = Path(folder) / "one.json"
        path.write_bytes(orjson.dumps(one))
        done = subprocess.run([str(python().with_name("rustac")), "validate", str(path)], capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def core_only(one: dict[str, Any]) -> dict[str, Any]:
    """A copy that names no extension."""
    return {**one, "stac_extensions": []}


def _ask(verb: str, base: str, arguments: dict[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory(prefix="moisson-schemas-") as folder:
        order = {"verb": verb, "own": base, "schemas": _written(Path(folder)), "arguments": arguments}
        # -P: the folder of the script is not where modules come from.
        command = [str(python()), "-P", "-W", "ignore", str(_SCRIPT)]
        done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=False, timeout=_LONGEST)
    if done.returncode:
        raise JudgeFailed(f"{verb} failed:\n{done.stderr[-4000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@cache
def _schemas() -> dict[str, bytes]:
    # Without a dialect stac-valid does not read a schema.
    return {url: orjson.dumps({"$schema": _DIALECT, **schema}) for url, schema in extension_schemas().items()}


def _written(folder: Path) -> dict[str, str]:
    paths = {}
    for number, (url, schema) in enumerate(_schemas().items()):
        path = folder / f"{number}.json"
        path.write_bytes(schema)
        paths[url] = str(path)
    return paths
