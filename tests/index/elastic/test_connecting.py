"""Who asks a cluster, by which way; and what goes wrong there, in one line that says what to do."""

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from index.elastic import ElasticIndex
from index.elastic.answers import Verbatim
from index.elastic.store import Store
from index.protocol import IndexUnavailable
from index.query import Query
from mappings.audience import EVERYTHING
from tests.index.elastic.helpers import batch, document
from tests.support.tls import Front, certified, in_front

KEY = base64.b64encode(b"id:s3cret").decode()
BASIC = base64.b64encode("éva:s3cret, too/".encode()).decode()


@pytest.fixture
def guarded(elasticsearch_url: str, tmp_path: Path) -> Iterator[tuple[Front, str]]:
    """The node behind TLS, for one key and one user; and the file of the CA."""
    tls, ca_file = certified(tmp_path)
    with in_front(elasticsearch_url, tls, {f"ApiKey {KEY}", f"Basic {BASIC}"}) as front:
        yield front, str(ca_file)


def said(url: str, **options: object) -> str:
    """The one line with which a cluster cannot be opened."""
    with pytest.raises(IndexUnavailable) as caught:
        ElasticIndex.open(url, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "s3cret" not in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("way", [{"api_key": KEY}, {"basic_auth": ("éva", "s3cret, too/")}, {"user": "%C3%A9va:s3cret, too%2F@"}])
def test_with_a_key_or_a_password_and_the_ca_it_is_written_and_searched(
    guarded: tuple[Front, str], prefix: str, way: dict[str, object]
) -> None:
    front, ca_file = guarded
    url = front.url.replace("://", f"://{way.pop('user', '')}")
    with ElasticIndex.open(url, prefix, ca_certs=ca_file, **way) as index:  # type: ignore[arg-type]
        index.apply(batch(document()))
        index.refresh()
        assert index.count(Query(EVERYTHING)) == 1
        index.check()


@pytest.mark.parametrize("way", [{}, {"api_key": base64.b64encode(b"id:other s3cret").decode()}, {"basic_auth": ("elastic", "s3cret")}])
def test_who_is_not_accepted_is_told_which_settings_to_set(guarded: tuple[Front, str], way: dict[str, object]) -> None:
    front, ca_file = guarded
    message = said(front.url, ca_certs=ca_file, **way)
    assert f"Elasticsearch at {front.url} refused (401): who asks is not accepted: set elasticsearch.api_key, or" in message
    assert "unable" not in message, "what a server says of a sign-in may repeat it"


def test_a_certificate_of_an_unknown_ca_is_not_trusted_and_the_setting_is_named(guarded: tuple[Front, str]) -> None:
    message = said(guarded[0].url, api_key=KEY)
    assert "its certificate is not trusted: name the file of its CA in elasticsearch.ca_file" in message
    assert guarded[0].asked == [], "nothing is sent to who is not known, no key above all"


@pytest.mark.parametrize(("options", "told"), [({"name": "es.example.org"}, "for another name"), ({"lasted": True}, "out of date")])
def test_a_certificate_that_does_not_fit_is_refused(tmp_path: Path, options: dict[str, object], told: str) -> None:
    tls, ca_file = certified(tmp_path, **options)  # type: ignore[arg-type]
    with in_front("http://127.0.0.1:9", tls) as front:
        assert f"its certificate is {told}" in said(front.url, api_key=KEY, ca_certs=str(ca_file))
        assert front.asked == []


def test_tls_where_there_is_none_and_none_where_there_is_are_told(tmp_path: Path) -> None:
    tls, _ = certified(tmp_path)
    with in_front("http://127.0.0.1:9") as plain, in_front("http://127.0.0.1:9", tls) as front:
        assert "it does not speak TLS" in said(plain.url.replace("http:", "https:"))
        assert "a cluster with TLS is asked by https://" in said(front.url.replace("https:", "http:"))


def test_of_several_hosts_one_that_is_down_is_passed_over(elasticsearch_url: str, prefix: str) -> None:
    with socket.socket() as down:
        down.bind(("127.0.0.1", 0))
        with ElasticIndex.open(f"http://127.0.0.1:{down.getsockname()[1]}, {elasticsearch_url}/", prefix) as index:
            index.apply(batch(document()))
            index.refresh()
            assert index.count(Query(EVERYTHING)) == 1


def test_a_compare_and_set_that_one_host_did_not_take_is_sent_to_another_and_never_twice_to_one_that_did() -> None:
    with socket.socket() as down, in_front("http://127.0.0.1:9") as up:
        down.bind(("127.0.0.1", 0))
        up.instead = 201, {}
        nobody = f"http://127.0.0.1:{down.getsockname()[1]}"
        with Elasticsearch([nobody, up.url], serializer=Verbatim(), randomize_nodes_in_pool=False, dead_node_backoff_factor=0) as client:
            store = Store(client, "the cluster", 5)
            for _ in range(4):
                assert store.put_if_unchanged("i", "a", {}, None)
            assert len(up.asked) == 4
        up.silent = True
        with Elasticsearch(up.url, serializer=Verbatim()) as client:
            with pytest.raises(IndexUnavailable, match="cannot be reached"):
                Store(client, "the cluster", 5).put_if_unchanged("i", "a", {}, None)
            assert len(up.asked) == 5


def test_a_name_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    told = "Elasticsearch at http://es.example.org:9200 cannot be reached: its name is not known (Name or service not known): see index"
    assert told in said("http://user:s3cret@es.example.org:9200")


def test_a_cluster_that_does_not_answer_is_told_with_the_setting() -> None:
    told = r"the cluster did not answer in time: .* or raise elasticsearch\.timeout"
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        Elasticsearch(f"http://127.0.0.1:{deaf.getsockname()[1]}", serializer=Verbatim()) as client,
    ):
        store = Store(client, "the cluster", 0.1)
        with pytest.raises(IndexUnavailable, match=told):
            store.count("i", {"match_all": {}})


def test_what_is_no_address_is_refused_without_its_password() -> None:
    assert said("http://user:s3cret/@@host") == "not the address of an Elasticsearch cluster: http://host"


_OLD = {
    "type": "media_type_header_exception",
    "reason": "Invalid media-type value on headers [Accept]",
    "caused_by": {"type": "status_exception", "reason": "the compatible version must be either 8 or 7"},
}


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, {"error": _OLD}, "speaks another version: Elasticsearch 8 or newer is needed"),
        (406, {"error": "Content-Type header [application/vnd.elasticsearch+json] is not supported"}, "speaks another version"),
        (200, "<html>a page</html>", "is not Elasticsearch 8 or newer: see index"),
        (
            403,
            {"error": {"type": "security_exception", "reason": "no monitor"}},
            "may not do this: give the user or the API key the rights",
        ),
        (502, "<html>bad gateway</html>", "refused (502): what stands before it does not reach it: try again (without a reason)"),
        (413, "too long", "http.max_content_length"),
    ],
)
def test_what_answers_amiss_is_told_with_what_to_do(status: int, body: object, told: str) -> None:
    with in_front("http://127.0.0.1:9") as front:
        front.instead = status, body
        message = said(front.url)
    assert front.url in message
    assert told in message
