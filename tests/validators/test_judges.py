"""What is wrong is told by the outside validators as we run them: one that agrees to everything would be seen here."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.items import make_item
from tests.support.serving import running
from tests.validators.judges import JudgeFailed, core_only, judge_api, lint, rustac

_CLOUDS: dict[str, Any] = {"eo:cloud_cover": 10}
# The extension of our own is only where a server of ours puts it.
RIGHT = {**make_item(**_CLOUDS), "stac_extensions": ["https://stac-extensions.github.io/eo/v2.0.0/schema.json"]}
CLOUDY = {**RIGHT, "properties": {**RIGHT["properties"], "eo:cloud_cover": 101}}
NOWHERE = {name: value for name, value in RIGHT.items() if name != "geometry"}
BARE = {"type": "Catalog", "id": "a", "description": "a", "stac_version": "1.1.0", "links": []}
DOCUMENTS = {"": BARE, "right": RIGHT, "cloudy": CLOUDY, "nowhere": NOWHERE}
NO_COLLECTION: dict[str, Any] = {"collection": None, "geometry": None, "fields_nested_property": None, "query": {}}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Documents by name; the landing page says next to nothing."""

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(DOCUMENTS[request.path_params["name"]])

    with running(Starlette(routes=[Route("/{name:path}", answer)])) as found:
        yield found


def test_stac_check_tells_an_item_that_breaks_core_or_an_extension(base: str) -> None:
    right, cloudy, nowhere = lint(base, [f"{base}/{name}" for name in ("right", "cloudy", "nowhere")])
    assert (right.valid, right.error) == (True, "")
    assert not cloudy.valid
    assert "101 is greater than the maximum of 100" in cloudy.error
    assert not nowhere.valid
    assert "'geometry' is a required property" in nowhere.error


def test_rustac_tells_an_item_that_breaks_core_alone_and_in_a_page() -> None:
    assert rustac(core_only(RIGHT)) == ""
    assert "geometry" in rustac(core_only(NOWHERE))
    assert "geometry" in rustac({"type": "FeatureCollection", "features": [core_only(RIGHT), core_only(NOWHERE)]})


def test_a_landing_page_without_conformance_classes_is_an_error(base: str) -> None:
    judged = judge_api(base, classes=["core"], **NO_COLLECTION)
    assert any("'conformsTo' field must be defined" in error for error in judged.errors)


def test_a_validator_that_breaks_down_is_not_taken_for_a_yes(base: str) -> None:
    with pytest.raises(JudgeFailed, match="Traceback"):
        judge_api(base, classes=["core"], **NO_COLLECTION, no_such_option=1)
