"""What is not there, or not for the asker, or nowhere to be led to."""

from typing import Any

import pytest

from api.downloads.usage import usage
from index.protocol import Index
from mappings.access.asker import ANONYMOUS
from tests.api.downloads.world import Refusing, client, fill, path
from tests.support.items import document, make_item
from tests.support.serving import MEMBER, asking


def test_a_hidden_item_is_answered_as_one_that_does_not_exist(index: Index) -> None:
    fill(index)
    with client(index, asking(ANONYMOUS), {"mtd": Refusing("https://example.org/never")}) as api:
        hidden = api.get(path("held/1", "src_xs"))
        no_asset = api.get(path("held/1", "nope"))
        absent = api.get("/collections/dinamis-spot67/items/held%2F1x/assets/src_xs/download")
    assert hidden.status_code == no_asset.status_code == absent.status_code == 404
    assert hidden.json()["code"] == "item-not-found"
    assert hidden.content == no_asset.content == absent.content.replace(b"held/1x", b"held/1")
    assert set(hidden.headers) == set(absent.headers)


@pytest.mark.parametrize("key", ["nope", "src_xs/", "../src_xs", "__class__", "%00", "x" * 4000, "%ff", "é"])
def test_an_asset_that_is_not_there_is_not_found(filled: Index, key: str) -> None:
    with client(filled, asking(MEMBER)) as api:
        answer = api.get(f"/collections/dinamis-spot67/items/held%2F1/assets/{key.replace('..', '%2e%2e')}/download")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("item", ["", "%00", "..%2f..", "x" * 4000, "%ff%fe", "held%2F1%00", "held%2F1/assets/src_xs/download"])
def test_a_hostile_item_is_not_found(filled: Index, item: str) -> None:
    with client(filled, asking(MEMBER)) as api:
        answer = api.get(f"/collections/dinamis-spot67/items/{item}/assets/src_xs/download")
    assert (answer.status_code, answer.json()["code"]) == (404, "item-not-found")


def test_an_item_is_still_answered_beside_the_longer_route(filled: Index) -> None:
    with client(filled, asking(MEMBER)) as api:
        assert api.get("/collections/dinamis-spot67/items/held%2F1").json()["id"] == "held/1"
        assert api.get("/collections/dinamis-spot67/items/held%2F1/assets/src_xs").json()["code"] == "item-not-found"


@pytest.mark.parametrize("query", ["url=https://evil.example.org", "redirect=x", "token=a", "f=html"])
def test_a_parameter_is_refused_so_that_none_decides_where_one_is_led(filled: Index, query: str) -> None:
    with client(filled, asking(MEMBER)) as api:
        answer = api.get(f"{path('open', 'product')}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter")


@pytest.mark.parametrize(
    ("href", "advice"),
    [
        ("s3://sm1-gdc/XS.tif", "S3"),
        ("IMG_001/XS.tif", "nom de fichier"),
        ("//evil.example.org/x", "https"),
        ("http://archive.example.org/x", "https"),
        ("ftp://archive.example.org/x", "https"),
        ("javascript:alert(1)", "https"),
        ("data:text/html,x", "https"),
        ("https:/archive.example.org/x", "https"),
        ("https:///x", "https"),
        ("https://user:secret@archive.example.org/x", "https"),
        ("https://archive.example.org\\@evil.example.org/x", "https"),
        ("https://archive.example.org/x\r\nSet-Cookie: a=b", "https"),
        ("https://[::1/x", "https"),
        ("https://archive.example.org:port/x", "https"),
        ("https://évil.example.org/x", "https"),
        ("https://archive.example.org/" + "x" * 9000, "https"),
        (None, "https"),
        (["https://archive.example.org/x"], "https"),
    ],
)
def test_what_is_no_https_address_is_told_and_never_led_to(filled: Index, href: Any, advice: str) -> None:
    item = {**make_item("odd-href", "sentinel-2-l1c"), "assets": {"x": {"href": href, "roles": ["data"]}}}
    fill(filled, document(item))
    with client(filled, asking(MEMBER)) as api:
        answer = api.get("/collections/sentinel-2-l1c/items/odd-href/assets/x/download")
        assert (answer.status_code, answer.json()["code"]) == (409, "asset-without-https")
        assert set(answer.json()["reason"]) == {"fr", "en"}
        assert advice in answer.json()["reason"]["fr"]
        assert api.get(answer.json()["links"][0]["href"]).json()["id"] == "odd-href"
    assert usage(filled) == []
