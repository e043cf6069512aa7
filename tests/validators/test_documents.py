"""stac-check, rustac and the JSON schemas over the landing page, every Collection, and Items of each, as a member and anybody get them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.pages import SCHEMA_PATH
from mappings.access.asker import ANONYMOUS
from mappings.registry import MAPPINGS
from mappings.validation import Validator
from tests.support.serving import MEMBER, asking, serving
from tests.support.shared import extension_schemas
from tests.validators.conftest import Served
from tests.validators.judges import Linted, core_only, lint, rustac
from tests.validators.known import ADVICE

# What is served is written by the API, not by the store.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True, scope="module")
OF_EACH = 2
# All that they have is held, or of an availability that nobody knows.
HIDDEN = {"dinamis", "seas"}


@pytest.fixture(scope="module", params=[MEMBER, ANONYMOUS], ids=["member", "anybody"])
def base(served: Served, request: pytest.FixtureRequest) -> Iterator[str]:
    with serving(served.index, access=asking(request.param)) as found:
        yield found


@pytest.fixture(scope="module")
def collections(base: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{base}/collections", params={"limit": 100}).json()["collections"]
    return found


@pytest.fixture(scope="module")
def items(collections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Some of each Collection."""
    asked = (httpx.get(_link(one, "items"), params={"limit": OF_EACH}).json()["features"] for one in collections)
    return [item for features in asked for item in features]


@pytest.fixture(scope="module")
def linted(base: str, collections: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[Linted]:
    return lint(base, [f"{base}/", *(_link(one, "self") for one in (*collections, *items))])


def test_the_sample_has_items_of_every_archive_that_the_asker_finds(items: list[dict[str, Any]], request: pytest.FixtureRequest) -> None:
    hidden = HIDDEN if request.node.callspec.params["base"] is ANONYMOUS else set()
    assert {item["properties"]["moisson:source"] for item in items} == set(MAPPINGS) - hidden


def test_stac_check_finds_nothing_invalid(linted: list[Linted]) -> None:
    assert [(one.url, one.error) for one in linted if not one.valid] == []


def test_stac_check_recommends_only_what_is_known_and_all_of_it(linted: list[Linted]) -> None:
    advice = {rule: (one.url, texts) for one in linted for rule, texts in one.advice.items()}
    assert {rule: told for rule, told in advice.items() if rule not in ADVICE} == {}
    assert ADVICE.keys() - advice.keys() == set()


def test_items_are_valid_by_core_and_by_every_extension_that_they_name(
    base: str, items: list[dict[str, Any]], validator: Validator
) -> None:
    known = {*extension_schemas(), f"{base}{SCHEMA_PATH}"}
    for item in items:
        assert set(item["stac_extensions"]) <= known
        validator.check(item)


def test_rustac_finds_everything_valid_by_core(base: str, collections: list[dict[str, Any]], items: list[dict[str, Any]]) -> None:
    assert rustac({"type": "FeatureCollection", "features": [core_only(item) for item in items]}) == ""
    for one in (httpx.get(f"{base}/").json(), *collections):
        assert rustac(core_only(one)) == ""


def _link(one: dict[str, Any], rel: str) -> str:
    return next(str(link["href"]) for link in one["links"] if link["rel"] == rel)
