"""The files of a deployment, read: Dockerfile, compose.yaml, the manifests of deploy/kubernetes/."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MOISSON = ("api", "scheduler")
"""The services that run our image."""
SECRET = re.compile(r"(?i)password|api_key|secret_key|access_key|token")
"""Names of variables whose values nobody else is to know."""
_VARIABLE = re.compile(r"\$(\$|\{(\w+)(?::?([-?])([^}]*))?\})")


def dockerfile() -> list[tuple[str, str]]:
    """Instructions in order, each with the rest of its line."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last_stage() -> dict[str, str]:
    """Instructions of what is run, each as it stands last."""
    instructions = dockerfile()
    start = max(place for place, (word, _) in enumerate(instructions) if word == "FROM")
    return dict(instructions[start:])


def words(instruction: str) -> list[str]:
    """What an instruction runs, in the form that needs no shell."""
    found = json.loads(instruction)
    assert isinstance(found, list)
    return found


def copied() -> list[str]:
    """Paths of this folder that the image is made of."""
    return [
        path.rstrip("/")
        for word, rest in dockerfile()
        if word == "COPY" and not rest.startswith("--from")
        for path in shlex.split(rest)[:-1]
    ]


def compose() -> dict[str, Any]:
    """compose.yaml, its anchors resolved and its variables as they stand."""
    found = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def services() -> dict[str, dict[str, Any]]:
    return dict(compose()["services"])


def filled(value: Any, given: Mapping[str, str]) -> str:
    """A value of compose.yaml as the container sees it. Raises KeyError for a variable that has to be given and is not."""

    def put(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return given.get(match[2]) or match[4] if match[3] == "-" else given[match[2]]

    return _VARIABLE.sub(put, str(value))


def variables_of(value: Any) -> Iterator[str]:
    """Names of the variables that a part of compose.yaml is filled with."""
    yield from (match[2] for match in _VARIABLE.finditer(json.dumps(value)) if match[2])


def env_example() -> dict[str, str]:
    """.env.example."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@dataclass(frozen=True)
class Manifest:
    """One document of the manifests: its file, kind, name, and all of it."""

    file: str
    kind: str
    name: str
    body: dict[str, Any]

    @property
    def pod(self) -> dict[str, Any]:
        """What a Deployment runs."""
        return dict(self.body["spec"]["template"]["spec"])

    @property
    def container(self) -> dict[str, Any]:
        (only,) = self.pod["containers"]
        return dict(only)


def manifests(kind: str | None = None) -> list[Manifest]:
    """All of them, or those of a kind; the Secret too, which is no manifest but an example."""
    files = [*sorted((DEPLOY / "kubernetes").glob("*.yaml")), DEPLOY / "kubernetes/secret.example"]
    found = [
        Manifest(path.name, body["kind"], body["metadata"]["name"], body)
        for path in files
        for body in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    return [one for one in found if kind in (None, one.kind)]


def one(kind: str, name: str) -> Manifest:
    """The manifest of this kind and name."""
    (found,) = [manifest for manifest in manifests(kind) if manifest.name == name]
    return found


def texts() -> dict[str, str]:
    """Every file of the deployment by its path."""
    paths = [ROOT / name for name in ("Dockerfile", ".dockerignore", "compose.yaml", ".env.example")]
    paths += [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}
