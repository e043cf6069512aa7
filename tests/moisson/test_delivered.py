"""A partner's folder of STAC Items: its settings, and the whole way into an index."""

import os
import time
from pathlib import Path

import orjson
import pytest

from index.query import Query
from index.sqlite import SqliteIndex
from mappings.audience import EVERYTHING
from moisson.commands.options import utc_now
from moisson.runner import Runner
from moisson.sections import ConfigError
from moisson.sections.delivered import delivered_infos
from moisson.settings import load_settings
from schedules.stop import Stop
from tests.mappings.test_delivered import feature
from tests.support.serving import plain_bytes

_SECTION = """\
index = "{folder}/index.sqlite"

[access.sources]
fed = "everyone"

[sources.fed]
protocol = "stac-files"
path = "{folder}/items"
settle_seconds = 0

[sources.fed.collections]
spot = {{ archive = "dinamis", availability = "held", licence = "dinamis-spot67", title = "SPOT" }}
plain = {{}}
"""


def config(folder: Path, more: str = "") -> Path:
    path = folder / "moisson.toml"
    path.write_text(_SECTION.format(folder=folder) + more)
    return path


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("new = { archive = 'No' }", "archive"),
        ("new = { licence = 'mine' }", "no licence 'mine'"),
        ("new = { availability = 'free' }", "availability"),
        ("new = { archve = 'x' }", "did you mean archive?"),
        ("'a/b' = {}", "up to 100 letters"),
        ("airbus-spot = {}", "filled by an archive of its own"),
        ("new = { archive = 'peps' }\n[access.sources]\npeps = 'operators'", "give access.sources.other too"),
        ("[sources.third]\nprotocol = 'stac-files'\npath = 'x'\ncollections = { spot = {} }", "fills this collection"),
        ("station-pleiades = {}\n[sources.station]\nprotocol = 'folder'\npath = 'x'", "sources.station fills this collection"),
    ],
)
def test_a_row_that_would_mislead_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, said: str) -> None:
    monkeypatch.delenv("MOISSON_INDEX", raising=False)
    path = tmp_path / "moisson.toml"
    path.write_text(f"[sources.other]\nprotocol = 'stac-files'\npath = 'x'\n[sources.other.collections]\nspot = {{}}\n{row}\n")
    with pytest.raises(ConfigError, match=r"moisson\.toml") as caught:
        load_settings(path)
    assert said in str(caught.value)


def test_a_section_without_collections_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "moisson.toml"
    path.write_text("[sources.other]\nprotocol = 'stac-files'\npath = 'x'\n")
    with pytest.raises(ConfigError, match="collections"):
        load_settings(path)


def test_titles_are_the_operator_s_and_else_the_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOISSON_INDEX", raising=False)
    found = delivered_infos(load_settings(config(tmp_path)).sources)
    assert {name: (info.title_fr, info.licence) for name, info in found.items()} == {
        "spot": ("SPOT", "dinamis-spot67"),
        "plain": ("plain", "unknown"),
    }


def test_a_delivery_becomes_searchable_and_what_is_wrong_in_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOISSON_INDEX", raising=False)
    path, items = config(tmp_path), tmp_path / "items"
    items.mkdir()
    lines = [orjson.dumps(one) for one in (feature(), feature(id="2", collection="plain"), feature(id="3", collection="unnamed"))]
    file = items / "a.ndjson"
    file.write_bytes(b"\n".join([*lines, b"{"]))
    old = time.time() - 60
    os.utime(file, (old, old))
    settings = load_settings(path)
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        done = Runner(settings, index, "test", utc_now).harvest("fed", Stop())
        assert (str(done.outcome), done.counts.received, done.counts.new, done.counts.rejected) == ("complete", 4, 2, 2)
        found = [orjson.loads(plain_bytes(item)) for item in index.search(Query(EVERYTHING)).items]
        reasons = sorted(one.reason for one in index.rejections("fed"))
    facts = {
        one["id"]: (one["collection"], one["properties"]["moisson:source"], one["properties"]["moisson:availability"]) for one in found
    }
    assert facts == {"SPOT6 scene:1": ("spot", "dinamis", "held"), "2": ("plain", "fed", "unknown")}
    assert reasons[0].startswith("a line that is not JSON")
    assert reasons[1:] == ["sources.fed.collections has no row for 'unnamed'"]
