"""POST /coverage refuses what it cannot answer, by its name."""

import json
from typing import Any

import pytest

from tests.api.coverage.asking import BOX, YEAR, ask, shares
from tests.support.mounted import Client


def refused(client: Client, body: Any, **options: Any) -> Any:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    answer = client.post("/coverage", content=content, headers={"content-type": "application/json", **options})
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


SQUARE = {"type": "Polygon", "coordinates": [[[2, 46], [3, 46], [3, 47], [2, 47], [2, 46]]]}


def test_a_polygon_and_its_box_are_the_same_area(client: Client) -> None:
    answer = client.post("/coverage", json={"geometry": SQUARE, "datetime": YEAR}, headers={"x-class": "public-actor"})
    assert shares(answer.json()) == shares(ask(client))


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"datetime": YEAR}, "geometry"),
        ({"bbox": BOX}, "datetime"),
        ({"bbox": BOX, "geometry": SQUARE, "datetime": YEAR}, "geometry"),
        ({"bbox": "2,46,3,47", "datetime": YEAR}, "bbox"),
        ({"bbox": [], "datetime": YEAR}, "bbox"),
        ({"bbox": [2, 46, 2, 46], "datetime": YEAR}, "bbox"),
        ({"bbox": [2, 46, 3], "datetime": YEAR}, "bbox"),
        ({"bbox": [1e300, 46, 3, 47], "datetime": YEAR}, "bbox"),
        ({"bbox": [-180, -90, 180, 90], "datetime": YEAR}, "bbox"),
        ({"geometry": {"type": "Point", "coordinates": [2, 46]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "GeometryCollection", "geometries": [SQUARE]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": []}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon"}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[2, 46], [3, 47], [3, 46], [2, 47], [2, 46]]]}, "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[2e8, 46], [3e8, 46], [3e8, 47], [2e8, 46]]]}, "datetime": YEAR}, "geometry"),
        ({"geometry": [SQUARE], "datetime": YEAR}, "geometry"),
        ({"geometry": "SQUARE", "datetime": YEAR}, "geometry"),
        ({"geometry": {"type": ["Polygon"], "coordinates": 3}, "datetime": YEAR}, "geometry"),
        ({"bbox": BOX, "datetime": "yesterday"}, "datetime"),
        ({"bbox": BOX, "datetime": 2024}, "datetime"),
        ({"bbox": BOX, "datetime": "../.."}, "datetime"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": "20"}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": 101}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "cloud_cover_max": True}, "cloud_cover_max"),
        ({"bbox": BOX, "datetime": YEAR, "gsd_max": -1}, "gsd_max"),
        ({"bbox": BOX, "datetime": YEAR, "gsd_max": 1e300}, "gsd_max"),
        ({"bbox": BOX, "datetime": YEAR, "collections": "s2"}, "collections"),
        ({"bbox": BOX, "datetime": YEAR, "collections": [3]}, "collections"),
        ({"bbox": BOX, "datetime": YEAR, "exclude_airbus": "true"}, "exclude_airbus"),
        ({"bbox": BOX, "datetime": YEAR, "accessible": "later"}, "accessible"),
        ([], "body"),
        (3, "body"),
    ],
)
def test_wrong_input_is_refused_by_its_name(client: Client, body: Any, parameter: str) -> None:
    assert refused(client, body)["parameter"] == parameter


def test_an_unknown_member_is_refused_with_a_suggestion(client: Client) -> None:
    assert "did you mean cloud_cover_max?" in refused(client, {"bbox": BOX, "datetime": YEAR, "cloud_cover": 3})["detail"]
    answer = client.post("/coverage?limit=3", json={"bbox": BOX, "datetime": YEAR})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"bbox":[NaN,46,3,47],"datetime":"2024-01-01T00:00:00Z"}',
        b'{"bbox":[2,46,Infinity,47],"datetime":"2024-01-01T00:00:00Z"}',
        b'{"bbox":[2,46,3,47],"datetime":"2024-01-01T00:00:00Z","collections":["\\ud800"]}',
        b'{"bbox":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    assert refused(client, body)["parameter"] == "body"


def test_another_content_type_is_refused(client: Client) -> None:
    answer = client.post("/coverage", content=json.dumps({"bbox": BOX, "datetime": YEAR}), headers={"content-type": "text/plain"})
    assert answer.status_code == 400


def test_a_million_vertices_are_refused(client: Client) -> None:
    ring = [[2, 46], *([3, 46] for _ in range(300_000)), [2, 47], [2, 46]]
    assert "positions" in refused(client, {"geometry": {"type": "Polygon", "coordinates": [ring]}, "datetime": YEAR})["detail"]
    ring = [[2, 46], *([3.123456, 46.123456] for _ in range(1_000_000)), [2, 47], [2, 46]]
    body = json.dumps({"geometry": {"type": "Polygon", "coordinates": [ring]}, "datetime": YEAR})
    answer = client.post("/coverage", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
