"""The files of a deployment: versions, contents of the image, rights, secrets, and what refers to what."""

import re
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

import orjson
import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.specifiers import SpecifierSet

from api.body_limit import MAX_BODY
from index.elastic.names import STATE
from tests.support.deployment import (
    DEPLOY,
    MOISSON,
    PROJECT,
    ROOT,
    SECRET,
    compose,
    copied,
    dockerfile,
    env_example,
    filled,
    last_stage,
    manifests,
    one,
    services,
    texts,
    variables_of,
)

# --- versions and contents of the image -------------------------------------------------------------------------------------------------


def test_versions_agree() -> None:
    images = {service["image"] for service in services().values()} | {
        deployment.container["image"] for deployment in manifests("Deployment")
    }
    assert f"moisson:{PROJECT['project']['version']}" in images
    assert len({image.partition(":")[0] for image in images}) == len(images)
    (cluster,) = (image for image in images if image.startswith("elasticsearch:"))
    client = version("elasticsearch").split(".")
    # An older node may not know what the client of its major version asks.
    assert cluster.partition(":")[2].split(".")[0] == client[0]
    python = {re.fullmatch(r"python:([\d.]+)-slim(?: AS (?:web|build))?", rest) for word, rest in dockerfile() if word == "FROM"}
    (number,) = {match[1] for match in python if match}
    assert None not in python
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(number)


def test_the_image_has_every_file_of_the_program(tmp_path: Path) -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(copied())
    context = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert context[1] == "*"
    assert {f"!{path}" for path in copied()} == {line for line in context if line.startswith("!")}
    for path in {"pyproject.toml", "README.md", "LICENSE", *packages} & set(copied()):
        (tmp_path / path).symlink_to(ROOT / path)
    (wheel,) = WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".sqlite") and "__pycache__" not in path.parts
    }
    assert {name for name in packed if not name.endswith(".pyc")} == there


# --- rights and secrets -------------------------------------------------------------------------------------------------------------


def test_nothing_is_run_as_root() -> None:
    user = last_stage()["USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    for name, service in services().items():
        if name in MOISSON:
            assert "user" not in service
            assert service["read_only"]
        else:
            assert int(service["user"].partition(":")[0]) > 0
        assert service["cap_drop"] == ["ALL"]
        assert not service.get("privileged")
    for deployment in manifests("Deployment"):
        pod, container = deployment.pod["securityContext"], deployment.container["securityContext"]
        assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == user
        assert pod["runAsNonRoot"]
        assert container == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert deployment.pod["automountServiceAccountToken"] is False


def test_no_secret_has_a_value() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    assert {value for name, value in env_example().items() if SECRET.search(name)} == {""}
    assert set(one("Secret", "moisson").body["stringData"].values()) == {""}
    assert not any(SECRET.search(name) for manifest in manifests("ConfigMap") for name in manifest.body["data"])
    assert not [file for file, text in texts().items() if re.search(r"://[^/\s:@]+:[^/\s@]+@|-----BEGIN", text)]


def test_every_variable_of_compose_stands_in_the_example() -> None:
    assert set(variables_of(compose()["services"])) == set(env_example())
    with pytest.raises(KeyError):
        filled(services()["api"]["environment"]["MOISSON_ELASTICSEARCH__PASSWORD"], {})


# --- parts that refer to each other ---------------------------------------------------------------------------------------------------


def test_what_compose_refers_to_is_there() -> None:
    whole = compose()
    for name, service in whole["services"].items():
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] in ("service_healthy", "service_completed_successfully"), name
            assert wanted["condition"] != "service_healthy" or "healthcheck" in whole["services"][other]
            assert wanted["condition"] == "service_healthy" or whole["services"][other]["restart"] == "no"
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            assert (ROOT / place).is_file() if place.startswith(".") else place in whole["volumes"], volume
        assert set(service.get("networks", [])) <= set(whole["networks"])
    assert {name: whole["services"][name]["deploy"]["replicas"] for name in MOISSON} == {"api": 2, "scheduler": 2}


def test_the_proxy_lets_nothing_through_that_a_client_says_of_its_address() -> None:
    source = (ROOT / "api/forwarded.py").read_text(encoding="utf-8")
    believed = {name.title() for name in re.findall(r"[\"'](forwarded|x-forwarded-\w+)[\"']", source, re.IGNORECASE)}
    assert believed >= {"Forwarded", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix"}
    written = dict(re.findall(r"proxy_set_header (\S+) (\S+);", (DEPLOY / "nginx.conf").read_text(encoding="utf-8")))
    own = {"X-Forwarded-Proto": "$scheme", "X-Forwarded-Host": "$http_host"}
    assert {name: written[name] for name in believed} == {**dict.fromkeys(believed, '""'), **own}


def test_the_proxy_takes_what_the_api_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (body,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(body) * 2**20 >= MAX_BODY
    assert "proxy_pass http://api;" in text  # Without a path: it would be decoded and written anew.


def test_what_the_manifests_refer_to_is_there() -> None:
    labels = {each.name: each.body["spec"]["template"]["metadata"]["labels"] for each in manifests("Deployment")}
    for deployment in manifests("Deployment"):
        spec = deployment.body["spec"]
        assert spec["replicas"] == 2
        assert spec["selector"]["matchLabels"] == labels[deployment.name]
        # A Service called moisson would else become variables that are no settings.
        assert deployment.pod["enableServiceLinks"] is False
        mounted = {volume["name"] for volume in deployment.container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in deployment.pod["volumes"]}
    assert one("Service", "moisson").body["spec"]["selector"] == labels["moisson-api"]
    budgets = [budget.body["spec"]["selector"]["matchLabels"] for budget in manifests("PodDisruptionBudget")]
    assert budgets == [labels["moisson-api"], labels["moisson-scheduler"]]


def test_the_page_tells_every_index() -> None:
    page = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
    assert [name for name in (*STATE, "items-*") if f"`…-{name}`" not in page] == []


def test_the_sizes_that_are_told_follow_from_the_bytes_of_an_item() -> None:
    page = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
    ((each, columns),) = re.findall(r"^\| \*\*all\*\* \|.*\*\*(\d+)\*\* \| \d+ \| (\d+) \|$", page, re.MULTILINE)
    (items,) = re.findall(r"^\| `items` \(`data-\*`\) \| [\d ]+ \| (\d+) \|", page, re.MULTILINE)
    rows = re.findall(r"^\| (\d+) million \| ([\d. ]+) GB \| ([\d ]+) GB \| \+ ([\d. ]+) GB \|$", page, re.MULTILINE)
    searched = dict(re.findall(r"^\| (\d+) million \| ([\d.]+) GB \| \d × ", page, re.MULTILINE))
    assert [row[0] for row in rows] == list(searched) == ["1", "10", "100"]
    for millions, *told in rows:
        count = int(millions) / 1000  # A thousand million bytes are a GB.
        one_copy = int(each) * count
        worked_out = (one_copy, one_copy * 2 / 0.8 / 0.85, int(items) * count * 2 / 0.8)
        assert [float(value.replace(" ", "")) for value in told] == pytest.approx(worked_out, rel=0.03)
        assert float(searched[millions]) == pytest.approx(int(columns) * count * 2, rel=0.03)


# --- the account in the cluster -------------------------------------------------------------------------------------------------------


@contextmanager
def _cluster(told: list[tuple[str, str, bytes]], status: int) -> Iterator[str]:
    """The address of what answers every request with `status`; `told` is what it was asked: path, authorization, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            told.append((self.path, self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _make_account(address: str, password: str) -> "subprocess.CompletedProcess[str]":
    environment = {"ELASTICSEARCH": address, "CA_FILE": "/dev/null", "ROLE_FILE": str(DEPLOY / "elasticsearch/role.json")}
    environment |= {"ELASTIC_PASSWORD": "p ass", "INDEX_PASSWORD": password, "PATH": "/usr/bin:/bin", "no_proxy": "*"}
    command = ["bash", str(DEPLOY / "elasticsearch/account.sh")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the script runs where curl is: in Elasticsearch's image")
def test_the_account_may_touch_its_own_indices_only() -> None:
    told: list[tuple[str, str, bytes]] = []
    with _cluster(told, 200) as address:
        assert _make_account(address, "0123456789-abc").returncode == 0
    (role_path, authorization, role), (user_path, _, user) = told
    assert (role_path, user_path) == ("/_security/role/moisson", "/_security/user/moisson")
    assert authorization == "Basic ZWxhc3RpYzpwIGFzcw=="
    assert [index["names"] for index in orjson.loads(role)["indices"]] == [["moisson-*"]]
    assert orjson.loads(user)["password"] == "0123456789-abc"
    prefixes = [services()[name]["environment"]["MOISSON_INDEX"].rpartition("/")[2] for name in MOISSON]
    assert prefixes == ["moisson", "moisson"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the script runs where curl is: in Elasticsearch's image")
def test_an_account_that_cannot_be_made_is_an_error() -> None:
    told: list[tuple[str, str, bytes]] = []
    with _cluster(told, 401) as address:
        refused = _make_account(address, "0123456789-abc")
        assert len(told) == 1
        assert _make_account(address, 'short "').returncode == 2
    assert refused.returncode != 0
    assert "ready" not in refused.stdout
    assert len(told) == 1
