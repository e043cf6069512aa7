"""A drop folder: whatever lies in it, all that can be read comes, and what cannot is named."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from harvesters.errors import Misconfigured
from harvesters.folder import STREAM, FolderSettings, FolderSource
from harvesters.source import Extent
from mappings.ogc.settings import PartnerSettings
from mappings.partners import PartnerMapping
from mappings.record import Unmappable
from tests.harvesters.ogc_support import closed
from tests.harvesters.support import NOW, Harvest, run, span
from tests.upstreams import World
from tests.upstreams.ogc_opensearch import entry_of, feed
from tests.upstreams.ogc_records import eop, iso
from tests.upstreams.ogc_scenes import partner

SCENES = {name: partner(World(1000), name) for name in ("vigisat", "seas")}
MAPPING = PartnerMapping("station", PartnerSettings(columns={"id": "nom"}))


def body(number: int, name: str = "vigisat") -> bytes:
    entry = SCENES[name].entry(number)
    assert entry is not None
    return (iso if name == "vigisat" else eop)(SCENES[name], entry).encode()


def put(folder: Path, name: str, content: bytes, age: float = 3600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stamp = NOW.timestamp() - age
    os.utime(path, (stamp, stamp))
    return path


def source(folder: Path, **settings: Any) -> FolderSource:
    return FolderSource("configured", FolderSettings(folder, **settings), MAPPING, now=lambda: NOW)


def broken(harvest: Harvest) -> dict[str, str]:
    return {one.native_id: one.reason for page in harvest.pages for one in page.broken}


STAC = {
    "type": "Feature", "stac_version": "1.0.0", "id": "scene-in-stac", "geometry": {"type": "Point", "coordinates": [-4.5, 48.4]},
    "properties": {"datetime": "2024-01-01T00:00:00Z"}, "assets": {}, "links": [],
}  # fmt: skip
CSV = b"nom;satellite;date_acquisition;emprise_wkt\nPHR1A_201605061059115;PHR1A;2016-05-06;POLYGON((0 0,1 0,1 1,0 0))\n"


def test_files_of_every_form_are_read_wherever_they_lie(tmp_path: Path) -> None:
    entry = SCENES["seas"].entry(3)
    assert entry is not None
    put(tmp_path, "a/iso.xml", body(1))
    put(tmp_path, "a/b/c/eop.XML", body(2, "seas"))
    put(tmp_path, "feed.atom", feed("https://x.example", 1, entry_of(SCENES["seas"], "https://x.example", entry)).encode())
    put(tmp_path, "item", orjson.dumps(STAC))
    put(tmp_path, "list.csv", CSV)
    harvest = run(source(tmp_path))
    assert (harvest.error, broken(harvest)) == (None, {})
    places = {record.url: record.native_id for record in harvest.records()}
    assert set(places) == {"a/iso.xml", "a/b/c/eop.XML", "feed.atom", "item", "list.csv"}
    assert places["a/iso.xml"] == "vigisat-00000001"
    assert places["item"] == "scene-in-stac"
    assert {record.source for record in harvest.records()} == {"configured"}
    assert [page.closed for page in closed(harvest)] == [Extent()]
    assert {page.stream for page in harvest.pages} == {STREAM}
    for record in harvest.records():
        try:
            MAPPING.to_item(record)
        except Unmappable as error:
            pytest.fail(f"{record.url}: {error}")


def test_what_is_not_finished_or_hidden_is_left(tmp_path: Path) -> None:
    put(tmp_path, "done.xml", body(1))
    for name in ("x.xml.part", "x.tmp", ".x.xml", "x.crdownload", "x~", ".hidden/x.xml"):
        put(tmp_path, name, body(2))
    harvest = run(source(tmp_path))
    assert harvest.ids() == ["vigisat-00000001"]
    assert closed(harvest)


@pytest.mark.parametrize("age", [0, 30, -30])
def test_a_young_file_is_left_for_the_next_run_and_nothing_is_judged(tmp_path: Path, age: float) -> None:
    put(tmp_path, "done.xml", body(1))
    put(tmp_path, "growing.xml", body(2)[:100], age)
    harvest = run(source(tmp_path))
    assert harvest.ids() == ["vigisat-00000001"]
    assert (broken(harvest), closed(harvest)) == ({}, [])


def test_a_file_that_grows_while_it_is_read_is_left(tmp_path: Path) -> None:
    path = put(tmp_path, "growing.xml", body(1))

    class Growing(FolderSource):
        def _is_young(self, found: os.stat_result) -> bool:
            path.write_bytes(body(1) + b" ")
            return False

    harvest = run(Growing("s", FolderSettings(tmp_path), MAPPING, now=lambda: NOW))
    assert (harvest.ids(), closed(harvest)) == ([], [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html><title>Maintenance</title></html>", "HTML"),
        (b"<gmd:MD_Metadata", "not XML"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><x/>', "DOCTYPE"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8brest", "gzip"),
        (b"\x00\x01\x02", "inventory"),
        (b'{"a": 1}', ""),
    ],
)
def test_a_file_that_cannot_be_read_is_broken_under_its_name_and_what_it_held_is_not_judged(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    put(tmp_path, "bad/one.xml", content)
    put(tmp_path, "good.xml", body(1))
    harvest = run(source(tmp_path))
    assert harvest.error is None
    assert harvest.ids() == ["vigisat-00000001"]
    assert list(broken(harvest)) == ["file:bad/one.xml"]
    assert reason in broken(harvest)["file:bad/one.xml"]
    assert closed(harvest) == []


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "big.xml", b" " * 5000)
    harvest = run(source(tmp_path, max_bytes=4999))
    assert broken(harvest) == {"file:big.xml": "5000 bytes, more than 4999"}


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.xml", body(1))
    folder = tmp_path / "drop"
    put(folder, "in.xml", body(2))
    (folder / "out.xml").symlink_to(outside)
    (folder / "there").symlink_to(outside.parent)
    (folder / "round.xml").symlink_to(folder / "round.xml")
    (folder / "again.xml").symlink_to(folder / "in.xml")
    harvest = run(source(folder))
    assert set(harvest.ids()) == {"vigisat-00000002"}
    assert broken(harvest) == {}


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    assert broken(run(source(tmp_path))) == {"file:pipe.xml": "no regular file"}


def test_a_name_that_is_no_utf8_can_be_kept(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/bad\xff.xml"
    with open(path, "wb") as file:  # noqa: PTH123 (a name of bytes)
        file.write(body(1))
    os.utime(path, (1.7e9, 1.7e9))
    (record,) = run(source(tmp_path)).records()
    assert record.url == "bad\ufffd.xml"


def test_an_empty_folder_is_more_likely_one_that_is_not_mounted(tmp_path: Path) -> None:
    harvest = run(source(tmp_path))
    assert (harvest.error, harvest.ids(), closed(harvest)) == (None, [], [])


def test_a_folder_that_is_not_there_is_a_setting_at_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "gone", put(tmp_path, "file.xml", b"x")):
        harvest = run(source(path))
        assert isinstance(harvest.error, Misconfigured)
        assert str(path) in str(harvest.error)


def test_an_area_filters(tmp_path: Path) -> None:
    for number in range(10):
        put(tmp_path, f"{number}.xml", body(number))
    harvest = run(source(tmp_path, area=(-5.0, 46.0, -3.0, 48.0)))
    assert 0 < len(harvest.ids()) < 10
    assert len(harvest.ids()) + harvest.filtered == 10


def test_a_long_file_comes_in_pages(tmp_path: Path) -> None:
    lines = [CSV.splitlines()[0], *(f"PHR1A_2016050610591{n:03d};PHR1A;2016-05-06;".encode() for n in range(25))]
    put(tmp_path, "list.csv", b"\n".join(lines))
    harvest = run(source(tmp_path, page_size=10))
    assert [len(page.records) for page in harvest.pages if page.records] == [10, 10, 5]


def test_small_files_come_together_and_large_records_apart(tmp_path: Path) -> None:
    for number in range(7):
        put(tmp_path, f"{number}.json", orjson.dumps({**STAC, "id": f"scene-{number}"}))
    put(tmp_path, "3b.json", b"no JSON")
    pages = list(source(tmp_path, page_size=5).harvest(span()))
    assert [(len(page.records), len(page.broken)) for page in pages] == [(4, 1), (3, 0), (0, 0)]
    assert [record.url for page in pages for record in page.records] == [f"{number}.json" for number in range(7)]
    for number in range(3):
        long = {**STAC, "id": f"scene-{number}", "properties": {**STAC["properties"], "description": "x" * 5 * 2**20}}
        put(tmp_path, f"{number}.json", orjson.dumps(long))
    assert [len(page.records) for page in source(tmp_path).harvest(span())] == [2, 5, 0]


def test_two_runs_bring_the_same_in_the_same_order(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        put(tmp_path, f"{number}.xml", body(number))
    first, second = run(source(tmp_path)), run(source(tmp_path))
    assert first.ids() == second.ids() == ["vigisat-00000001", "vigisat-00000002", "vigisat-00000003"]
    assert source(tmp_path).gone(["a"]) == {"a"}
    assert NOW - timedelta(days=1) < datetime.now(UTC)


def test_a_file_of_many_items_is_handed_on_in_pages_that_keep_nothing_for_each_other(tmp_path: Path) -> None:
    put(tmp_path, "many.ndjson", b"\n".join(orjson.dumps({**STAC, "id": f"scene-{number}"}) for number in range(5)))
    pages = list(source(tmp_path, page_size=2).harvest(span()))
    assert [len(page.records) for page in pages] == [2, 2, 1, 0]
    assert {record.url for page in pages for record in page.records} == {"many.ndjson"}
