"""Landing page, archives and children: what is there for whom, and how one comes to every Item."""

from collections.abc import Iterator
from typing import Any

import httpx
import pystac
import pytest

from api.catalogue import browsing
from tests.api.catalogue.world import HELD, OPEN, SALE, items


def links(document: Any, rel: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == rel]


def walk(api: httpx.Client, href: str) -> Iterator[str]:
    """Addresses of Items below a Catalog or Collection, by child and item links alone."""
    answer = api.get(href)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), href
    document = answer.json()
    pystac.read_dict(document)
    assert links(document, "self") == [str(answer.url)]
    assert all("title" in link for link in document["links"] if link["rel"] != "self")
    yield from links(document, "item")
    for child in links(document, "child"):
        yield from walk(api, child)


def found_by_walking(api: httpx.Client) -> list[str]:
    return sorted(api.get(href).json()["id"] for href in walk(api, "/"))


def test_every_item_is_reached_once_by_child_and_item_links(api: httpx.Client) -> None:
    assert found_by_walking(api) == sorted(item["id"] for item in items())


@pytest.mark.parametrize("leaf", [1, 2])
def test_every_item_is_reached_once_through_years_months_days_and_pages(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, leaf: int
) -> None:
    monkeypatch.setattr(browsing, "LEAF", leaf)
    assert found_by_walking(api) == sorted(item["id"] for item in items())
    years = links(api.get(f"/collections/{OPEN}/dates").json(), "child")
    assert [href.rpartition("/")[2] for href in years] == ["2022", "2023", "2024"]


def test_a_visitor_is_led_to_what_they_find_and_nowhere_else(visitor: httpx.Client) -> None:
    assert found_by_walking(visitor) == sorted(item["id"] for item in items() if item["id"] != "held/1")
    assert "dinamis" not in visitor.get("/").text
    assert "dinamis" not in visitor.get("/", headers={"accept": "text/html"}).text
    for path in ("/catalogs/dinamis", "/catalogs/dinamis/children", f"/collections/{HELD}/dates", f"/collections/{HELD}/dates/2024"):
        assert visitor.get(path).status_code == 404, path


def test_what_is_hidden_is_answered_as_what_is_not_there(visitor: httpx.Client) -> None:
    for path in ("/catalogs/{}", "/catalogs/{}/children"):
        hidden, absent = visitor.get(path.format("dinamis")), visitor.get(path.format("nowhere"))
        assert hidden.text.replace("dinamis", "nowhere") == absent.text


def test_children_are_what_the_child_links_lead_to(api: httpx.Client) -> None:
    landing = api.get("/").json()
    [children_href] = links(landing, "children")
    children = api.get(children_href).json()
    assert links(children, "self") == [children_href]
    assert links(children, "root") == links(landing, "root")
    assert children["children"] == [api.get(href).json() for href in links(landing, "child")]
    assert [child["id"] for child in children["children"]] == ["airbus", "dinamis", "peps"]


def test_children_of_an_archive_are_its_collections(api: httpx.Client) -> None:
    catalog = api.get("/catalogs/peps").json()
    assert catalog["moisson:items"] == 6
    [href] = links(catalog, "children")
    assert api.get(href).json()["children"] == [api.get(href).json() for href in links(catalog, "child")]
    assert links(catalog, "parent") == links(catalog, "root")


def test_conditions_narrow_what_there_is_to_walk(api: httpx.Client) -> None:
    narrowed = api.get("/", params={"exclude_airbus": "true"}).json()
    assert [href.rpartition("/")[2] for href in links(narrowed, "child")] == ["dinamis", "peps"]
    assert api.get("/catalogs/airbus", params={"exclude_airbus": "true"}).status_code == 404
    assert links(api.get(f"/collections/{SALE}/dates", params={"exclude_airbus": "true"}).json(), "item") == []


def test_an_item_without_datetime_is_filed_by_its_start(api: httpx.Client) -> None:
    assert len(links(api.get(f"/collections/{OPEN}/dates/2022-12-31").json(), "item")) == 1
    assert len(links(api.get(f"/collections/{OPEN}/dates/2023-01-01").json(), "item")) == 0


@pytest.mark.parametrize("name", ["2024-13", "2024-02-30", "24", "2024-5", "0000", "x", "2024-05-05-05", "٢٠٢٤"])
def test_what_is_no_period_is_not_there(api: httpx.Client, name: str) -> None:
    answer = api.get(f"/collections/{OPEN}/dates/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "period-not-found")


def test_the_first_and_the_last_period_of_the_calendar_are_there(api: httpx.Client) -> None:
    for name in ("0001", "9999", "9999-12", "9999-12-31"):
        assert api.get(f"/collections/{OPEN}/dates/{name}").status_code == 200, name


def test_a_parameter_that_is_not_known_is_refused_with_a_suggestion(api: httpx.Client) -> None:
    for path in ("/", "/children", "/catalogs/peps", "/catalogs/peps/children", "/collections", f"/collections/{OPEN}/dates"):
        answer = api.get(path, params={"langage": "en"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "langage"), path
        assert "language" in answer.json()["detail"]


def test_a_token_of_another_day_is_refused(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.get(f"/collections/{OPEN}/dates/2024-04-05", params={"token": "x"}).json()["parameter"] == "token"


def test_head_answers_too(api: httpx.Client) -> None:
    for path in ("/", "/children", "/catalogs/peps", f"/collections/{OPEN}/dates"):
        assert (api.head(path).status_code, api.head(path).content) == (200, b""), path
