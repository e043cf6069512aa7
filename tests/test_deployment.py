"""The files of a deployment agree with the program, and with each other."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from api.app import create_app
from index.sqlite import SqliteIndex
from moisson.cli import app
from moisson.settings import Settings, load_settings
from tests.support.deployment import (
    DEPLOY,
    MOISSON,
    PROJECT,
    ROOT,
    dockerfile,
    filled,
    last_stage,
    manifests,
    one,
    services,
    texts,
    words,
)
from tests.support.routes import routes_of
from tests.support.serving import serving

_GIVEN = {"ELASTIC_PASSWORD": "administrator", "INDEX_PASSWORD": "own-account", "PUBLIC_URL": "https://catalogue.example.org"}


def _settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], file: Path) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MOISSON_CONFIG", str(file))
    return load_settings()


def _is_command(arguments: list[str]) -> bool:
    """Whether the `moisson` command would take these: the name of a command, its options, and their values."""
    command: Any = typer.main.get_command(app)
    command.make_context("moisson", list(arguments), resilient_parsing=True)
    inner = command.commands[arguments[0]]
    inner.make_context(arguments[0], list(arguments[1:]))
    return True


# --- settings and commands ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MOISSON)
def test_compose_gives_settings_that_are_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {key: filled(value, _GIVEN) for key, value in services()[name]["environment"].items()}
    mounted = [volume.split(":")[0] for volume in services()[name]["volumes"] if environment["MOISSON_CONFIG"] in volume]
    found = _settings(monkeypatch, environment, ROOT / mounted[0])
    assert found.index == "https://elasticsearch:9200/moisson"
    assert found.elasticsearch.login() == ("moisson", "own-account")
    assert found.sources
    if name == "api":
        assert found.api.public_url == "https://catalogue.example.org"


@pytest.mark.parametrize("name", ["moisson-api", "moisson-scheduler"])
def test_the_manifests_give_settings_that_are_settings(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    for source in one("Deployment", name).container["envFrom"]:
        (kind,) = source
        found = one("ConfigMap" if kind == "configMapRef" else "Secret", source[kind]["name"]).body
        environment |= found.get("data", {}) | found.get("stringData", {})
    mounted = one("ConfigMap", "moisson-sources").body["data"]
    assert f"/etc/moisson/{next(iter(mounted))}" == environment["MOISSON_CONFIG"]
    (tmp_path / "moisson.toml").write_text(mounted["moisson.toml"], encoding="utf-8")
    environment["MOISSON_ELASTICSEARCH__API_KEY"] = "id:key"
    settings = _settings(monkeypatch, environment, tmp_path / "moisson.toml")
    assert settings.elasticsearch.key()
    assert settings.index.startswith("https://")
    assert settings.sources


def test_variables_that_are_only_told_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {name for text in texts().values() for name in re.findall(r"MOISSON_[A-Z0-9_]+", text)} - {"MOISSON_CONFIG", "MOISSON_"}
    assert "MOISSON_API__TRUSTED_PROXIES" in told
    fields: Any = Settings.model_fields
    for name in told:
        section, *rest = name.removeprefix("MOISSON_").lower().split("__")
        assert section in fields, name
        if section != "sources" and rest:
            assert rest[0] in fields[section].annotation.model_fields, name
    monkeypatch.setenv("MOISSON_SOURCES__AIRBUS__API_KEY", "a key")
    monkeypatch.setenv("MOISSON_API__TRUSTED_PROXIES", '["172.16.0.0/12"]')
    assert load_settings(ROOT / "moisson.toml").api.trusted_proxies == ("172.16.0.0/12",)


def test_every_command_exists() -> None:
    assert words(last_stage()["ENTRYPOINT"]) == list(PROJECT["project"]["scripts"]) == ["moisson"]
    assert _is_command(words(last_stage()["CMD"]))
    assert _is_command(services()["scheduler"]["command"])
    assert "command" not in services()["api"]
    for deployment in manifests("Deployment"):
        assert _is_command(deployment.container["args"])
        assert "command" not in deployment.container


def test_every_command_that_the_page_tells_exists() -> None:
    page = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
    told = [line.split() for line in re.findall(r"(?:`|run |exec scheduler )moisson ([a-z][^`\n]*)", page)]
    assert ["status"] in told
    command: Any = typer.main.get_command(app)
    for first, *rest in told:
        assert first in command.commands
        group = getattr(command.commands[first], "commands", None)
        assert group is None or rest[0] in group


# --- routes and ports -------------------------------------------------------------------------------------------------------------


def _checks() -> list[list[str]]:
    """Health checks of the image and of compose.yaml, as arguments of health.py."""
    healthcheck = last_stage()["HEALTHCHECK"].partition("CMD ")[2]
    found = [words(healthcheck), *(services()[name]["healthcheck"]["test"][1:] for name in MOISSON)]
    program = next(rest.split()[-1] for word, rest in dockerfile() if word == "COPY" and "health.py" in rest)
    assert all(check[:2] == ["python", program] for check in found)
    return [check[2:] for check in found]


def test_every_route_that_is_asked_for_health_answers(tmp_path: Path) -> None:
    probes = [
        (probe["httpGet"]["path"], probe["httpGet"]["port"])
        for deployment in manifests("Deployment")
        for probe in (deployment.container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness"))
        if "httpGet" in probe
    ]
    asked = {path for port, path in _checks() if port == "8080"} | {path for path, port in probes if port == "http"}
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        routes = set(routes_of(create_app(index).routes))
    assert {("GET", path) for path in asked} <= routes
    # What a scheduler serves, whatever the path.
    assert {path for path, port in probes if port == "metrics"} == {path for port, path in _checks() if port == "9108"} == {"/metrics"}
    proxied = services()["proxy"]["healthcheck"]["test"][-1]
    assert ("GET", proxied.partition(":8080")[2]) in routes


def test_a_health_check_tells_a_server_that_is_well_from_one_that_is_not(tmp_path: Path) -> None:
    def check(port: str, path: str) -> int:
        # As in a container behind a proxy for what goes out.
        environment = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        return subprocess.run([sys.executable, str(DEPLOY / "health.py"), port, path], env=environment, timeout=60).returncode

    with SqliteIndex.open(tmp_path / "index.sqlite") as index, serving(index) as base:
        port = base.rpartition(":")[2]
        assert check(port, "/readyz") == 0
        assert check(port, "/no-such-route") == 1
    assert check(port, "/readyz") == 1


def test_ports_agree() -> None:
    stage = last_stage()
    served = words(stage["CMD"])[-1]
    api, scheduler = one("Deployment", "moisson-api").container, one("Deployment", "moisson-scheduler").container
    proxy = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert served == stage["EXPOSE"] == api["args"][-1] == str(api["ports"][0]["containerPort"])
    assert re.findall(r"server (\w+:\d+) ", proxy) == [f"api:{served}"]
    assert {port for port, path in _checks() if path == "/readyz"} == {served}
    listening = re.findall(r"listen (\d+);", proxy)
    assert [filled(port, {}).rpartition(":")[2] for port in services()["proxy"]["ports"]] == listening
    metrics = one("ConfigMap", "moisson").body["data"]["MOISSON_SCHEDULE__METRICS_PORT"]
    assert (
        metrics == services()["scheduler"]["environment"]["MOISSON_SCHEDULE__METRICS_PORT"] == str(scheduler["ports"][0]["containerPort"])
    )
    assert {port for port, path in _checks() if path == "/metrics"} == {metrics}
    for deployment in manifests("Deployment"):
        known = {port["name"] for port in deployment.container["ports"]}
        probes = [deployment.container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")]
        assert {next(iter(probe.get(way, {}).get("port") for way in probe if way in ("httpGet", "tcpSocket"))) for probe in probes} <= known
    assert one("Service", "moisson").body["spec"]["ports"][0]["targetPort"] == api["ports"][0]["name"]
