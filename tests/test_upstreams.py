"""The stand-ins of the archives, asked over real HTTP."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import orjson
import pystac_client
import pytest
from shapely import Polygon, box
from shapely.geometry import shape

from tests.upstreams import Rule, Truth, Upstreams, World, write_deliveries
from tests.upstreams.clocks import parse
from tests.upstreams.scenes import Lane

pytestmark = pytest.mark.filterwarnings("error")

CELL = r"[EW]\d{3}[NS]\d{2}"
GRAMMARS = {
    "PHR": re.compile(rf"DS_(PHR1[AB])_\d{{15}}_[A-Z]{{2}}\d_(P|X|PX)_({CELL})_\d{{4}}_\d{{5}}"),
    "SPOT": re.compile(rf"DS_(SPOT[67])_\d{{15}}_\w{{3}}_\w{{3}}_\w{{3}}_\w{{3}}_({CELL})_\d{{5}}"),
    "PNEO": re.compile(rf"DS_(PNEO[3-6])_\d{{15}}_\w{{3}}_\w{{3}}_\w{{3}}_({CELL})_\d{{6}}"),
}
ACQ = re.compile(r"ACQ_PNEO[3-6]_\d{14}")
SEN = re.compile(r"SEN_(SPOT[67])_(\d{8})_(\d{6})(\d{3})_\d{3}")
MTD = re.compile(r"(SPOT[67])_MS_(\d{15})_SPOT[67]_P_(\d{15})_\d+")
TOKEN = re.compile(r"_(\d{15})_")


@pytest.fixture(scope="module")
def up() -> Iterator[Upstreams]:
    with Upstreams(World(2000)) as running:
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client


def bearer(up: Upstreams, http: httpx.Client) -> dict[str, str]:
    form = {"apikey": up.api_key, "grant_type": "api_key", "client_id": "IDP"}
    token = http.post(f"{up.oneatlas}/auth/realms/IDP/protocol/openid-connect/token", data=form).json()
    return {"Authorization": f"Bearer {token['access_token']}"}


def airbus(up: Upstreams, http: httpx.Client, headers: dict[str, str] | None = None, **given: Any) -> list[dict[str, Any]]:
    """All pages of a OneAtlas search."""
    found: list[dict[str, Any]] = []
    for page in range(1, 1000):
        body = {"itemsPerPage": 500, "sortBy": "lastUpdateDate", "startPage": page, **given}
        answer = http.post(f"{up.oneatlas}/api/v2/opensearch", json=body, headers=headers).raise_for_status().json()
        found += answer["features"]
        if not answer["features"]:
            break
    return found


def geodes(up: Upstreams, http: httpx.Client, dataset: str, **given: Any) -> list[dict[str, Any]]:
    """All pages of a GEODES search."""
    found: list[dict[str, Any]] = []
    for page in range(1, 100_000):
        body = {"collections": [dataset], "limit": 80, "page": page, "sortBy": [{"field": "datetime", "direction": "asc"}], **given}
        answer = http.post(f"{up.geodes}/search", json=body).raise_for_status().json()
        found += answer["features"]
        if not answer["features"]:
            assert answer["context"]["matched"] == len(found)
            break
    return found


def tenths(token: str) -> datetime:
    return datetime.strptime(token[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC) + timedelta(milliseconds=100 * int(token[14]))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(up: Upstreams, http: httpx.Client) -> None:
    asked = f"{up.oneatlas}/api/v2/opensearch?itemsPerPage=50&sortBy=lastUpdateDate"
    first = http.get(asked).content
    with Upstreams(World(2000)) as again:
        assert http.get(asked.replace(up.base, again.base)).content == first
        again.world = World(2000, seed=8)
        assert http.get(asked.replace(up.base, again.base)).content != first


@pytest.mark.parametrize("size", [1, 2, 3, 7, 19, 333, 2000])
def test_a_world_has_exactly_as_many_items_as_its_size(size: int) -> None:
    truth = list(World(size).truth())
    assert len({(one.source, one.id) for one in truth}) == len(truth) == size == World(size).totals()["items"]


def test_two_thousand_scenes_are_900_sentinel_800_airbus_and_300_held(up: Upstreams, http: httpx.Client, tmp_path: Path) -> None:
    sentinel = [f for lane in (Lane.S1, Lane.S2, Lane.S3) for f in geodes(up, http, lane.dataset)]
    records = airbus(up, http, bearer(up, http))
    spot = http.post(f"{up.dinamis}/search", json={"collections": ["spot-6-7-drs"], "limit": 1000}).json()["features"]
    written = write_deliveries(up.world, tmp_path)
    truth = list(up.world.truth())
    expected = {source: {one.id for one in truth if one.source == source} for source in ("peps", "airbus", "dinamis")}
    assert [len(ids) for ids in expected.values()] == [900, 800, 300]
    assert {f["properties"]["identifier"] for f in sentinel} == expected["peps"]
    assert {f["properties"]["acquisitionIdentifier"] for f in records} == expected["airbus"]
    assert len({f["properties"]["id"] for f in records}) == len(records) == 800 + 161
    assert {f["id"] for f in spot} <= expected["dinamis"]
    assert len(spot) + written["inventory"] + written["folders"] == 300
    assert http.get(f"{up.base}/_control/truth").json()["orderable"] == 800


def test_airbus_identifiers_follow_their_grammars_and_agree_with_place_and_time(up: Upstreams, http: httpx.Client) -> None:
    sensors = 0
    for feature in airbus(up, http, bearer(up, http)):
        properties = feature["properties"]
        match = GRAMMARS[properties["constellation"]].fullmatch(properties["parentIdentifier"])
        assert match is not None
        assert match[1] == properties["platform"]
        square = match[3] if properties["constellation"] == "PHR" else match[2]
        west = int(square[1:4]) * (-1 if square[0] == "W" else 1)
        south = int(square[5:7]) * (-1 if square[4] == "S" else 1)
        ring = feature["geometry"]["coordinates"][0]
        unwrapped = Polygon([((lon - west + 180) % 360 - 180 + west, lat) for lon, lat in ring])
        assert box(west, south, west + 1, south + 1).intersects(unwrapped)
        seen = tenths(TOKEN.search(properties["parentIdentifier"])[1])  # type: ignore[index]
        shown = datetime.fromisoformat(properties["acquisitionDate"])
        old = seen.year < 2018 and properties["processingLevel"] == "ALBUM" and properties["constellation"] != "PNEO"
        late = (shown - seen).total_seconds()
        assert 4000 < late < 17_000 if old else abs(late) < 0.1
        if properties["constellation"] == "PNEO":
            assert ACQ.fullmatch(properties["acquisitionIdentifier"])
            assert properties["processingLevel"] == "ALBUM"
        else:
            assert properties["acquisitionIdentifier"] == properties["parentIdentifier"]
        if properties["processingLevel"] == "SENSOR":
            sensors += 1
            product = properties["sourceIdentifier"]
            if properties["constellation"] == "PHR":
                assert (seen - tenths(TOKEN.search(product)[1])).total_seconds() == 37.0  # type: ignore[index]
                assert int(properties["acquisitionIdentifier"][-5:]) - int(product[-5:]) == 4
            else:
                assert SEN.fullmatch(product)
            assert isinstance(feature["_links"]["imagesWms"], list)
    assert sensors == 161


def test_no_answer_goes_beyond_ten_thousand_hits(http: httpx.Client) -> None:
    with Upstreams(World(30_000)) as up:
        asked = {"itemsPerPage": 500, "sortBy": "lastUpdateDate"}
        place = f"{up.oneatlas}/api/v2/opensearch"
        pages = [http.post(place, json={**asked, "startPage": page}).json() for page in (1, 20, 21)]
        assert {page["totalResults"] for page in pages} == {10_000}
        assert [len(page["features"]) for page in pages] == [500, 500, 0]
        assert http.post(place, json={**asked, "itemsPerPage": 501}).status_code == 400
        last = pages[1]["features"][-1]["properties"]["lastUpdateDate"]
        rest = http.post(place, json={**asked, "lastUpdateDate": f"[{last},]"}).json()
        assert rest["features"][0]["properties"]["lastUpdateDate"] == last
        assert 0 < rest["totalResults"] < 10_000


def test_pneo_needs_a_token_and_a_wrong_key_is_refused(up: Upstreams, http: httpx.Client) -> None:
    place = f"{up.oneatlas}/api/v2/opensearch"
    assert {f["properties"]["constellation"] for f in airbus(up, http)} == {"PHR", "SPOT"}
    assert http.get(place, params={"constellation": "PNEO"}).status_code == 401
    found = airbus(up, http, bearer(up, http), constellation="PNEO", workspace="public-pneo")
    assert len(found) == 100
    form = {"apikey": "wrong", "grant_type": "api_key", "client_id": "IDP"}
    refused = http.post(f"{up.oneatlas}/auth/realms/IDP/protocol/openid-connect/token", data=form)
    assert refused.status_code == 403
    assert set(refused.json()) >= {"message", "internalCode", "correlationId", "timestamp"}


def test_windows_are_what_a_comparison_of_every_record_gives(up: Upstreams, http: httpx.Client) -> None:
    every = airbus(up, http)
    for name in ("lastUpdateDate", "publicationDate", "acquisitionDate"):
        instants = sorted(parse(f["properties"][name]) for f in every)
        low = every[111]["properties"][name]
        high = every[222]["properties"][name]
        low, high = sorted((low, high), key=parse)
        for text, expected in (
            (f"[{low},{high}]", [parse(low) <= t <= parse(high) for t in instants]),
            (f"[{low}", [t >= parse(low) for t in instants]),
            (f"{high}]", [t <= parse(high) for t in instants]),
        ):
            given: dict[str, Any] = {name: text, "sortBy": name}
            found = airbus(up, http, None, **given)
            assert [parse(f["properties"][name]) for f in found] == [t for t, keep in zip(instants, expected, strict=True) if keep]
    deep = airbus(up, http, sortBy="-lastUpdateDate", itemsPerPage=37)
    assert [f["properties"]["id"] for f in deep] == [f["properties"]["id"] for f in every][::-1]


def test_boxes_find_what_the_truth_says(up: Upstreams, http: httpx.Client) -> None:
    for area in ((1.0, 43.0, 3.0, 45.0), (-61.5, 14.0, -60.5, 16.0), (179.0, -20.0, -179.0, -15.0)):
        wanted = [box(*area)] if area[0] < area[2] else [box(area[0], area[1], 180, area[3]), box(-180, area[1], area[2], area[3])]

        def touched(one: Truth, wanted: list[Polygon] = wanted) -> bool:
            return any(Polygon(ring).intersects(part) for ring in one.rings for part in wanted)

        truth = [one for one in up.world.truth() if touched(one)]
        found = airbus(up, http, bearer(up, http), bbox=",".join(map(str, area)))
        assert {f["properties"]["acquisitionIdentifier"] for f in found} == {one.id for one in truth if one.source == "airbus"}
        sentinel = [f for lane in (Lane.S1, Lane.S2, Lane.S3) for f in geodes(up, http, lane.dataset, bbox=list(area))]
        assert {f["properties"]["identifier"] for f in sentinel} == {one.id for one in truth if one.source == "peps"}
        assert truth


def test_geodes_has_the_habits_of_its_deployment(up: Upstreams, http: httpx.Client) -> None:
    place = f"{up.geodes}/search"
    assert http.post(place, json={"collections": ["PEPS_S1_L1", "PEPS_S2_L1C"]}).json()["features"] == []
    both = http.post(place, json={"query": {"dataset": {"in": ["PEPS_S1_L1", "PEPS_S2_L1C"]}}}).json()
    assert both["context"] == {"returned": 10, "limit": 10, "matched": 810}
    assert http.post(place, json={"limit": 81}).status_code == 500
    point = {"type": "Point", "coordinates": [2, 44]}
    assert http.post(place, json={"intersects": point}).json()["context"]["matched"] == 900
    every = geodes(up, http, "PEPS_S1_L1")
    published = [parse(f["properties"]["datetime"]) for f in every]
    assert published == sorted(published)
    assert all(f["properties"]["eo:cloud_cover"] == 0 for f in every)
    assert any(f["geometry"]["coordinates"][0][0] != f["geometry"]["coordinates"][0][-1] for f in every)
    low, high = every[50]["properties"]["datetime"], every[200]["properties"]["datetime"]
    assert geodes(up, http, "PEPS_S1_L1", query={"datetime": {"gte": low, "lte": high}}) == every[50:201]
    assert geodes(up, http, "PEPS_S1_L1", datetime=f"{low}/{high}") == every[50:201]
    one = every[77]
    assert geodes(up, http, "PEPS_S1_L1", query={"identifier": {"eq": one["properties"]["identifier"]}}) == [one]
    assert http.get(f"{up.geodes}/collections/PEPS_S1_L1/items/{one['id']}").json() == one


def test_geodes_finds_products_by_the_time_of_sensing(up: Upstreams, http: httpx.Client) -> None:
    every = geodes(up, http, "PEPS_S2_L1C")
    low, high = "2019-01-01T00:00:00Z", "2020-06-30T00:00:00Z"
    found = geodes(up, http, "PEPS_S2_L1C", query={"end_datetime": {"gte": low}, "start_datetime": {"lte": high}})
    expected = [f for f in every if parse(low) <= parse(f["properties"]["start_datetime"]) <= parse(high)]
    assert found == expected
    assert found


def test_pystac_client_walks_the_held_spot(up: Upstreams) -> None:
    client = pystac_client.Client.open(up.dinamis)
    with client._stac_io.session:  # type: ignore[union-attr]
        items = list(client.search(collections=["spot-6-7-drs"], limit=33).items())
        expected = {one.id for one in up.world.truth() if one.source == "dinamis" and one.id.startswith("SPOT")}
        assert {item.id for item in items} == expected
        assert len(items) == 200
        collection = client.get_collection("spot-6-7-drs")
        assert collection is not None
        assert len(list(collection.get_items())) == 200
        assert all(MTD.fullmatch(item.id) and set(item.assets) == {"src_xs", "src_pan"} for item in items)
        year = list(client.search(datetime="2020-01-01T00:00:00Z/2020-12-31T23:59:59Z", method="GET").items())
        assert {item.id for item in year} == {item.id for item in items if item.datetime is not None and item.datetime.year == 2020}
        assert [item.id for item in client.search(ids=[items[5].id, items[9].id]).items()] == [items[5].id, items[9].id]


def test_every_purchased_scene_has_its_acquisition_at_airbus(up: Upstreams, http: httpx.Client, tmp_path: Path) -> None:
    tokens = {TOKEN.search(f["properties"]["acquisitionIdentifier"])[1] for f in airbus(up, http)}  # type: ignore[index]
    spot = [one.id for one in up.world.truth() if one.source == "dinamis" and one.id.startswith("SPOT")]
    assert all(MTD.fullmatch(name)[2] in tokens for name in spot)  # type: ignore[index]
    counts = write_deliveries(up.world, tmp_path)
    with (tmp_path / "inventory.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    documents = sorted(tmp_path.rglob("DIM_*.XML"))
    assert (len(rows), len(documents)) == (counts["inventory"], counts["folders"]) == (80, 20)
    sources = [row["source_id"] for row in rows]
    for path in documents:
        dimap = ElementTree.parse(path)
        source = dimap.findtext("Dataset_Sources/Source_Identification/SOURCE_ID") or ""
        strip = "Dataset_Sources/Source_Identification/Strip_Source"
        imaged = f"{dimap.findtext(f'{strip}/IMAGING_DATE')}T{dimap.findtext(f'{strip}/IMAGING_TIME')}"
        assert datetime.fromisoformat(imaged) == tenths(TOKEN.search(source)[1])  # type: ignore[index]
        assert source in str(path.parent)
        assert len(dimap.findall("Dataset_Content/Dataset_Extent/Vertex")) >= 4
        sources.append(source)
    shifted = {(tenths(token) - timedelta(seconds=37)).strftime("%Y%m%d%H%M%S%f")[:15] for token in tokens}
    assert all(TOKEN.search(source)[1] in shifted for source in sources)  # type: ignore[index]
    held = {one.id for one in up.world.truth() if one.source == "dinamis" and one.id.startswith("PHR")}
    assert {row["identifiant"] for row in rows} | {path.stem.removeprefix("DIM_") for path in documents} == held


def test_revised_records_come_last_and_deleted_ones_in_their_own_feed(up: Upstreams, http: httpx.Client) -> None:
    before = World(2000)
    with Upstreams(before) as moving:
        old = {f["properties"]["id"]: f for f in airbus(moving, http)}
        assert http.post(f"{moving.base}/_control/world", json={"revise": 0.1, "delete": 0.05}).status_code == 200
        new = airbus(moving, http)
        assert len(new) == len(old) - 43  # 5 % of each of the four series
        tail = [f for f in new if parse(f["properties"]["lastUpdateDate"]) > before.latest]
        assert new[-len(tail) :] == tail
        assert len(tail) == pytest.approx(0.1 * len(new), abs=3)
        assert all(f["properties"]["cloudCover"] != old[f["properties"]["id"]]["properties"]["cloudCover"] for f in tail)
        assert all(f == old[f["properties"]["id"]] for f in new[: -len(tail)])
        gone = http.post(f"{moving.oneatlas}/api/v1/deleted/search", json={"itemsPerPage": 500}).json()
        ids = {one["id"] for one in gone["data"]}
        assert len(ids - set(old)) == 5  # those of PNEO, which anonymous searches do not show
        assert ids & set(old) == set(old) - {f["properties"]["id"] for f in new}
        assert gone["totalResults"] == len(ids)
        published = [parse(f["properties"]["datetime"]) for f in geodes(moving, http, "PEPS_S2_L1C")]
        assert published == sorted(published)
        assert published[-45] > before.latest > published[-46]
        truth = {one.id for one in moving.world.truth() if one.source == "airbus" and not one.id.startswith("ACQ")}
        assert truth == {f["properties"]["acquisitionIdentifier"] for f in new}
        assert moving.world.totals()["airbus"] == sum(one.source == "airbus" for one in moving.world.truth())


def test_resto_serves_the_same_products_newest_first(up: Upstreams, http: httpx.Client) -> None:
    place = f"{up.resto}/api/collections/S2ST/search.json"
    features = http.get(place, params={"maxRecords": 900}).json()["features"]
    assert [f["properties"]["startDate"] for f in features] == sorted((f["properties"]["startDate"] for f in features), reverse=True)
    assert {f["properties"]["title"] for f in features} == {f["properties"]["identifier"] for f in geodes(up, http, "PEPS_S2_L1C")}
    low, high = features[300]["properties"]["published"], features[200]["properties"]["published"]
    window = http.get(place, params={"publishedBegin": low, "publishedEnd": high, "maxRecords": 500}).json()
    assert len(window["features"]) == sum(low <= f["properties"]["published"] <= high for f in features)
    named = http.get(place, params={"productIdentifier": features[99]["properties"]["title"]}).json()
    assert named["features"] == [features[99]]
    assert http.get(place.replace("S2ST", "S3")).json() == {"ErrorMessage": "Not Found", "ErrorCode": 404}


def test_each_fault_shows_and_goes(up: Upstreams, http: httpx.Client) -> None:
    place = f"{up.oneatlas}/api/v2/opensearch"

    def page(number: int = 1) -> httpx.Response:
        return http.get(place, params={"itemsPerPage": 20, "startPage": number, "sortBy": "lastUpdateDate"})

    def spoil(**rule: Any) -> None:
        up.faults.clear()
        assert http.post(f"{up.base}/_control/faults", json=[{"path": "^/oneatlas/api/v2", **rule}]).status_code == 200

    good, second = page().json(), page(2).json()
    spoil(action="status", value=500, nth=2)
    assert [page().status_code for _ in range(3)] == [200, 500, 200]
    spoil(action="status", value=429, retry_after=3)
    assert (page().status_code, page().headers["retry-after"]) == (429, "3")
    spoil(action="cut")
    with pytest.raises(httpx.RemoteProtocolError):
        page()
    spoil(action="repeat", nth=[2, 3])
    assert [page(number).json()["features"] for number in (1, 2, 3)] == [good["features"]] * 3
    spoil(action="malformed")
    broken = [f for f in page().json()["features"] if isinstance(f["geometry"], str)]
    assert [("id" in f["properties"], len(broken)) for f in broken] == [(False, 1)]
    spoil(action="huge", value=10)
    assert len(page().content) > 10_000_000
    spoil(action="slow", value=0.3)
    began = time.monotonic()
    assert page().json() == good
    assert time.monotonic() - began >= 0.3
    spoil(action="html")
    assert (page().status_code, page().headers["content-type"], page().text[:9]) == (200, "text/html; charset=utf-8", "<!DOCTYPE")
    spoil(action="wrong_total", value=5)
    assert page().json()["totalResults"] == good["totalResults"] + 5
    http.delete(f"{up.base}/_control/faults")
    assert (page().json(), page(2).json()) == (good, second)
    assert http.post(f"{up.base}/_control/faults", json=[{"path": "x", "action": "explode"}]).status_code == 400
    assert up.log[-1].path == "/oneatlas/api/v2/opensearch"
    assert "startPage=2" in up.log[-1].query


def test_a_token_can_point_to_itself(http: httpx.Client) -> None:
    with Upstreams(World(2000), [Rule("^/dinamis/stac/search", "stuck_token", (2,))]) as up:
        bodies: list[dict[str, Any]] = [{"collections": ["spot-6-7-drs"], "limit": 50}]
        for _ in range(3):
            links = http.post(f"{up.dinamis}/search", json=bodies[-1]).json()["links"]
            bodies.append(next(link for link in links if link["rel"] == "next")["body"])
        assert [body.get("token") for body in bodies] == [None, "next:50", "next:50", "next:100"]


def test_recorded_answers_are_served_with_their_own_values(tmp_path: Path, http: httpx.Client) -> None:
    square = {"type": "Polygon", "coordinates": [[[1, 43], [2, 43], [2, 44], [1, 44], [1, 43]]]}
    common = {"processingLevel": "ALBUM", "publicationDate": "2020-04-05T19:45:17.523021915Z"}
    features = [
        {"type": "Feature", "geometry": square, "properties": {**common, "id": "a", "constellation": "PHR", "acquisitionIdentifier": "A"}},
        {"type": "Feature", "geometry": square, "properties": {**common, "id": "b", "constellation": "PNEO", "acquisitionIdentifier": "B"}},
    ]
    (tmp_path / "airbus.json").write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}))
    urn = "URN:FEATURE:DATA:gdh:0:V1"
    stac = {"type": "Feature", "id": urn, "geometry": square, "properties": {"dataset": "D", "datetime": "2025-04-03T09:00:26.809Z"}}
    (tmp_path / "cnes.json").write_bytes(orjson.dumps(stac))
    dates = {"startDate": "2020-08-15T00:52:51.024Z", "published": "2020-08-15T12:20:16.569Z"}
    peps = {"collection": "S2ST", "productIdentifier": "P", "parentIdentifier": "x", "processingLevel": "LEVEL1C", **dates}
    old = {"type": "Feature", "id": "c", "geometry": square, "properties": peps}
    (tmp_path / "peps.json").write_bytes(orjson.dumps({"type": "FeatureCollection", "properties": {}, "features": [old]}))
    with Upstreams(replay=[tmp_path]) as up:
        assert airbus(up, http, lastUpdateDate="[2020-04-05T19:45:17.523021915Z,2021-01-01T00:00:00Z]") == features[:1]
        assert airbus(up, http, bearer(up, http)) == features
        assert airbus(up, http, lastUpdateDate="[2020-04-06T00:00:00Z,]") == []
        assert geodes(up, http, "D", query={"datetime": {"gte": "2025-04-03T09:00:26.809Z"}}) == [stac]
        assert geodes(up, http, "D", query={"datetime": {"gt": "2025-04-03T09:00:26.809Z"}}) == []
        assert http.get(f"{up.resto}/api/collections/S2ST/search.json").json()["features"] == [old]
        assert http.get(f"{up.base}/_control/truth").json() == {"oneatlas": 2, "geodes": 1, "resto": 1}


def test_a_page_at_the_far_end_of_a_million_scenes_is_quick(http: httpx.Client) -> None:
    with Upstreams(World(1_000_000)) as up:
        began = time.monotonic()
        page = http.post(f"{up.geodes}/search", json={"collections": ["PEPS_S2_L1C"], "limit": 80, "page": 2800}).json()
        assert (len(page["features"]), page["context"]["matched"]) == (80, 225_000)
        window = "[2024-01-01T00:00:00Z,2024-01-15T00:00:00Z]"
        found = airbus(up, http, lastUpdateDate=window)
        assert len(found) > 1000
        assert all(shape(f["geometry"]).is_valid for f in found[:50])
        assert time.monotonic() - began < 5
