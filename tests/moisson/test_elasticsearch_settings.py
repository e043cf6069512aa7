"""Settings of an Elasticsearch cluster: which address, who asks, and that no secret is shown."""

from base64 import b64encode
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.elastic import ElasticIndex
from index.protocol import Index
from index.sqlite import SqliteIndex
from moisson.build import open_index
from moisson.cli import app
from moisson.sections import ConfigError
from moisson.sections.elasticsearch import Cluster
from moisson.settings import Settings, load_settings, without_password

KEY = "MOISSON_ELASTICSEARCH__API_KEY"
PASSWORD = "MOISSON_ELASTICSEARCH__PASSWORD"
ENCODED = b64encode(b"id:s3cret").decode()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MOISSON_CONFIG", "MOISSON_INDEX", KEY, PASSWORD):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """With what a cluster was opened, in place of opening it."""
    calls: list[tuple[str, dict[str, object]]] = []

    def note(url: str, **options: object) -> Index:
        calls.append((url, options))
        return SqliteIndex.open("stand-in.sqlite")

    monkeypatch.setattr(ElasticIndex, "open", note)
    return calls


def load(text: str) -> Settings:
    path = Path("moisson.toml")
    path.write_text(text)
    return load_settings(path)


def refusal(text: str) -> str:
    """The one line with which settings are refused, when they are read or when the index is opened."""
    with pytest.raises(ConfigError) as refused:
        open_index(load(text))
    message = str(refused.value)
    assert "\n" not in message
    assert "s3cret" not in message
    return message


@pytest.mark.parametrize(
    ("index", "hosts", "prefix"),
    [
        ("https://es:9200", ("https://es:9200",), "moisson"),
        ("http://es/", ("http://es:9200",), "moisson"),
        ("https://es:9243/images-1/", ("https://es:9243",), "images-1"),
        ("https://a:9200,https://b:9201/images", ("https://a:9200", "https://b:9201"), "images"),
        ("https://a:9200/images, https://b:9201/images", ("https://a:9200", "https://b:9201"), "images"),
        ("https://[::1]:9200/p", ("https://[::1]:9200",), "p"),
    ],
)
def test_an_address_names_hosts_and_a_prefix(index: str, hosts: tuple[str, ...], prefix: str) -> None:
    assert Cluster.parse(index) == Cluster(hosts, prefix)


@pytest.mark.parametrize(
    "index",
    [
        "https://user:s3%2Fcr%40et,+@a:9200,https://b:9200/p",
        "https://user:s3%2Fcr%40et,+@a:9200,https://user:s3%2Fcr%40et,+@b:9200/p",
    ],
)
def test_user_and_password_in_an_address_are_for_all_hosts_and_never_shown(index: str) -> None:
    cluster = Cluster.parse(index)
    assert (cluster.hosts, cluster.login) == (("https://a:9200", "https://b:9200"), ("user", "s3/cr@et,+"))
    assert without_password(index) == "https://…@a:9200,https://…@b:9200/p"
    assert "s3" not in repr(cluster)


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("https://", "not the address of an Elasticsearch cluster: write https://host:9200/prefix"),
        ("https://es:port", "not the address"),
        ("https://es:0", "not the address"),
        ("https://es:99999", "not the address"),
        ("https://a:9200,b:9200", "several hosts as https://a:9200,https://b:9200"),
        ("ftp://es:9200", "not the address"),
        ("https://user:s3cret/x@es:9200", "in a password %2F stands for /"),
        ("https://user:s3cret@[es", "not the address"),
        ("https://user@es:9200", "give user and password as user:password@"),
        ("https://es:9200/p?s3cret=1", "without query"),
        ("https://a:9200,http://b:9200", "all https:// or all http://"),
        ("https://a:9200/p,https://b:9200/q", "one prefix, one user"),
        ("https://u:s3cret@a:9200,https://u:other@b:9200", "one prefix, one user"),
        ("https://es:9200/Images", "a prefix of indices is lower-case letters"),
        ("https://es:9200/a/b", "a prefix of indices"),
        ("https://es:9200/_all", "a prefix of indices"),
        ("https://es:9200/" + "a" * 101, "at most 100"),
    ],
)
def test_what_is_no_address_is_refused_with_its_form_and_without_its_password(
    index: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOISSON_INDEX", index)
    message = refusal("")
    assert message.startswith("moisson.toml: index: ")
    assert said in message


def test_the_check_of_the_settings_prints_hosts_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_INDEX", "https://u:s3cret@a:9200,https://b:9200/images")
    for options in ([], ["--json"]):
        answer = CliRunner().invoke(app, ["config", "check", *options])
        assert answer.exit_code == 0
        assert "https://…@a:9200,https://…@b:9200/images" in answer.output
        assert "s3cret" not in answer.output


def test_an_address_alone_is_asked_as_nobody(opened: list[tuple[str, dict[str, object]]]) -> None:
    open_index(load("index = 'https://a:9200,https://b:9200/images'")).close()
    nobody = {"api_key": None, "basic_auth": None, "ca_certs": None, "timeout": 30, "migrating": False}
    assert opened == [("https://a:9200,https://b:9200", {"prefix": "images", **nobody})]


@pytest.mark.parametrize("key", [ENCODED, "id:s3cret"])
def test_a_key_from_the_environment_is_sent_as_elasticsearch_encodes_it_and_never_shown(
    key: str, opened: list[tuple[str, dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, key)
    settings = load("index = 'https://es:9200'\n[elasticsearch]\ntimeout = 5\n")
    open_index(settings).close()
    assert (opened[0][1]["api_key"], opened[0][1]["timeout"]) == (ENCODED, 5)
    assert key not in repr(settings) + settings.model_dump_json() + str(settings.elasticsearch)


def test_a_password_comes_from_the_environment_a_file_or_the_address(
    opened: list[tuple[str, dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("password").write_text("from file\n")
    open_index(load("index = 'https://es:9200'\n[elasticsearch]\nusername = 'u'\npassword_file = 'password'\n")).close()
    monkeypatch.setenv(PASSWORD, "s3cret")
    settings = load("index = 'https://es:9200'\n[elasticsearch]\nusername = 'u'\n")
    assert "s3cret" not in repr(settings) + settings.model_dump_json()
    open_index(settings).close()
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setenv("MOISSON_INDEX", "https://v:s3cret@es:9200")
    settings = load("")
    assert "s3cret" not in repr(settings)
    open_index(settings).close()
    assert [options["basic_auth"] for _, options in opened] == [("u", "from file"), ("u", "s3cret"), ("v", "s3cret")]
    assert {url for url, _ in opened} == {"https://es:9200"}


def test_a_variable_that_is_named_and_empty_says_nothing(
    opened: list[tuple[str, dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "USERNAME", "PASSWORD", "CA_FILE"):
        monkeypatch.setenv(f"MOISSON_ELASTICSEARCH__{name}", "")
    open_index(load("index = 'https://es:9200'")).close()
    assert opened[0][1]["api_key"] is opened[0][1]["basic_auth"] is opened[0][1]["ca_certs"] is None


def test_with_a_file_as_index_these_settings_do_nothing(opened: list[tuple[str, dict[str, object]]], tmp_path: Path) -> None:
    open_index(load("index = 'a.sqlite'\n[elasticsearch]\nca_file = 'none.pem'\nusername = 'u'\npassword_file = 'none'\n")).close()
    assert opened == []
    assert (tmp_path / "a.sqlite").is_file()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (f"api_key = '{ENCODED} s3cret'", f"a secret does not belong here: set {KEY}, or api_key_file"),
        ("password = 's3cret'", f"a secret does not belong here: set {PASSWORD}, or password_file"),
        ("api_key_file = 'k'\nusername = 'u'\npassword_file = 'p'", "elasticsearch: give api_key, or username and password, not both"),
        ("username = 'u'", "username and password go together"),
        ("password_file = 'p'", "username and password go together"),
        ("username = 'a:b'\npassword_file = 'p'", "elasticsearch.username: a user's name has no colon"),
        ("apikey_file = 'k'", "no such setting; did you mean api_key_file?"),
        ("timeout = 0", "elasticsearch.timeout"),
        ("api_key_file = 'none'", "elasticsearch.api_key_file none: No such file"),
        ("api_key_file = 'empty'", "elasticsearch.api_key_file empty: empty"),
        ("api_key_file = 'lines'", "elasticsearch.api_key: not an API key"),
        ("ca_file = 'none.pem'", "elasticsearch.ca_file: none.pem: No such file"),
        ("ca_file = 'lines'", "elasticsearch.ca_file: lines: no certificate in PEM"),
        ("ca_file = '.'", "elasticsearch.ca_file: .: "),
    ],
)
def test_a_mistake_is_one_line_that_names_the_setting(section: str, said: str) -> None:
    Path("empty").touch()
    Path("lines").write_text("s3cret one\r\ns3cret two")
    assert said in refusal(f"index = 'https://es:9200'\n[elasticsearch]\n{section}\n")


def test_two_ways_to_say_who_asks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_INDEX", "https://u:s3cret@es:9200")
    assert "the address has user and password already" in refusal("[elasticsearch]\napi_key_file = 'k'\n")
    assert "the address has user and password already" in refusal("[elasticsearch]\nusername = 'u'\npassword_file = 'p'\n")


def test_a_ca_for_an_address_that_is_not_encrypted_is_refused() -> None:
    assert "with ca_file the address begins with https://" in refusal("index = 'http://es:9200'\n[elasticsearch]\nca_file = 'ca.pem'\n")


def test_a_password_of_any_host_does_not_belong_in_the_file() -> None:
    assert "set MOISSON_INDEX" in refusal("index = 'https://a:9200,HTTPS://u:s3cret@b:9200'")
