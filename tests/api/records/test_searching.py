"""Parameters of records: those of the search, and those that OGC API - Records has of its own."""

from typing import Any

import httpx
import pytest

from tests.api.records.asking import ITEMS, ask, names
from tests.api.records.world import CROWD, HELD, MANY, SALE, TILES, TOTAL

BLAGNAC = "dinamis-spot67~held%2F1%2Ca%7Eb%20%C3%A9"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"bbox": "1.5,43.5,1.6,43.6"}, [BLAGNAC]),
        ({"bbox": "175,-15,176,-14"}, [f"{TILES}~2022"]),
        ({"bbox": "-176,-15,-175,-14"}, [f"{TILES}~2022"]),
        ({"datetime": "2023-05-05T10:00:00.7Z"}, [BLAGNAC]),
        ({"datetime": "2023-01-01T00:00:00Z/2023-12-31T00:00:00Z"}, [f"{SALE}~sale", BLAGNAC]),
        ({"q": "blagnac"}, [f"{SALE}~sale", BLAGNAC]),
        ({"q": "ÉTÉ A,none"}, [BLAGNAC]),
        ({"q": "blagnac", "sortby": "datetime"}, [BLAGNAC, f"{SALE}~sale"]),
        ({"q": "blagnac", "exclude_airbus": "true"}, [BLAGNAC]),
        ({"q": "blagnac", "accessible": "now"}, [BLAGNAC]),
        ({"filter": "moisson:availability='view'"}, [f"{TILES}~2022"]),
        ({"filter": '{"op":"=","args":[{"property":"collection"},"airbus-spot"]}', "filter_lang": "cql2-json"}, [f"{SALE}~sale"]),
        ({"ids": BLAGNAC}, [BLAGNAC]),
        ({"ids": f"{MANY}~S2_7,{HELD}~S2_7", "sortby": "datetime"}, [f"{HELD}~S2_7", f"{MANY}~S2_7"]),
        ({"ids": f"{MANY}~S2_7,{HELD}~S2_8"}, [f"{MANY}~S2_7"]),
        ({"ids": f"{HELD}~S2_8,{MANY}~2022,S2_7,~,x~"}, []),
        ({"ids": f"{MANY}~S2_7", "datetime": "2020-01-01T00:00:00Z"}, []),
        ({"type": "service"}, []),
        ({"type": "service,dataset", "q": "blagnac"}, [f"{SALE}~sale", BLAGNAC]),
        ({"externalIds": "sale"}, [f"{SALE}~sale"]),
        ({"externalIds": "stac:sale"}, [f"{SALE}~sale"]),
        ({"externalIds": "airbus:sale"}, [f"{SALE}~sale"]),
        ({"externalIds": "airbus"}, [f"{SALE}~sale"]),
        ({"externalIds": "peps:sale"}, []),
        ({"externalIds": "spot7-scene,airbus:sale"}, [f"{SALE}~sale", BLAGNAC]),
        ({"externalIds": "scene:spot7-scene"}, [BLAGNAC]),
        ({"externalIds": "scene"}, [BLAGNAC]),
        ({"externalId": "dinamis:S2_7"}, [f"{HELD}~S2_7"]),
    ],
)
def test_records_are_those_that_are_asked_for(api: httpx.Client, params: dict[str, str], found: list[str]) -> None:
    page = ask(api, **params)
    assert names(page) == found
    assert page["numberMatched"] == len(found)


def test_a_scheme_that_all_have_finds_all(api: httpx.Client) -> None:
    assert ask(api, externalIds="stac")["numberMatched"] == TOTAL
    assert ask(api, externalIds="peps", type="dataset")["numberMatched"] == CROWD


def test_a_collection_holds_its_own_records_only(api: httpx.Client) -> None:
    for one in (MANY, HELD, SALE, TILES):
        assert all(name.startswith(f"{one}~") for name in names(ask(api, f"/ogc/collections/{one}/items", limit=20)))
    assert names(ask(api, f"/ogc/collections/{HELD}/items", ids=f"{MANY}~S2_7,{HELD}~S2_7")) == [f"{HELD}~S2_7"]
    assert names(ask(api, f"/ogc/collections/{SALE}/items", ids=f"{MANY}~S2_7")) == []


@pytest.mark.parametrize(
    "params",
    [
        {"bbox": "1,2"},
        {"bbox": "1,2,x,4"},
        {"datetime": "x"},
        {"q": "!"},
        {"sortby": "none"},
        {"filter": "none = 1"},
        {"filter": "("},
        {"filter-lang": "cql"},
        {"filter-crs": "EPSG:3857"},
        {"ids": ","},
        {"ids": ",".join(f"a~{number}" for number in range(1001))},
        {"type": ","},
        {"externalIds": ",".join(map(str, range(101)))},
        {"externalId": "a", "externalIds": "a"},
        {"accessible": "x"},
        {"exclude_airbus": "x"},
        {"limt": "1"},
        {"collections": MANY},
        {"fields": "id"},
        {"f": "xml"},
        {"language": "x"},
    ],
)
def test_what_cannot_be_meant_is_a_400_that_names_the_parameter(api: httpx.Client, params: dict[str, str]) -> None:
    answer = api.get(ITEMS, params=params)
    assert (answer.status_code, answer.json()["parameter"]) == (400, next(iter(params)))
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_visitor_finds_what_they_discover(visitor: httpx.Client) -> None:
    assert ask(visitor)["numberMatched"] == TOTAL - 2
    for params in ({"ids": BLAGNAC}, {"externalIds": "dinamis"}, {"bbox": "1.5,43.5,1.6,43.6"}, {"filter": "moisson:source='dinamis'"}):
        page: Any = ask(visitor, **params)
        assert (page["features"], page["numberMatched"]) == ([], 0)
    assert visitor.get(f"{ITEMS}/{HELD}~S2_7").json()["code"] == "record-not-found"
