"""Yearly coverages: whole harvests of the stand-in, unchanged capabilities, the bundled list, inventories."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters.coverages import MOSAICS, CoveragesSettings, CoveragesSource
from harvesters.errors import Misconfigured, StopSource
from harvesters.http import Fetcher
from harvesters.inventories import Inventory
from harvesters.source import Extent, Span
from index.sqlite import SqliteIndex
from index.state import Outcome
from mappings import coverages
from mappings.coverages import Services
from mappings.coverages.layers import PREFIX
from moisson.sections import SourceSettings
from tests.harvesters.support import Harvest, run
from tests.support.harvesting import all_items, coverages_for, harvest_all
from tests.upstreams import Rule, Upstreams, World

WMTS = "/geopf/wmts"
CSV = "identifiant;satellite;date_acquisition;ouest;sud;est;nord\nSPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82;SPOT6;2018-06-01;1;43;2;44\n"


@pytest.fixture
def up() -> Iterator[Upstreams]:
    with Upstreams(World(0)) as upstreams:
        yield upstreams


def source(up: Upstreams, fetcher: Fetcher, **settings: Any) -> CoveragesSource:
    return CoveragesSource("coverages", fetcher, CoveragesSettings(Services(up.wmts, "", ""), **settings))


def after(*harvests: Harvest) -> Span:
    """The span of a run that comes after complete ones."""
    words = {name: word for harvest in harvests for page in harvest.pages for name, word in page.remember.items()}
    return Span(lambda stream: None, recalled=words.get)


def closed(harvest: Harvest, stream: str = MOSAICS) -> list[Extent]:
    return [page.closed for page in harvest.pages if page.stream == stream and page.closed]


def test_every_coverage_comes_and_the_list_is_whole(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher))
    assert harvest.error is None
    assert len(harvest.ids()) == len(set(harvest.ids())) == 30
    assert closed(harvest) == [Extent()]
    # Those of RapidEye.
    assert harvest.filtered == 2


def test_unchanged_capabilities_are_not_sent_again(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    second = run(source(up, fetcher), after(first))
    assert (second.error, second.ids(), closed(second)) == (None, [], [])
    assert after(second).recalled("read") == "whole"
    assert run(source(up, fetcher), after(second)).ids() == []


def test_changed_capabilities_are_read_and_what_went_is_absent(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    up.tiles.layers = [name for name in up.tiles.layers if not name.endswith(".2013")]
    second = run(source(up, fetcher), after(first))
    assert set(first.ids()) - set(second.ids()) == {f"{PREFIX}SPOT.2013", f"{PREFIX}PLEIADES.2013"}
    assert closed(second) == [Extent()]


def test_other_links_are_put_on_every_item_though_the_service_did_not_change(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    moved = CoveragesSource("coverages", fetcher, CoveragesSettings(Services(up.wmts, "", "https://portal.example/")))
    assert len(run(moved, after(first)).ids()) == 30


def test_a_service_that_knows_no_validators_is_read_each_time(up: Upstreams, fetcher: Fetcher) -> None:
    up.tiles.conditional = False
    first = run(source(up, fetcher))
    assert len(run(source(up, fetcher), after(first)).ids()) == 30


def test_an_area_filters_and_is_never_judged(up: Upstreams, fetcher: Fetcher) -> None:
    harvest = run(source(up, fetcher, area=(44.0, -14.0, 46.0, -12.0)))
    # The yearly Pléiades coverages are of the regions overseas too.
    assert {name for name in harvest.ids() if "SPOT" in name} == set()
    assert f"{PREFIX}PLEIADES.MAYOTTE.2024-06" in harvest.ids()
    assert harvest.filtered == 2 + 13


# --- when capabilities cannot be had ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", [Rule(WMTS, "status", (), 503), Rule(WMTS, "status", (), 404), Rule(WMTS, "html"), Rule(WMTS, "cut")])
def test_the_bundled_list_takes_their_place_and_nothing_is_judged_absent(up: Upstreams, fetcher: Fetcher, rule: Rule) -> None:
    up.faults.add(rule)
    harvest = run(source(up, fetcher))
    assert len(harvest.ids()) >= 30
    assert closed(harvest) == []
    assert all(not page.remember for page in harvest.pages)
    assert isinstance(harvest.error, StopSource)
    assert "xyzservices" in str(harvest.error)


def test_the_bundled_list_never_replaces_what_the_service_said(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    up.faults.add(Rule(WMTS, "status", (), 503))
    second = run(source(up, fetcher), after(first))
    assert second.ids() == []
    assert isinstance(second.error, StopSource)


def test_a_passing_error_costs_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(WMTS, "status", (1,), 503), Rule(WMTS, "html", (2,)))
    harvest = run(source(up, fetcher))
    assert (harvest.error, len(harvest.ids())) == (None, 30)


def test_an_entity_is_refused(up: Upstreams, fetcher: Fetcher) -> None:
    up.faults.add(Rule(WMTS, "entity"))
    harvest = run(source(up, fetcher))
    assert "DOCTYPE" in str(harvest.error)
    assert len(up.log) == 1


def test_a_service_without_our_layers_is_told_and_removes_nothing(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    up.tiles.layers = ["ORTHOIMAGERY.ORTHOPHOTOS"]
    second = run(source(up, fetcher), after(first))
    assert "without any layer" in str(second.error)
    assert closed(second) == []


def test_a_layer_that_cannot_be_read_is_broken_and_then_nothing_is_judged_absent(up: Upstreams, fetcher: Fetcher) -> None:
    first = run(source(up, fetcher))
    # The first of these layers is one of ours.
    up.tiles.layers = up.tiles.layers[1:]
    content = up.tiles.capabilities().replace(b"<ows:Identifier>normal</ows:Identifier>", b"", 1)
    up.tiles.capabilities = lambda: content  # type: ignore[method-assign]
    second = run(source(up, fetcher), after(first))
    assert second.sum(lambda page: len(page.broken)) == 1
    assert closed(second) == []
    # No validator: the next run looks again.
    assert len(run(source(up, fetcher), after(second)).ids()) > 20


# --- inventories ----------------------------------------------------------------------------------------------------------------
def test_regional_products_come_from_inventories_before_the_service_is_asked(up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text(CSV)
    up.faults.add(Rule(WMTS, "status", (), 404))
    inventory = Inventory(path)
    harvest = run(source(up, fetcher, inventories=(inventory,)))
    stream = f"inventory:{inventory.name}"
    (row,) = harvest.records(stream)
    assert row.source == "coverages"
    assert row.native_id.endswith(":SPOT6_2018_FRANCE_ORTHO_NC_GEOSUD_MS_82")
    assert closed(harvest, stream) == [Extent()]


def test_a_column_of_an_inventory_may_name_the_licence(up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text("".join(f"{line};{cell}\n" for line, cell in zip(CSV.splitlines(), ("droits", "dsp-pleiades"), strict=True)))
    harvest = run(source(up, fetcher, inventories=(Inventory(path, {"licence": "Droits"}),)))
    (row,) = (record for record in harvest.records() if record.native_id.startswith("inventory:"))
    assert coverages.to_item(row)["properties"]["moisson:licence"] == "dsp-pleiades"


def test_an_inventory_with_a_row_that_cannot_be_read_judges_nothing_absent(up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text(CSV + ";SPOT6;2018-06-01;1;43;2;44\n")
    harvest = run(source(up, fetcher, inventories=(Inventory(path),)))
    assert harvest.sum(lambda page: len(page.broken)) == 1
    assert [page.closed for page in harvest.pages if page.stream != MOSAICS and page.closed] == []


def test_an_inventory_that_is_not_there_is_misconfigured_before_anything_is_asked(up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    harvest = run(source(up, fetcher, inventories=(Inventory(tmp_path / "nowhere.csv"),)))
    assert isinstance(harvest.error, Misconfigured)
    assert up.log == []


def test_without_a_service_only_inventories_are_read(up: Upstreams, fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text(CSV)
    alone = CoveragesSource("coverages", fetcher, CoveragesSettings(Services("", "", ""), (Inventory(path),)))
    harvest = run(alone)
    assert (harvest.error, len(harvest.ids()), up.log) == (None, 1, [])


# --- into an index --------------------------------------------------------------------------------------------------------------
def test_coverages_end_up_in_the_index_and_go_when_the_service_has_them_no_more(up: Upstreams, tmp_path: Path) -> None:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        sources: dict[str, SourceSettings] = {"coverages": coverages_for(up)}
        reports = [harvest_all(index, sources)["coverages"] for _ in range(2)]
        assert [report.outcome for report in reports] == [Outcome.COMPLETE] * 2
        assert (reports[0].counts.new, reports[1].counts.received) == (30, 0)
        items = all_items(index)
        assert len(items) == 30
        assert {item["properties"]["moisson:availability"] for item in items.values()} == {"view"}
        up.tiles.layers.remove(f"{PREFIX}SPOT.2013")
        assert harvest_all(index, sources)["coverages"].outcome is Outcome.COMPLETE
        assert set(items) - set(all_items(index)) == {("coverages-spot", "spot-2013")}


def test_the_bundled_list_makes_a_partial_run_that_says_so(up: Upstreams, tmp_path: Path) -> None:
    up.faults.add(Rule(WMTS, "status", (), 503))
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        report = harvest_all(index, {"coverages": coverages_for(up)})["coverages"]
        assert report.outcome is Outcome.PARTIAL
        assert report.reason is not None
        assert "xyzservices" in report.reason
        assert len(all_items(index)) >= 30
        up.faults.clear()
        assert harvest_all(index, {"coverages": coverages_for(up)})["coverages"].outcome is Outcome.COMPLETE
