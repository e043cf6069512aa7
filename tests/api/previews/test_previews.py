"""View: who gets to see which picture, and what an archive may not make of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from api.app import Offer
from api.downloads.signing import Signer
from api.downloads.usage import usage
from api.previews.pictures import MOST_BYTES, NotFetched
from index.protocol import Index
from index.sqlite import SqliteIndex
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.pictures import PNG, Shelf
from tests.support.serving import MEMBER, asking, serving

PLACE = "https://archive.example.org"
SCRIPT = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG, GIF, WEBP = b"\xff\xd8\xff\xe0 a picture", b"GIF89a a picture", b"RIFF\x10\0\0\0WEBPVP8 a picture"


def look(name: str, **more: Any) -> dict[str, Any]:
    return {"href": f"{PLACE}/{name}", "roles": ["thumbnail"], **more}


OPEN = {
    "thumbnail": look("t.png", type="image/png"),
    "overview": look("o.jpg", roles=["overview"]),
    "gif": look("g.gif"),
    "webp": look("w.webp", type="image/webp"),
    "html": look("page.png", type="image/png"),
    "svg-said": look("s.svg", type="image/svg+xml"),
    "svg-hidden": look("hidden.png", type="image/png"),
    "cog": look("c.tif", type="image/tiff; application=geotiff"),
    "huge": look("huge.png"),
    "gone": look("gone.png"),
    "plain": {"href": "http://archive.example.org/plain.png", "roles": ["overview"]},
    "both": look("both.tif", roles=["overview", "data"]),
    "data": look("data.zip", roles=["data"]),
    "file": {"href": "file:///etc/passwd", "roles": ["thumbnail"]},
    "s3": {"href": "s3://bucket/a.png", "roles": ["thumbnail"]},
    "relative": {"href": "a.png", "roles": ["thumbnail"]},
    "user": {"href": "https://u:p@archive.example.org/a.png", "roles": ["thumbnail"]},
    "odd": {"href": ["x"], "roles": ["thumbnail"], "type": 3},
    "a/b c": look("slash.png"),
    "signed": look("closed.png", **{"auth:refs": ["mtd"]}),
}
THERE = {
    f"{PLACE}/t.png": PNG,
    f"{PLACE}/o.jpg": JPEG,
    f"{PLACE}/g.gif": GIF,
    f"{PLACE}/w.webp": WEBP,
    f"{PLACE}/page.png": SCRIPT,
    f"{PLACE}/hidden.png": SVG,
    f"{PLACE}/huge.png": PNG + bytes(MOST_BYTES),
    "http://archive.example.org/plain.png": PNG,
    f"{PLACE}/slash.png": PNG,
    f"{PLACE}/closed.png?signed": PNG,
    f"{PLACE}/held.png": PNG,
}


@pytest.fixture
def filled(tmp_path: Any) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as index:
        items = [
            {**make_item("open/1", "sentinel"), "assets": OPEN},
            {**make_item("sold", "airbus", availability="orderable", licence="airbus-optical"), "assets": {"t": look("sold.png")}},
            {**make_item("held", "dinamis", availability="held"), "assets": {"t": look("held.png")}},
        ]
        index.apply(batch(items=[document(item) for item in items]))
        index.refresh()
        yield index


@contextmanager
def client(
    index: Index, asker: Asker = MEMBER, pictures: Any = None, signers: Mapping[str, Signer] | None = None
) -> Iterator[httpx.Client]:
    offer = Offer(asking(asker, Policy()), pictures=pictures or Shelf(THERE), signers=signers or {})
    with serving(index, offer=offer) as place, httpx.Client(base_url=place, timeout=20) as opened:
        yield opened


def path(key: str, item: str = "open/1", collection: str = "sentinel") -> str:
    return f"/collections/{collection}/items/{quote(item, safe='')}/assets/{quote(key, safe='')}/view"


@pytest.mark.parametrize(
    ("key", "kind", "body"),
    [
        ("thumbnail", "image/png", PNG),
        ("overview", "image/jpeg", JPEG),
        ("gif", "image/gif", GIF),
        ("webp", "image/webp", WEBP),
        ("plain", "image/png", PNG),
        ("a/b c", "image/png", PNG),
    ],
)
def test_a_picture_is_given_with_the_type_that_its_bytes_have(filled: Index, key: str, kind: str, body: bytes) -> None:
    with client(filled) as api:
        answer = api.get(path(key))
        head = api.head(path(key))
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, kind, body)
    assert (head.status_code, head.headers["content-type"], head.content) == (200, kind, b"")
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert usage(filled) == []


@pytest.mark.parametrize("key", ["html", "svg-hidden", "huge", "gone"])
def test_what_an_archive_gives_in_place_of_a_picture_is_never_passed_on(filled: Index, key: str) -> None:
    with client(filled) as api:
        answer = api.get(path(key))
    assert (answer.status_code, answer.json()["code"]) == (502, "preview-unavailable")
    assert answer.headers["cache-control"] == "no-store"
    assert PLACE not in answer.text
    assert "alert" not in answer.text


@pytest.mark.parametrize("key", ["svg-said", "cog", "both", "data", "file", "s3", "relative", "user", "odd"])
def test_what_is_no_preview_that_a_browser_shows_is_not_even_asked_for(filled: Index, key: str) -> None:
    shelf = Shelf(THERE)
    with client(filled, pictures=shelf) as api:
        answer = api.get(path(key))
    assert answer.status_code == 409
    assert answer.json()["code"] in ("asset-not-a-preview", "asset-without-https")
    assert answer.json()["links"][0]["rel"] == "about"
    assert shelf.asked == []


def test_a_picture_is_for_whoever_may_view(filled: Index) -> None:
    shelf = Shelf(THERE)
    with client(filled, pictures=shelf) as api:
        assert api.get(path("t", "held", "dinamis")).status_code == 200
        refused = api.get(path("t", "sold", "airbus"))
        assert (refused.status_code, refused.json()["code"]) == (403, "view-not-allowed")
        assert refused.json()["reason"]["fr"]
    with client(filled, ANONYMOUS, shelf) as api:
        hidden, absent = api.get(path("t", "held", "dinamis")), api.get(path("t", "never", "dinamis"))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.text.replace("held", "never") == absent.text
        assert api.get(path("thumbnail")).status_code == 200
        assert api.get(path("none")).status_code == 404
    # The first was asked once for the member; nothing else but what the anonymous may see.
    assert shelf.asked == [f"{PLACE}/held.png", f"{PLACE}/t.png"]


def test_a_picture_that_is_known_is_still_for_nobody_who_may_not_view(filled: Index) -> None:
    askers = [MEMBER]
    shelf = Shelf(THERE)
    access = asking(MEMBER)
    offer = Offer(type(access)(access.policy, lambda _: askers[0]), pictures=shelf)
    with serving(filled, offer=offer) as place:
        assert httpx.get(place + path("t", "held", "dinamis")).status_code == 200
        askers[0] = Asker(UserClass.ANONYMOUS)
        assert httpx.get(place + path("t", "held", "dinamis")).status_code == 404


def test_pictures_are_asked_for_once_and_an_archive_that_has_none_is_spared(filled: Index) -> None:
    shelf = Shelf(THERE)
    with client(filled, pictures=shelf) as api:
        for _ in range(3):
            assert api.get(path("thumbnail")).status_code == 200
            assert api.get(path("gone")).status_code == 502
        answer = api.get(path("thumbnail"), headers={"If-None-Match": api.get(path("thumbnail")).headers["etag"]})
    assert answer.status_code == 304
    assert shelf.asked == [f"{PLACE}/t.png", f"{PLACE}/gone.png"]


class _Signs:
    def signs(self, href: str) -> bool:
        return True

    def sign(self, href: str) -> str:
        return f"{href}?signed"


def test_a_picture_in_a_closed_store_is_fetched_by_a_signed_address(filled: Index) -> None:
    shelf = Shelf(THERE)
    with client(filled, pictures=shelf, signers={"mtd": _Signs()}) as api:
        assert api.get(path("signed")).content == PNG
    assert shelf.asked == [f"{PLACE}/closed.png?signed"]


def test_other_parameters_are_refused(filled: Index) -> None:
    with client(filled) as api:
        assert api.get(path("thumbnail"), params={"url": "http://127.0.0.1/"}).json()["parameter"] == "url"


class _Hanging:
    """An archive that answers when `over` is set."""

    def __init__(self) -> None:
        self.over = Event()

    def fetch(self, href: str) -> bytes:
        assert self.over.wait(20)
        raise NotFetched("late")


def test_an_archive_that_hangs_holds_up_neither_searches_nor_more_than_so_many_askers(filled: Index) -> None:
    hanging = _Hanging()
    with client(filled, pictures=hanging) as api:
        seen: list[int] = []
        keys = [name for name in OPEN if name in ("thumbnail", "overview", "gif", "webp", "plain", "huge", "gone", "html")]

        def ask(key: str) -> None:
            seen.append(httpx.get(str(api.base_url.join(path(key))), timeout=30).status_code)

        threads = [Thread(target=ask, args=(keys[number % len(keys)],)) for number in range(90)]
        for thread in threads:
            thread.start()
        while 503 not in seen:
            assert api.get("/search", params={"limit": 1}).status_code == 200
        assert api.get("/search", params={"limit": 1}).elapsed.total_seconds() < 5
        hanging.over.set()
        for thread in threads:
            thread.join()
    assert set(seen) == {502, 503}
