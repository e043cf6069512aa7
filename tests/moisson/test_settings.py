"""Settings: what is accepted, what is refused in one line that says what to do, and that secrets stay secret."""

from datetime import date
from pathlib import Path

import pytest

from moisson.sections import ConfigError, OneAtlasSettings
from moisson.settings import load_settings, without_password

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MOISSON_CONFIG", "MOISSON_INDEX"):
        monkeypatch.delenv(name, raising=False)


def load(tmp_path: Path, text: str):
    path = tmp_path / "moisson.toml"
    path.write_text(text)
    return load_settings(path)


def test_the_file_of_the_project_reaches_the_real_archives() -> None:
    settings = load_settings(ROOT / "moisson.toml")
    assert set(settings.sources) == {"peps", "swh", "airbus", "dinamis", "coverages"}
    assert settings.sources["peps"].url.startswith("https://geodes-portal.cnes.fr/")
    assert settings.sources["peps"].since == date(2026, 1, 1)
    assert "127.0.0.1" not in repr(settings.sources)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_API__PORT", "9000")
    monkeypatch.setenv("MOISSON_SOURCES__AIRBUS__CONSTELLATIONS", '["SPOT"]')
    settings = load(tmp_path, '[api]\nport = 8081\nhost = "0.0.0.0"\n[sources.airbus]\n')
    assert (settings.api.port, settings.api.host) == (9000, "0.0.0.0")
    assert settings.sources["airbus"].constellations == ("SPOT",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("indx = 'x'", "indx: no such setting; did you mean index?"),
        ("[api]\nprot = 1", "api.prot: no such setting; did you mean port?"),
        ("[api]\nport = 99999", "api.port"),
        ("[api]\npublic_url = 'https://'", "api.public_url"),
        ("[api]\npublic_url = 'https://x.org/a?b=c'", "without query"),
        ("[sources.peps]\nsince = 2024-01-01", "sources.peps.collections"),
        ("[sources.peps]\ncollections = ['a']", "give since or area"),
        ("[sources.peps]\ncollections = ['a']\narea = [1, 2, 3]", "sources.peps.area"),
        ("[sources.peps]\ncollections = ['a']\narea = [1, 5, 3, 2]", "south below north"),
        ("[sources.peps]\ncolections = ['a']", "did you mean collections?"),
        ("[sources.airbus]\nsearch_url = 'ftp://x'", "sources.airbus.search_url"),
        ("[sources.airbus]\nsearch_url = 'https://u:p@x'", "no user or password"),
        ("[sources.airbus]\napi_key = 'x'", "set MOISSON_SOURCES__AIRBUS__API_KEY"),
        ("[sources.partner]\nurl = 'https://x'", "give its protocol"),
        ("[sources.'Big One']\nprotocol = 'dinamis'", "lower-case"),
        ("sources = 3", "sources"),
        ("index = 'https://u:s3cret@es:9200'", "set MOISSON_INDEX"),
        ("x ==", "Invalid value"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_setting(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    message = str(refused.value)
    assert said in message
    assert "\n" not in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MOISSON_INDX", "x", "MOISSON_INDX: no such setting"),
        ("MOISSON_SOURCES__AIRBUS__CONSTELLATIONS", "PHR,s3cret", "not JSON"),
        ("MOISSON_API", "{s3cret", "MOISSON_API"),
    ],
)
def test_a_mistaken_variable_is_named_and_its_value_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, "[sources.airbus]\n")
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings(tmp_path / "none.toml")


def test_a_key_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOISSON_SOURCES__AIRBUS__API_KEY", "s3cret")
    settings = load(tmp_path, "[sources.airbus]\nconstellations = ['PNEO']\n")
    airbus = settings.sources["airbus"]
    assert isinstance(airbus, OneAtlasSettings)
    assert airbus.key() == "s3cret"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()
    monkeypatch.delenv("MOISSON_SOURCES__AIRBUS__API_KEY")
    (tmp_path / "key").write_text("from-file\n")
    airbus = load(tmp_path, "[sources.airbus]\napi_key_file = 'key'\n").sources["airbus"]
    assert isinstance(airbus, OneAtlasSettings)
    assert airbus.key() == "from-file"
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not a text file"):
        airbus.key()
    (tmp_path / "key").unlink()
    with pytest.raises(ConfigError, match="No such file"):
        airbus.key()


def test_a_password_in_the_index_address_is_hidden() -> None:
    assert without_password("https://u:s3cret@es/p") == "https://…@es:9200/p"
    assert without_password("moisson.sqlite") == "moisson.sqlite"
