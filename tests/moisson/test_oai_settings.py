"""Settings of the OAI-PMH repository, and of a Moisson that is read by OAI-PMH."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from api.oai.offer import OaiOffer
from moisson.build import mapping_of
from moisson.sections import ConfigError
from moisson.sections.oai import OaiSettings
from moisson.settings import load_settings

FRIEND = "[sources.friend]\nprotocol = 'oai-pmh'\nurl = 'https://theirs.example.org/oai'\n"


@pytest.mark.parametrize(
    ("url", "namespace"),
    [
        ("https://images.example.org/catalogue", "images.example.org"),
        ("http://127.0.0.1:8080", "moisson.invalid"),
        ("http://localhost", "moisson.invalid"),
        (None, "moisson.invalid"),
    ],
)
def test_records_are_named_after_the_public_address_unless_a_setting_says_otherwise(url: str | None, namespace: str) -> None:
    offer = OaiSettings().offer(url)
    assert (offer.namespace, offer.email) == (namespace, f"postmaster@{namespace}")
    assert OaiSettings(namespace="a.example", admin_email="you@b.example").offer(url) == OaiOffer("a.example", "you@b.example")


@pytest.mark.parametrize(
    "wrong", [{"namespace": "localhost"}, {"namespace": "a b.c"}, {"admin_email": "you"}, {"admin_email": "you@localhost"}]
)
def test_what_no_harvester_could_read_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        OaiSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "taken_over = ['c']\n[sources.other]\nprotocol = 'oai-pmh'\nurl = 'https://m.example.org'\ntaken_over = ['c']",
            "fills this collection",
        ),
        ("taken_over = ['dinamis-spot67']\n[sources.dinamis]", "fills this collection"),
        ("believed = ['none']", "no licence 'none'"),
    ],
)
def test_a_collection_is_taken_over_by_one_source_only(tmp_path: Path, more: str, said: str) -> None:
    (tmp_path / "moisson.toml").write_text(FRIEND + more)
    with pytest.raises(ConfigError, match=said):
        load_settings(tmp_path / "moisson.toml")


def test_what_is_taken_over_and_believed_reaches_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "moisson.toml").write_text(f"{FRIEND}taken_over = ['c']\nbelieved = ['copernicus']\n")
    section = load_settings(tmp_path / "moisson.toml").sources["friend"]
    mapping = mapping_of("friend", section)
    (tmp_path / "moisson.toml").write_text(FRIEND)
    assert mapping.version != mapping_of("friend", load_settings(tmp_path / "moisson.toml").sources["friend"]).version
