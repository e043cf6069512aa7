"""Ways in which removed records stay for ever, or records that are still there go: what an archive holds is what is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.protocol import Index
from index.sqlite import SqliteIndex
from index.state import Outcome
from moisson.sections import DinamisSettings, FolderSection, InventorySettings, SourceSettings, StacSection
from tests.losses.shelf import Shelf, served
from tests.losses.support import ARCHIVES, HTTP, kept, run
from tests.upstreams import Upstreams, World
from tests.upstreams.ogc_records import iso

WORLD = World(4000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield opened


@pytest.mark.parametrize(("name", "station"), [("csw", "vigisat"), ("oaipmh", "seas"), ("opensearch", "seas")])
def test_what_a_station_deletes_goes_and_nothing_else(store: Index, name: str, station: str) -> None:
    with Upstreams(WORLD) as up:
        settings = ARCHIVES[name].settings(up)
        run(store, name, settings)
        up.world = WORLD.without(0.05)
        ended = run(store, name, settings)
        left = {known.id for known in up.partner(station).truth()}
    assert (ended.outcome, ended.counts.deleted) == (Outcome.COMPLETE, 6)
    assert {one.rpartition(":")[2] for one in kept(store, name)} == left


@pytest.mark.parametrize("restless", [True, False])
def test_an_unsorted_catalogue_loses_no_record_that_is_kept(store: Index, restless: bool) -> None:
    with Upstreams(WORLD) as up:
        settings = ARCHIVES["csw"].settings(up)
        run(store, "csw", settings)
        before = kept(store, "csw")
        up.habits.sort, up.habits.restless = False, restless
        for _ in range(3):
            ended = run(store, "csw", settings)
            assert kept(store, "csw") == before
            # It is not even taken for a listing that the brake would have to stop.
            assert "brake" not in (ended.reason or "")


def _purchased(shelf: Shelf) -> SourceSettings:
    return DinamisSettings(stac_url=shelf.base, page_size=10, http=HTTP)


def _partners(shelf: Shelf) -> SourceSettings:
    return StacSection(url=shelf.base, collections=("spot-6-7-drs",), page_size=10, http=HTTP)


Settings = Callable[[Shelf], SourceSettings]
STAC = [pytest.param("dinamis", _purchased, id="dinamis"), pytest.param("partner", _partners, id="partner")]


@pytest.mark.parametrize(("name", "settings"), STAC)
def test_an_item_that_left_a_stac_api_goes(store: Index, name: str, settings: Settings) -> None:
    with served(Shelf.of(25)) as shelf:
        assert run(store, name, settings(shelf)).counts.new == 25
        del shelf.items[7]
        ended = run(store, name, settings(shelf))
        assert (ended.outcome, ended.counts.deleted) == (Outcome.COMPLETE, 1)
        assert len(kept(store, name)) == 24


@pytest.mark.parametrize(("name", "settings"), STAC)
def test_an_empty_page_on_the_way_is_not_taken_for_the_end(store: Index, name: str, settings: Settings) -> None:
    shelf = Shelf.of(25)
    shelf.totals, shelf.hollow = False, 2
    with served(shelf):
        ended = run(store, name, settings(shelf))
    assert (len(kept(store, name)), ended.outcome) == (25, Outcome.COMPLETE)


@pytest.mark.parametrize(("name", "settings"), STAC)
def test_a_short_list_of_a_stac_api_removes_nothing(store: Index, name: str, settings: Settings) -> None:
    shelf = Shelf.of(25)
    with served(shelf):
        run(store, name, settings(shelf))
        before = kept(store, name)
        for totals in (True, False):
            # So few are left out that no brake would stop it.
            shelf.totals, shelf.hollow = totals, 3
            run(store, name, settings(shelf))
            assert kept(store, name) == before


def _rows(count: int) -> str:
    lines = [f"PHR1A_MS_2016050610591{number:02}_SEN_{number};PHR1A;2016-05-06T10:59:11Z;" for number in range(count)]
    return "\n".join(["identifiant;satellite;date_acquisition;emprise_wkt", *lines, ""])


def test_a_row_that_left_an_inventory_goes_and_an_emptied_inventory_takes_none(store: Index, tmp_path: Path) -> None:
    path = tmp_path / "held.csv"
    path.write_text(_rows(4), encoding="utf-8")
    settings = DinamisSettings(stac_url="", inventories=(InventorySettings(path=path),), http=HTTP)
    assert run(store, "dinamis", settings).counts.new == 4
    path.write_text(_rows(3), encoding="utf-8")
    assert run(store, "dinamis", settings).counts.deleted == 1
    path.write_text(_rows(0), encoding="utf-8")
    run(store, "dinamis", settings)
    assert len(kept(store, "dinamis")) == 3


def test_a_file_that_left_a_drop_folder_goes_and_an_unmounted_folder_takes_none(store: Index, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    settings = FolderSection(path=folder, settle_seconds=0, http=HTTP)
    for name in ("one", "three", "seventeen"):
        (folder / f"{name}.xml").write_text(_iso(name), encoding="utf-8")
    assert run(store, "seas", settings).counts.new == 3
    (folder / "three.xml").unlink()
    assert run(store, "seas", settings).counts.deleted == 1
    for name in ("one", "seventeen"):
        (folder / f"{name}.xml").unlink()
    run(store, "seas", settings)
    assert kept(store, "seas") == {"one", "seventeen"}


def test_a_record_whose_new_version_cannot_be_read_stays_as_long_as_it_is_announced(store: Index, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    settings = FolderSection(path=folder, settle_seconds=0, http=HTTP)
    for name in ("one", "three", "seventeen"):
        (folder / f"{name}.xml").write_text(_iso(name), encoding="utf-8")
    assert run(store, "seas", settings).counts.new == 3
    (folder / "three.xml").write_text(_dublin("three"), encoding="utf-8")
    for _ in range(3):
        run(store, "seas", settings)
        assert kept(store, "seas") == {"one", "three", "seventeen"}


def _dublin(name: str) -> str:
    spaces = 'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f"<csw:Record {spaces}><dc:identifier>{name}</dc:identifier></csw:Record>"


def _iso(name: str) -> str:
    with Upstreams(WORLD) as up:
        partner = up.partner("seas")
        entry = partner.entry(len(name))
        assert entry is not None
        return iso(partner, entry).replace(partner.identifier(len(name)), name)
