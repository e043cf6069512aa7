"""Settings of the map page, and what the API is made of them."""

from pathlib import Path

import pytest

from api.map.offer import GEOPLATEFORME
from index.sqlite import SqliteIndex
from moisson.build_access import open_offer
from moisson.commands.options import utc_now
from moisson.sections import ConfigError
from moisson.settings import Settings, load_settings


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "moisson.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_without_a_word_the_geoplateforme_can_be_switched_on(tmp_path: Path) -> None:
    offer = loaded(tmp_path, "").map.offer()
    assert offer.basemaps == GEOPLATEFORME
    assert offer.origins() == ("https://data.geopf.fr",)


def test_an_operator_names_basemaps_hosts_and_the_page_s_client(tmp_path: Path) -> None:
    text = """
        [map]
        hosts = ["https://tiles.example.org/wmts"]
        client_id = "page"
        [[map.basemaps]]
        id = "relief"
        title_fr = "Relief"
        title_en = "Relief"
        tiles = "https://relief.example.org/{z}/{x}/{y}.png?style=a"
        attribution = "© Un service"
        maxzoom = 12
    """
    offer = loaded(tmp_path, text).map.offer()
    (basemap,) = offer.basemaps
    assert (basemap.id, basemap.title.fr, basemap.maxzoom) == ("relief", "Relief", 12)
    assert offer.client_id == "page"
    assert offer.origins() == ("https://data.geopf.fr", "https://relief.example.org", "https://tiles.example.org")
    assert loaded(tmp_path, "[map]\nbasemaps = []").map.offer().basemaps == ()


def test_the_services_of_configured_coverages_may_be_shown(tmp_path: Path) -> None:
    text = 'index = "{}"\n[sources.coverages]\nwmts_url = "http://127.0.0.1:9/geopf/wmts"\n[map]\nprivate_hosts = ["127.0.0.1"]'
    settings = loaded(tmp_path, text.format(tmp_path / "index.sqlite"))
    with SqliteIndex.open(settings.index) as index, open_offer(settings, index, utc_now) as offer:
        assert "http://127.0.0.1:9" in offer.map.origins()
        assert offer.pictures is not None
    without = loaded(tmp_path, '[sources.coverages]\nwmts_url = ""')
    assert without.map.offer("").origins() == ("https://data.geopf.fr",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('hosts = ["ftp://a"]', "map.hosts"),
        ('hosts = ["https://a;script-src"]', "map.hosts"),
        ('hosts = ["https://*.example.org"]', "map.hosts"),
        ('private_hosts = ["https://a/"]', "map.private_hosts"),
        ('private_hosts = ["Intranet"]', "map.private_hosts"),
        ('client_id = ""', "map.client_id"),
        ('proxy = "socks5://a"', "map.proxy"),
        ('basemap = "x"', "did you mean basemaps"),
        ('basemaps = [{ id = "a", title_fr = "A", title_en = "A", tiles = "https://a/{z}/{x}.png" }]', "{z}, {x} and {y}"),
        ('basemaps = [{ id = "a", title_fr = "A", title_en = "A", tiles = "https://a/{z}/{x}/{y}/{s}" }]', "{z}, {x} and {y}"),
        ('basemaps = [{ id = "a", title_fr = "A", title_en = "A", tiles = "https://{z}.a/{x}/{y}" }]', "map.basemaps"),
        ('basemaps = [{ id = "A b", title_fr = "A", title_en = "A", tiles = "https://a/{z}/{x}/{y}" }]', "map.basemaps"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, f"[map]\n{line}")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_two_basemaps_have_different_ids(tmp_path: Path) -> None:
    one = '{ id = "a", title_fr = "A", title_en = "A", tiles = "https://a/{z}/{x}/{y}" }'
    with pytest.raises(ConfigError, match="same id"):
        loaded(tmp_path, f"[map]\nbasemaps = [{one}, {one}]")
