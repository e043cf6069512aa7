"""A served repository, asked as a harvester asks, and what its answers say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from lxml import etree

from api.app import Offer, create_app
from api.oai.offer import OaiOffer
from index.protocol import Index
from index.state import Batch, ItemKey
from tests.support.items import make_document
from tests.support.serving import MEMBER, asking, running

NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = timedelta(hours=1)
"""After this all that was written is published, in both stores."""
OAI = OaiOffer("moisson.example.org", "you@example.org", page_size=3)
_NAMESPACE = "{http://www.openarchives.org/OAI/2.0/}"


class Repository:
    """`now` is the server's clock; `log` the queries of all requests."""

    def __init__(self, index: Index, client: httpx.Client, log: list[str]) -> None:
        self.index = index
        self.log = log
        self.client = client
        self.now = NOW + LATER

    @property
    def url(self) -> str:
        return f"{str(self.client.base_url).rstrip('/')}/oai"

    def ask(self, verb: str | None = None, method: str = "GET", headers: Any = None, **arguments: str) -> "Answer":
        """`from_` is the argument `from`."""
        given = ({"verb": verb} if verb else {}) | {name.rstrip("_"): value for name, value in arguments.items()}
        sent = {"params": given} if method == "GET" else {"data": given}
        return answer_of(self.client.request(method, "/oai", headers=headers, **sent))  # type: ignore[arg-type]

    def pages(self, verb: str = "ListRecords", **arguments: str) -> Iterator["Answer"]:
        """All of a list."""
        answer = self.ask(verb, **{"metadataPrefix": "oai_dc", **arguments})
        yield answer
        while answer.token:
            answer = self.ask(verb, resumptionToken=answer.token)
            yield answer

    def listed(self, verb: str = "ListIdentifiers", **arguments: str) -> list["Header"]:
        return [header for page in self.pages(verb, **arguments) for header in page.headers]

    def put(self, *numbers: int, now: datetime = NOW, availability: str = "open", source: str = "test", title: str = "") -> None:
        items = [make_document(f"i{number}", "c", availability=availability, source=source, title=title or None) for number in numbers]
        self.index.apply(Batch(source, "run", now, items=items))
        self.index.refresh()

    def remove(self, *numbers: int, now: datetime = NOW) -> None:
        self.index.apply(Batch("test", "run", now, removed=[ItemKey("c", f"i{number}") for number in numbers]))
        self.index.refresh()


@dataclass(frozen=True)
class Header:
    identifier: str
    datestamp: str
    sets: tuple[str, ...]
    deleted: bool

    @property
    def name(self) -> str:
        return self.identifier.rpartition("~")[2]


@dataclass(frozen=True)
class Answer:
    """`token` is empty where the element is, None where there is none."""

    root: Any
    text: str
    errors: tuple[str, ...]
    headers: Sequence[Header]
    token: str | None
    given: Any

    def find(self, path: str) -> Any:
        return self.root.find("/".join(f"{_NAMESPACE}{name}" for name in path.split("/")))

    def said(self, path: str) -> str:
        return str(self.find(path).text)

    def all(self, name: str) -> list[Any]:
        return list(self.root.iter(f"{_NAMESPACE}{name}"))


def answer_of(response: httpx.Response) -> Answer:
    """Checks what every answer is."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag == f"{_NAMESPACE}OAI-PMH"
    assert [etree.QName(one).localname for one in root][:2] == ["responseDate", "request"]
    assert len(root) == 3
    token = root.find(f".//{_NAMESPACE}resumptionToken")
    headers = [_header(one) for one in root.iter(f"{_NAMESPACE}header")]
    errors = tuple(one.get("code") for one in root.iter(f"{_NAMESPACE}error"))
    return Answer(root, response.text, errors, headers, None if token is None else token.text or "", dict(root[1].attrib))


def _header(element: Any) -> Header:
    def text(name: str) -> str:
        return str(element.find(f"{_NAMESPACE}{name}").text)

    sets = tuple(one.text for one in element.iterfind(f"{_NAMESPACE}setSpec"))
    return Header(text("identifier"), text("datestamp"), sets, element.get("status") == "deleted")


@contextmanager
def repository(index: Index, offer: Offer | None = None, **options: Any) -> Iterator[Repository]:
    """Over real HTTP; whoever asks is a member unless the offer says otherwise."""
    made: list[Repository] = []
    offer = replace(offer or Offer(asking(MEMBER), oai=OAI), now=lambda: made[0].now)
    app, log = create_app(index, offer, **options), list[str]()

    async def logged(scope: Any, receive: Any, send: Any) -> None:
        log.append(scope["query_string"].decode())
        await app(scope, receive, send)

    with running(logged) as base, httpx.Client(base_url=base) as client:
        made.append(Repository(index, client, log))
        yield made[0]
