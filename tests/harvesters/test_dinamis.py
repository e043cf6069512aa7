"""DINAMIS: inventories, delivery folders and the STAC API as one source."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from harvesters.deliveries import dimap_files
from harvesters.dinamis import DinamisSettings, DinamisSource
from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.inventories import Inventory
from harvesters.stacapi import StacApiSettings
from tests.harvesters.support import Harvest, run, span
from tests.upstreams import Rule, Upstreams, World, write_deliveries
from tests.upstreams.scenes import Lane

HEADER = "identifiant;satellite;date_acquisition;emprise_wkt\n"
NAME = "DIM_PHR1B_MS_201605061059115_SEN_1782241101-002.XML"


def row(number: int, name: str = "") -> str:
    return f"{name or f'PHR1A_MS_2016050610591{number:02d}_SEN_{number}'};PHR1A;2016-05-06T10:59:11Z;\n"


def source(fetcher: Fetcher, **settings: Any) -> DinamisSource:
    return DinamisSource("held", fetcher, DinamisSettings(**settings))


def test_all_of_the_archive_comes_once(fetcher: Fetcher, tmp_path: Path) -> None:
    with Upstreams(World(3000)) as up:
        written = write_deliveries(up.world, tmp_path)
        harvest = run(
            source(
                fetcher,
                stac=StacApiSettings(up.dinamis, ("spot-6-7-drs",)),
                inventories=(Inventory(tmp_path / "inventory.csv"),),
                deliveries=(tmp_path,),
                page_size=60,
            )
        )
        assert harvest.error is None
        assert len(harvest.ids(f"inventory:{Inventory(tmp_path / 'inventory.csv').name}")) == written["inventory"]
        assert len(harvest.ids("deliveries")) == written["folders"] == 20
        assert len(harvest.ids("spot-6-7-drs")) == up.world.counts[Lane.HELD_SPOT]
        assert len(set(harvest.ids())) == up.world.totals()["dinamis"]
        assert max(len(page.records) for page in harvest.pages if page.stream != "spot-6-7-drs") == 60
        assert {record.source for record in harvest.records()} == {"held"}
        assert not any(page.ordered for page in harvest.pages)


def test_files_are_read_although_the_api_is_down(fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + row(1))
    with Upstreams(World(100), [Rule("/dinamis", "status", value=503)]) as up:
        api = StacApiSettings(up.dinamis, ("spot-6-7-drs",))
        harvest = run(source(fetcher, stac=api, inventories=(Inventory(tmp_path / "list.csv"),)))
    assert isinstance(harvest.error, StopSource)
    assert len(harvest.ids()) == 1


@pytest.mark.parametrize("kind", ["inventories", "deliveries"])
def test_what_is_missing_is_named(fetcher: Fetcher, tmp_path: Path, kind: str) -> None:
    gone = tmp_path / "gone"
    harvest = run(source(fetcher, **{kind: (Inventory(gone),) if kind == "inventories" else (gone,)}))
    assert isinstance(harvest.error, Misconfigured)
    assert str(gone) in str(harvest.error)
    assert kind in str(harvest.error)


# --- inventories ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", ["", "\n\n", "a;b;c\n1;2;3\n", "<html></html>"])
def test_a_file_that_is_no_inventory_is_named(fetcher: Fetcher, tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content)
    harvest = run(source(fetcher, inventories=(Inventory(path),)))
    assert isinstance(harvest.error, Misconfigured)
    assert str(path) in str(harvest.error)


def test_a_geopackage_is_read_in_pages(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.gpkg"
    shapes = np.array([shapely.to_wkb(shapely.box(n, 40, n + 1, 41)) for n in range(5)], dtype=object)
    fields = [np.array([f"PHR1A_{n}" for n in range(5)], dtype=object), np.array(["2016-05-06"] * 5, dtype=object)]
    names = ["identifiant", "date_acquisition"]
    pyogrio.raw.write(path, shapes, fields, names, geometry_type="Polygon", crs="EPSG:4326", driver="GPKG")
    harvest = run(source(fetcher, inventories=(Inventory(path),), page_size=2))
    stream = f"inventory:{Inventory(path).name}"
    assert harvest.ids(stream) == [f"{stream}:list:PHR1A_{n}" for n in range(5)]
    assert [len(page.records) for page in harvest.pages if page.records] == [2, 2, 1]


def test_a_damaged_geopackage_is_named(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.gpkg"
    path.write_bytes(b"SQLite format 3\0" + b"x" * 100)
    harvest = run(source(fetcher, inventories=(Inventory(path),)))
    assert isinstance(harvest.error, Misconfigured)
    assert str(path) in str(harvest.error)


def test_a_broken_row_is_told_by_its_line_in_the_file_whatever_part_it_fell_into(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = [HEADER, "\n", *(row(number) for number in range(10))]
    lines[8] = ";PHR1A;2016-05-06T10:59:11Z;\n"
    lines.insert(5, "\n")
    path.write_text("".join(lines))
    harvest = run(source(fetcher, inventories=(Inventory(path),), page_size=4))
    broken = [one for page in harvest.pages for one in page.broken]
    assert len(harvest.ids()) == 9
    assert [one.reason.split(":")[0] for one in broken] == ["line 10"]
    assert broken[0].native_id.startswith(f"{Inventory(path).name}:line-10")


def test_a_row_may_span_lines_and_parts_never_cut_it(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = [
        row(number) if number % 2 else f'"PHR1A_MS_2016050610591{number:02d}_SEN_{number}";"PHR1A\n";2016-05-06;\n' for number in range(8)
    ]
    path.write_text(HEADER + "".join(rows))
    harvest = run(source(fetcher, inventories=(Inventory(path),), page_size=3))
    assert len(harvest.ids()) == 8
    assert not any(page.broken for page in harvest.pages)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_one_encoding_holds_for_a_whole_file(fetcher: Fetcher, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes((HEADER.replace("satellite", "référence satellite") + row(1) + row(2) + row(3, "Pléiades")).encode(encoding))
    columns = {"platform": "référence satellite"}
    harvest = run(source(fetcher, inventories=(Inventory(path, columns),), page_size=1))
    assert [record.json["row"]["platform"] for record in harvest.records()] == ["PHR1A"] * 3
    assert harvest.ids()[-1] == f"inventory:{Inventory(path).name}:Pléiades"


def test_a_long_list_is_never_held_whole(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w") as file:
        file.write(HEADER)
        file.writelines(row(number) for number in range(20_000))
    pages = source(fetcher, inventories=(Inventory(path),)).harvest(span())
    assert len(next(iter(pages)).records) == 500


def test_a_quote_that_is_never_closed_hides_no_row(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = [row(number) for number in range(8)]
    lines[2] = lines[2].replace(";\n", ';"oops\n')
    path.write_text(HEADER + "".join(lines))
    harvest = run(source(fetcher, inventories=(Inventory(path),), page_size=3))
    broken = [one.reason for page in harvest.pages for one in page.broken]
    assert (len(harvest.ids()), broken) == (7, ["line 4: a quote that is never closed, or in the wrong place"])


def test_an_identifier_that_comes_again_is_told_by_its_line_whatever_part_it_fell_into(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + row(1) + row(2) + row(3) + row(1).replace("2016-05-06", "2017-05-06") + row(2))
    harvest = run(source(fetcher, inventories=(Inventory(path),), page_size=2))
    assert [one.reason.partition(":")[0] for page in harvest.pages for one in page.broken] == ["line 5"]
    assert len(harvest.ids()) == 4


def test_files_of_one_name_in_several_folders_are_several_inventories(fetcher: Fetcher, tmp_path: Path) -> None:
    inventories = []
    for folder in ("south", "north"):
        (tmp_path / folder).mkdir()
        inventories.append(Inventory(tmp_path / folder / "list.csv"))
        inventories[-1].path.write_text(HEADER + row(1) + ";PHR1A;2016-05-06T10:59:11Z;\n")
    harvest = run(source(fetcher, inventories=tuple(inventories)))
    assert len({page.stream for page in harvest.pages}) == 2
    assert len(set(harvest.ids())) == 2
    assert len({one.native_id for page in harvest.pages for one in page.broken}) == 2
    assert inventories[0].name == Inventory(inventories[0].path).name
    assert inventories[0].name.startswith("list.csv~")
    assert not any(str(tmp_path) in name for name in harvest.ids())


@pytest.mark.parametrize(
    ("wkt", "warned"), [("POLYGON((650000 6860000,660000 6860000,660000 6870000))", True), ("", True), ("POINT(2 48)", False)]
)
def test_only_a_usable_footprint_counts_as_one(
    fetcher: Fetcher, tmp_path: Path, caplog: pytest.LogCaptureFixture, wkt: str, warned: bool
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEADER + row(1).replace(";\n", f";{wkt}\n"))
    run(source(fetcher, inventories=(Inventory(path),)))
    assert ("no row has a usable footprint" in caplog.text) is warned


# --- deliveries -----------------------------------------------------------------------------------------------------------------
def test_only_dimap_files_inside_the_folder_are_read_in_their_order(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    for place in (home / "b", home / "a", outside):
        place.mkdir(parents=True)
    for path in (home / "b" / NAME, home / "a" / NAME.lower(), home / "a" / "IMG_X.XML", home / "a" / "DIM_X.TXT", outside / NAME):
        path.write_text("<x/>")
    (home / "c").symlink_to(outside, target_is_directory=True)
    (home / "loop").symlink_to(home, target_is_directory=True)
    (home / "a" / "DIM_LINK.XML").symlink_to(outside / NAME)
    (home / "b" / "DIM_INSIDE.XML").symlink_to(home / "b" / NAME)
    assert [path.relative_to(home).as_posix() for path in dimap_files(home)] == [
        f"a/{NAME.lower()}", "b/DIM_INSIDE.XML", f"b/{NAME}",
    ]  # fmt: skip


def test_a_file_that_is_too_large_or_cannot_be_read_is_broken(fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("<x/>")
    (tmp_path / "DIM_LARGE.XML").write_bytes(b"x" * 2000)
    (tmp_path / "DIM_GONE.XML").symlink_to(tmp_path / "nothing")
    harvest = run(source(fetcher, deliveries=(tmp_path,), max_xml_bytes=1000))
    assert harvest.ids() == ["delivery:PHR1B_MS_201605061059115_SEN_1782241101-002"]
    broken = {one.native_id: one.reason for page in harvest.pages for one in page.broken}
    assert broken.keys() == {"DIM_LARGE.XML", "DIM_GONE.XML"}
    assert "more than 1000 bytes" in broken["DIM_LARGE.XML"]


def test_what_lies_outside_the_area_is_filtered(fetcher: Fetcher, tmp_path: Path) -> None:
    with Upstreams(World(3000)) as up:
        write_deliveries(up.world, tmp_path)
    given = {"inventories": (Inventory(tmp_path / "inventory.csv"),), "deliveries": (tmp_path,)}
    everything = run(source(fetcher, **given))
    half = run(source(fetcher, **given, area=(-180.0, -90.0, 2.0, 90.0)))
    assert 0 < len(half.ids()) < len(everything.ids())
    assert len(half.ids()) + half.filtered == len(everything.ids())


# --- what is whole ---------------------------------------------------------------------------------------------------------------
def closed(harvest: Harvest) -> list[str]:
    return [page.stream for page in harvest.pages if page.closed is not None]


def test_each_list_and_all_folders_together_are_closed_at_their_end(fetcher: Fetcher, tmp_path: Path) -> None:
    with Upstreams(World(3000)) as up:
        write_deliveries(up.world, tmp_path)
        inventory = Inventory(tmp_path / "inventory.csv")
        api = StacApiSettings(up.dinamis, ("spot-6-7-drs",))
        found = source(fetcher, stac=api, inventories=(inventory,), deliveries=(tmp_path,))
        harvest = run(found)
        assert closed(harvest) == [f"inventory:{inventory.name}", "deliveries", "spot-6-7-drs"]
        there = harvest.ids("spot-6-7-drs")[0]
        # What files held is gone with its line; what the API held is asked of it.
        assert found.gone(["inventory:x", "delivery:y", there, "nothing"]) == {"inventory:x", "delivery:y", "nothing"}


def test_a_list_that_lost_its_rows_or_a_folder_without_products_says_nothing(fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER)
    (tmp_path / "empty").mkdir()
    harvest = run(source(fetcher, inventories=(Inventory(tmp_path / "list.csv"),), deliveries=(tmp_path / "empty",)))
    assert (harvest.error, closed(harvest)) == (None, [])


def test_a_list_with_a_row_that_cannot_be_read_says_nothing_about_what_it_lacks(fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + row(1) + ";PHR1A;2016-05-06T10:59:11Z;\n")
    harvest = run(source(fetcher, inventories=(Inventory(tmp_path / "list.csv"),)))
    assert (len(harvest.ids()), harvest.sum(lambda page: len(page.broken)), closed(harvest)) == (1, 1, [])
