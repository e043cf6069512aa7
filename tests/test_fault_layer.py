"""Each fault as a client sees it, on small answers of every kind: GeoJSON, CSW, OAI-PMH, Atom, and one ISO record."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from lxml import etree  # type: ignore[import-untyped, unused-ignore]
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.upstreams.faults import Action, FaultLayer, Faults, Rule, Seen

PAGES = {1: ("a", "b"), 2: ("c", "d"), 3: ("e",)}
CHANGED = "2024-05-01T00:00:00Z"
KINDS = ["json", "csw", "oai", "atom"]
CSW = "http://www.opengis.net/cat/csw/2.0.2"
ISO = 'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"'


def _iso(name: str) -> str:
    return (
        f"<gmd:MD_Metadata {ISO}><gmd:fileIdentifier><gco:CharacterString>{name}</gco:CharacterString></gmd:fileIdentifier>"
        f"<gmd:dateStamp><gco:DateTime>{CHANGED}</gco:DateTime></gmd:dateStamp>"
        "<gmd:westBoundLongitude><gco:Decimal>1.5</gco:Decimal></gmd:westBoundLongitude></gmd:MD_Metadata>"
    )


def _number(request: Request) -> int:
    return int(request.query_params.get("page", "1"))


async def _json(request: Request) -> Response:
    page = _number(request)
    features = [{"id": name, "geometry": None, "properties": {"id": name, "updated": CHANGED}} for name in PAGES.get(page, ())]
    links = [{"rel": "next", "href": f"http://{request.url.netloc}/json?page={page + 1}"}] if page < 3 else []
    body = {"type": "FeatureCollection", "numberMatched": 5, "features": features, "links": links}
    return Response(orjson.dumps(body), media_type="application/geo+json", headers={"last-modified": "Wed, 01 May 2024 00:00:00 GMT"})


async def _csw(request: Request) -> Response:
    start = int(etree.fromstring(await request.body()).get("startPosition"))
    page = (start + 1) // 2
    records = "".join(map(_iso, PAGES.get(page, ())))
    following = start + 2 if page < 3 else 0
    return _xml(
        f'<csw:GetRecordsResponse xmlns:csw="{CSW}"><csw:SearchStatus timestamp="{CHANGED}"/><csw:SearchResults numberOfRecordsMatched="5" '
        f'numberOfRecordsReturned="{len(PAGES.get(page, ()))}" nextRecord="{following}">{records}'
        "</csw:SearchResults></csw:GetRecordsResponse>"
    )


async def _oai(request: Request) -> Response:
    page = int(request.query_params.get("resumptionToken", "t1")[1:])
    records = "".join(
        f"<record><header><identifier>oai:{name}</identifier><datestamp>{CHANGED}</datestamp></header><metadata>{_iso(name)}</metadata></record>"
        for name in PAGES[page]
    )
    token = f'<resumptionToken completeListSize="5">{f"t{page + 1}" if page < 3 else ""}</resumptionToken>'
    return _xml(f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}{token}</ListRecords></OAI-PMH>')


async def _atom(request: Request) -> Response:
    page = _number(request)
    entries = "".join(f"<entry><id>{name}</id><updated>{CHANGED}</updated></entry>" for name in PAGES.get(page, ()))
    link = f'<link rel="next" href="http://{request.url.netloc}/atom?page={page + 1}"/>' if page < 3 else ""
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:os="http://a9.com/-/spec/opensearch/1.1/"'
    return _xml(f"<feed {spaces}><os:totalResults>5</os:totalResults>{link}{entries}</feed>", "application/atom+xml")


async def _one(request: Request) -> Response:
    return _xml(_iso("alone"))


def _xml(text: str, kind: str = "application/xml") -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), media_type=kind)


@contextmanager
def _serving(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


class Archive:
    """A client of the small archive; pages are told by number."""

    def __init__(self, base: str, faults: Faults, http: httpx.Client) -> None:
        self.base, self.faults, self._http = base, faults, http

    def spoil(self, kind: str, action: Action, *nth: int, value: float | None = None, retry_after: int | None = None) -> None:
        self.faults.add(Rule(f"^/{kind}", action, nth, value, retry_after))

    def request(self, kind: str, page: int = 1) -> httpx.Request:
        if kind == "csw":
            body = f'<csw:GetRecords xmlns:csw="{CSW}" startPosition="{page * 2 - 1}"/>'
            return self._http.build_request("POST", f"{self.base}/csw", content=body)
        params: dict[str, Any] = {"resumptionToken": f"t{page}"} if kind == "oai" and page > 1 else {"page": page}
        return self._http.build_request("GET", f"{self.base}/{kind}", params=params)

    def ask(self, kind: str, page: int = 1) -> httpx.Response:
        return self._http.send(self.request(kind, page))

    def ids(self, kind: str, page: int = 1) -> list[str]:
        return ids_of(self.ask(kind, page))


def ids_of(answer: httpx.Response) -> list[str]:
    if "json" in answer.headers["content-type"]:
        return [feature.get("id", "?") for feature in answer.json()["features"]]
    root = etree.fromstring(answer.content)
    records = root.xpath("//*[local-name()='MD_Metadata' or local-name()='entry']")
    return [(record.xpath("string(*[local-name()='fileIdentifier' or local-name()='id'])") or "?").strip() for record in records]


def total_of(answer: httpx.Response) -> int | None:
    if "json" in answer.headers["content-type"]:
        return int(answer.json()["numberMatched"])
    found = etree.fromstring(answer.content).xpath(
        "//@numberOfRecordsMatched | //@completeListSize | //*[local-name()='totalResults']/text()"
    )
    return int(found[0]) if found else None


def next_of(answer: httpx.Response) -> str | None:
    """Where the next page is, in the words of the protocol; None on the last."""
    if "json" in answer.headers["content-type"]:
        return next((link["href"].rpartition("/")[2] for link in answer.json()["links"]), None)
    root = etree.fromstring(answer.content)
    found = root.xpath("//@nextRecord | //*[local-name()='resumptionToken']/text() | //*[local-name()='link']/@href")
    return str(found[0]).rpartition("/")[2] if found and found[0] != "0" else None


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Faults]]:
    faults, log = Faults(), list[Seen]()
    routes = [Route("/json", _json), Route("/csw", _csw, methods=["POST"]), Route("/oai", _oai), Route("/atom", _atom), Route("/iso", _one)]
    with _serving(FaultLayer(Starlette(routes=routes), faults, log)) as base:
        yield base, faults


@pytest.fixture
def archive(served: tuple[str, Faults]) -> Iterator[Archive]:
    base, faults = served
    faults.clear()
    with httpx.Client(timeout=5, trust_env=False) as http:
        yield Archive(base, faults, http)
    faults.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_rule_nothing_is_changed(archive: Archive, kind: str) -> None:
    assert [archive.ids(kind, page) for page in (1, 2, 3)] == [["a", "b"], ["c", "d"], ["e"]]
    assert [next_of(archive.ask(kind, page)) is None for page in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize("kind", [*KINDS, "iso"])
def test_a_status_comes_with_its_retry_after_and_only_when_due(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "status", 2, value=503, retry_after=9)
    answers = [archive.ask(kind) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert answers[1].headers["retry-after"] == "9"


@pytest.mark.parametrize("kind", [*KINDS, "iso"])
def test_html_and_a_wrong_type_come_with_200(archive: Archive, kind: str) -> None:
    good = archive.ask(kind)
    archive.spoil(kind, "html", 1)
    archive.spoil(kind, "content_type", 2)
    page, typed = archive.ask(kind), archive.ask(kind)
    assert (page.status_code, page.content[:14]) == (200, b"<!DOCTYPE html")
    assert (typed.headers["content-type"], typed.content) == ("text/html; charset=utf-8", good.content)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_body_ends_before_its_length(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "cut")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        archive.ask(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_comes_in_the_middle_of_the_body(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "reset", 1)
    with httpx.Client(timeout=5, trust_env=False) as http:
        answer = http.send(archive.request(kind), stream=True)
        assert answer.status_code == 200
        with pytest.raises(httpx.ReadError, match="reset"):
            answer.read()
    assert archive.ids(kind) == ["a", "b"]


@pytest.mark.parametrize("kind", ["json", "csw"])
def test_an_endless_body_goes_on_until_the_client_goes(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "endless", 1)
    with httpx.Client(timeout=5, trust_env=False) as http:
        answer = http.send(archive.request(kind), stream=True)
        assert "content-length" not in answer.headers
        received = 0
        for piece in answer.iter_raw():
            received += len(piece)
            if received > 5_000_000:
                break
        answer.close()
    assert received > 5_000_000
    assert archive.ids(kind) == ["a", "b"]


@pytest.mark.parametrize("kind", ["json", "oai"])
def test_a_drip_gives_byte_after_byte_and_ends_when_the_client_goes(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "drip", 1, value=0.01)
    with httpx.Client(timeout=5, trust_env=False) as http:
        answer = http.send(archive.request(kind), stream=True)
        pieces = answer.iter_raw()
        began = time.monotonic()
        # The first may come together with the headers, but none of the first few holds much.
        assert sum(len(next(pieces)) for _ in range(5)) < 100
        assert time.monotonic() - began > 0.01
        answer.close()
    assert archive.ids(kind) == ["a", "b"]


def test_a_slow_answer_comes_whole_but_late(archive: Archive) -> None:
    archive.spoil("atom", "slow", value=0.1)
    began = time.monotonic()
    assert archive.ids("atom") == ["a", "b"]
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("kind", [*KINDS, "iso"])
def test_an_invalid_body_has_its_length_and_cannot_be_parsed(archive: Archive, kind: str) -> None:
    length = len(archive.ask(kind).content)
    archive.spoil(kind, "invalid")
    body = archive.ask(kind).content
    assert len(body) == length
    with pytest.raises((orjson.JSONDecodeError, etree.XMLSyntaxError)):
        orjson.loads(body) if kind == "json" else etree.fromstring(body)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_is_small_and_unfolds(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "bomb")
    body = archive.ask(kind).content
    assert len(body) < 300_000
    assert body.count(b"[") >= 100_000 if kind == "json" else body.count(b"<!ENTITY") == 10


@pytest.mark.parametrize("kind", ["csw", "oai", "atom", "iso"])
def test_an_external_entity_is_declared_and_used(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "entity")
    body = archive.ask(kind).content
    assert b'SYSTEM "file:///etc/passwd"' in body
    assert body.count(b"&secret;") == 1
    blind = etree.XMLParser(resolve_entities=False, load_dtd=False)
    assert etree.fromstring(body, blind).getroottree().docinfo.internalDTD is not None


def test_an_entity_damages_json(archive: Archive) -> None:
    archive.spoil("json", "entity")
    assert b"\0" in archive.ask("json").content


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_page_has_the_records_of_the_one_before(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "repeat", 2, 3)
    assert [archive.ids(kind, page) for page in (1, 2, 3)] == [["a", "b"]] * 3


@pytest.mark.parametrize(("kind", "stuck"), [("json", "json?page=2"), ("csw", "3"), ("oai", "t2"), ("atom", "atom?page=2")])
def test_a_stuck_token_leads_to_the_same_page(archive: Archive, kind: str, stuck: str) -> None:
    archive.spoil(kind, "stuck_token")
    assert next_of(archive.ask(kind, 2)) == stuck


def test_past_the_end_the_last_page_comes_again(archive: Archive) -> None:
    for kind in KINDS:
        archive.spoil(kind, "past_end")
    for kind in ("json", "atom", "csw"):
        assert [archive.ids(kind, page) for page in (3, 4, 5)] == [["e"]] * 3
    assert next_of(archive.ask("csw", 3)) == "1"
    assert next_of(archive.ask("csw", 2)) == "5"
    assert [next_of(archive.ask("oai", page)) for page in (2, 3)] == ["t3", "t3"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_malformed_record_has_neither_name_nor_place(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "malformed")
    answer = archive.ask(kind)
    assert ids_of(answer) == ["a", "?"]
    if kind != "atom":
        assert answer.content.count(b"POINT") == 1
    assert b"oai:b" not in answer.content


@pytest.mark.parametrize("kind", [*KINDS, "iso"])
def test_a_huge_record_is_as_big_as_asked_and_still_sound(archive: Archive, kind: str) -> None:
    names = archive.ids(kind) if kind != "iso" else ["alone"]
    archive.spoil(kind, "huge", value=11)
    answer = archive.ask(kind)
    assert 11_000_000 < len(answer.content) < 11_100_000
    assert ids_of(answer) == names


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_total_is_off_by_as_much_as_asked(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "wrong_total", value=3)
    assert (total_of(archive.ask(kind)), archive.ids(kind)) == (8, ["a", "b"])


@pytest.mark.parametrize("kind", KINDS)
def test_duplicates_stand_beside_each_other_and_totals_stay(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "duplicate")
    answer = archive.ask(kind)
    assert (ids_of(answer), total_of(answer)) == (["a", "a", "b", "b"], 5)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_answer_is_sound_and_counts_nothing(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "empty")
    answer = archive.ask(kind)
    assert (ids_of(answer), next_of(answer)) == ([], None)
    assert total_of(answer) in (0, None)
    if kind == "oai":
        assert b'code="noRecordsMatch"' in answer.content


@pytest.mark.parametrize("kind", KINDS)
def test_doubled_records_have_names_of_their_own_and_are_counted(archive: Archive, kind: str) -> None:
    archive.spoil(kind, "double")
    answer = archive.ask(kind)
    assert (ids_of(answer), total_of(answer)) == (["a", "a-2", "b", "b-2"], 10)
    if kind == "oai":
        assert b"oai:a-2" in answer.content


@pytest.mark.parametrize("kind", [*KINDS, "iso"])
def test_a_skewed_archive_lives_in_the_future(archive: Archive, kind: str) -> None:
    true = parsedate_to_datetime(archive.ask(kind).headers["date"])
    archive.spoil(kind, "skew", value=366 * 86_400)
    answer = archive.ask(kind)
    assert len(answer.headers.get_list("date")) == 1
    assert (parsedate_to_datetime(answer.headers["date"]) - true).days >= 365
    assert b"2025-05-02T00:00:00Z" in answer.content
    stamps = (
        etree.fromstring(answer.content).xpath("//*[local-name()='DateTime' or local-name()='updated']/text()") if kind != "json" else []
    )
    assert CHANGED not in stamps
    if kind == "json":
        assert answer.headers["last-modified"] == "Fri, 02 May 2025 00:00:00 GMT"
