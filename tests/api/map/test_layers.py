"""GET /map/layers: what can be switched on, and by whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.map.offer import MapOffer
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings import coverages
from mappings.access.asker import ANONYMOUS
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from mappings.coverages import Services
from tests.api.map.conftest import Serve
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import asking
from tests.upstreams.wmts import Tiles

WMTS = "https://tiles.example.org/wmts"


def coverage_items() -> list[Any]:
    """As the source of coverages makes them of a service's own list."""
    listing = coverages.read_layers(Tiles().capabilities(), Services(wmts=WMTS))
    return [coverages.to_item(record) for record in listing.answer.records]


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "filled.sqlite") as index:
        odd: Any = {"coverages:tile_matrix_set": "2154_5cm_6_22"}
        others = [
            _viewed("lambert", **odd),
            _viewed("elsewhere", href="https://elsewhere.example/wmts"),
            _viewed("rest", **{"wmts:encoding": "rest"}),
            _viewed("own", href=f"{WMTS}?MAP=own", **{"wmts:layer": "ours&STYLE=<b>"}),
            make_item("open", "sentinel"),
        ]
        index.apply(batch(items=[document(item) for item in (*coverage_items(), *others)]))
        index.refresh()
        yield index


def _viewed(name: str, href: str = WMTS, **more: Any) -> Any:
    link = {"rel": "wmts", "href": href, "type": "image/png", "wmts:layer": "x", "wmts:encoding": "kvp"}
    link |= {key: value for key, value in more.items() if key.startswith("wmts:")}
    told = {"coverages:tile_matrix_set": "PM_0_16"} | {key: value for key, value in more.items() if not key.startswith("wmts:")}
    item = make_item(name, "others", availability="view", licence="ign-view", title=f"Couche {name}", **told)
    return {**item, "links": [*item["links"], link]}


def layers(serve: Serve, index: Index | None = None, **options: Any) -> Any:
    with serve(index=index, map=MapOffer(hosts=(WMTS,)), **options) as api:
        answer = api.get("/map/layers")
    assert answer.status_code == 200
    return answer.json()["layers"]


def test_without_any_coverage_the_geoplateforme_s_basemaps_can_be_switched_on(serve: Serve) -> None:
    found = layers(serve)
    assert [one["id"] for one in found] == ["plan", "ortho"]
    for one in found:
        assert one["kind"] == "basemap"
        assert one["title"]["fr"]
        assert one["title"]["en"]
        assert {"{z}", "{x}", "{y}"} <= {value for values in parse_qs(urlsplit(one["tiles"]).query).values() for value in values}
        assert urlsplit(one["tiles"]).netloc == "data.geopf.fr"


def test_yearly_coverages_are_layers_by_group_and_year_newest_first(serve: Serve, filled: Index) -> None:
    found = [one for one in layers(serve, filled) if one["kind"] == "wmts"]
    spot, pleiades = ([one for one in found if one["group"] == name] for name in ("spot", "pleiades"))
    assert [one["year"] for one in spot] == list(range(2025, 2012, -1))
    assert {one["year"] for one in pleiades} == set(range(2012, 2027))
    assert [one["end"] for one in pleiades] == sorted((one["end"] for one in pleiades), reverse=True)
    newest = spot[0]
    assert newest["title"] == {"fr": "Couverture SPOT 6/7 2025", "en": "Coverage SPOT 6/7 2025"}
    assert (newest["start"], newest["end"]) == ("2025-01-01", "2025-12-31")
    assert "IGN" in newest["attribution"]
    assert (newest["minzoom"], newest["maxzoom"], newest["tileSize"]) == (0, 17, 256)
    west, south, east, north = newest["bounds"]
    assert (-6 < west < east < 10, 41 < south < north < 52) == (True, True)
    month = next(one for one in pleiades if "2024-06" in one["id"])
    assert (month["minzoom"], month["year"], month["start"], month["end"]) == (4, 2024, "2024-06-01", "2024-06-30")


def test_a_layer_s_template_asks_the_service_as_the_item_says(serve: Serve, filled: Index) -> None:
    found = {one["id"]: one for one in layers(serve, filled)}
    parts = urlsplit(found["coverages-spot/spot-2018"]["tiles"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == WMTS
    assert parse_qs(parts.query) == {
        "SERVICE": ["WMTS"],
        "VERSION": ["1.0.0"],
        "REQUEST": ["GetTile"],
        "LAYER": ["ORTHOIMAGERY.ORTHO-SAT.SPOT.2018"],
        "STYLE": ["normal"],
        "FORMAT": ["image/jpeg"],
        "TILEMATRIXSET": ["PM_0_17"],
        "TILEMATRIX": ["{z}"],
        "TILEROW": ["{y}"],
        "TILECOL": ["{x}"],
    }
    own = parse_qs(urlsplit(found["others/own"]["tiles"]).query)
    assert (own["MAP"], own["LAYER"], own["STYLE"]) == (["own"], ["ours&STYLE=<b>"], ["normal"])


def test_what_the_page_could_not_show_or_may_not_ask_is_left_out(serve: Serve, filled: Index) -> None:
    found = {one["id"] for one in layers(serve, filled) if one["id"].startswith("others/")}
    assert found == {"others/own"}


def test_layers_are_those_that_the_asker_finds(serve: Serve, filled: Index) -> None:
    closed = Policy(sources={"coverages": Reach.MEMBERS})
    assert [one for one in layers(serve, filled, access=asking(ANONYMOUS, closed)) if one["group"] in ("spot", "pleiades")] == []
    member = type(ANONYMOUS)(UserClass.PUBLIC_ACTOR, organisation="commune")
    assert [one for one in layers(serve, filled, access=asking(member, closed)) if one["group"] == "spot"]


def test_what_may_be_found_but_not_viewed_is_no_layer(serve: Serve, filled: Index) -> None:
    policy = Policy()
    row = policy.table["ign-view"]
    rights = tuple(right.model_copy(update={"view": False}) for right in row.rights)
    table = {**policy.table, "ign-view": row.model_copy(update={"rights": rights})}
    assert [one["kind"] for one in layers(serve, filled, access=asking(ANONYMOUS, Policy(table)))] == ["basemap", "basemap"]


def test_other_parameters_are_refused(serve: Serve) -> None:
    with serve() as api:
        assert api.get("/map/layers?year=2018").json()["parameter"] == "year"
