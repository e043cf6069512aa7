"""POST /requests/draft refuses what it cannot draft, by its name."""

from typing import Any

import pytest

from tests.api.requests.drafting import FRANCE, ONE, PERU, TASKING, images, post
from tests.support.mounted import Client


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "items"),
        ({**ONE, "tasking": TASKING, "bbox": FRANCE}, "items"),
        ({"items": []}, "items"),
        ({"items": {}}, "items"),
        ({"items": ["sale"]}, "items[0]"),
        ({"items": [{"collection": "airbus-phr"}]}, "items[0]"),
        ({"items": [{"collection": "airbus-phr", "id": 3}]}, "items[0]"),
        ({"items": [{"collection": "airbus-phr", "id": "sale", "idd": "x"}]}, "items[0].idd"),
        ({"items": [*ONE["items"], *ONE["items"]]}, "items"),
        ({"items": images(*(f"i{n}" for n in range(201)))}, "items"),
        ({"items": images("nowhere")}, "items"),
        ({**ONE, "bbox": PERU}, "items"),
        ({**ONE, "bbox": [0, 0, 0, 0]}, "bbox"),
        ({**ONE, "geometry": {"type": "Point", "coordinates": [2, 46]}}, "geometry"),
        ({**ONE, "format": "tiff"}, "format"),
        ({**ONE, "format": ["geotiff"]}, "format"),
        ({**ONE, "bits": 12}, "bits"),
        ({**ONE, "bits": "8"}, "bits"),
        ({**ONE, "bits": True}, "bits"),
        ({**ONE, "bits": []}, "bits"),
        ({**ONE, "level": "raw"}, "level"),
        ({**ONE, "language": "de"}, "language"),
        ({**ONE, "language": ["fr"]}, "language"),
        ({**ONE, "purpose": 3}, "purpose"),
        ({**ONE, "purpose": "x" * 2001}, "purpose"),
        ({**ONE, "levle": "ortho"}, "levle"),
        ({"tasking": TASKING}, "geometry"),
        ({"tasking": [], "bbox": FRANCE}, "tasking"),
        ({"tasking": {"period": TASKING["period"]}, "bbox": FRANCE}, "tasking.product"),
        ({"tasking": {**TASKING, "product": "landsat"}, "bbox": FRANCE}, "tasking.product"),
        ({"tasking": {"product": "pleiades"}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "period": "2027-03-01T00:00:00Z/.."}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "period": "/2027-03-01T00:00:00Z"}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "period": "spring/summer"}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "period": "2027-05-01T00:00:00Z/2027-03-01T00:00:00Z"}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "period": "2020-03-01T00:00:00Z/2020-04-01T00:00:00Z"}, "bbox": FRANCE}, "tasking.period"),
        ({"tasking": {**TASKING, "mode": "quad"}, "bbox": FRANCE}, "tasking.mode"),
        ({"tasking": {**TASKING, "angle_max": 91}, "bbox": FRANCE}, "tasking.angle_max"),
        ({"tasking": {**TASKING, "cloud_cover_max": "10"}, "bbox": FRANCE}, "tasking.cloud_cover_max"),
        ({"tasking": {**TASKING, "scenes": 0}, "bbox": FRANCE}, "tasking.scenes"),
        ({"tasking": {**TASKING, "scenes": 10**9}, "bbox": FRANCE}, "tasking.scenes"),
        ({"tasking": {**TASKING, "angle": 3}, "bbox": FRANCE}, "tasking.angle"),
        (b'{"items":[{"collection":"\\ud800","id":"a"}]}', "body"),
        (b'{"items":NaN}', "body"),
        ([], "body"),
    ],
)
def test_wrong_input_is_refused_by_its_name(client: Client, body: Any, parameter: str) -> None:
    answer = post(client, body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == parameter


def test_unknown_members_and_parameters_are_refused_with_a_suggestion(client: Client) -> None:
    assert "did you mean level?" in post(client, {**ONE, "levle": "ortho"}).json()["detail"]
    assert "did you mean angle_max?" in post(client, {"tasking": {**TASKING, "angle_mx": 3}, "bbox": FRANCE}).json()["detail"]
    assert post(client, ONE, query="?form=csv").status_code == 400
    assert post(client, ONE, query="?f=pdf").status_code == 400
    assert post(client, ONE, query="?language=de").status_code == 400
    assert post(client, ONE, query="?f=csv&f=html").status_code == 400
