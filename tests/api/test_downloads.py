"""Downloads: who gets which file, where it leads, what is written down, and what is never."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson
import pytest
import structlog
from openapi_spec_validator import validate

from api.access import Access
from api.app import Offer
from api.downloads.signing import Signer, SignerSettings, SignerUnavailable, SignUrls, open_signers
from api.downloads.usage import Usage, usage
from index.protocol import Index, IndexUnavailable
from index.sqlite import SqliteIndex
from mappings.access.asker import ANONYMOUS, OPERATOR, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from moisson.logs import set_up_logs
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import MEMBER, asking, serving
from tests.upstreams import Rule, Upstreams, World, signing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STORE = "https://s3-data.meso.umontpellier.fr/sm1-gdc"
UNSIGNED = Asker(UserClass.SCIENTIST, organisation="labo")
ITEMS: dict[str, tuple[str, str, str | None, dict[str, Any]]] = {
    "held/1": (
        "dinamis-spot67",
        "held",
        None,
        {
            "src_xs": {"href": f"{STORE}/a/XS.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "elsewhere": {"href": "https://elsewhere.example.org/XS.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "account": {"href": "https://ids.example.org/XS.zip", "roles": ["data"], "auth:refs": ["dinamis"]},
            "bare": {"href": f"{STORE}/a/bare.tif"},
            "preview": {"href": f"{STORE}/a/preview.png", "roles": ["overview"], "auth:refs": ["mtd"]},
            "both": {"href": f"{STORE}/a/both.tif", "roles": ["overview", "data"], "auth:refs": ["mtd"]},
            "a/b c%2F": {"href": f"{STORE}/a/é.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "odd": {"href": f"{STORE}/a/odd.tif", "roles": 3, "auth:refs": [["mtd"], 4, "mtd"]},
        },
    ),
    "open": (
        "sentinel-2-l1c",
        "open",
        None,
        {
            "product": {"href": "https://geodes.cnes.fr/p.zip?x=1", "roles": ["data"], "auth:refs": ["geodes-key"]},
            "stored": {"href": f"{STORE}/open.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "quicklook": {"href": "https://geodes.cnes.fr/q.jpg", "roles": ["overview"]},
        },
    ),
    "sold": ("airbus-spot", "orderable", None, {"thumbnail": {"href": "https://oneatlas.example.org/t.jpg", "roles": ["thumbnail"]}}),
    "odd": ("seas-phr", "unknown", None, {"data": {"href": "https://seas.example.org/p.zip", "roles": ["data"]}}),
}


def items() -> list[Any]:
    found = []
    for name, (collection, availability, licence, assets) in ITEMS.items():
        source = {"held/1": "dinamis", "open": "peps"}.get(name, "test")
        found.append({**make_item(name, collection, availability=availability, licence=licence, source=source), "assets": assets})
    return [document(item) for item in found]


def fill(index: Index, *more: Any) -> Index:
    index.apply(batch(items=[*items(), *more]))
    index.refresh()
    return index


@pytest.fixture
def filled(tmp_path: Any) -> Iterator[Index]:
    with SqliteIndex.open(tmp_path / "index.sqlite") as opened:
        yield fill(opened)


@pytest.fixture(scope="module")
def up() -> Iterator[Upstreams]:
    with Upstreams(World(0)) as opened:
        yield opened


def settings(url: str, **changes: Any) -> SignerSettings:
    given = {"hosts": ("meso.umontpellier.fr",), "access_key": signing.ACCESS_KEY, "secret_key": signing.SECRET_KEY}
    return SignerSettings(url, **{**given, **changes})


@pytest.fixture
def signers(up: Upstreams) -> Iterator[Mapping[str, Signer]]:
    up.log.clear()
    with open_signers({"mtd": settings(up.signing)}) as opened:
        yield opened


@contextmanager
def client(index: Index, access: Access, signers: Mapping[str, Signer] | None = None) -> Iterator[httpx.Client]:
    offer = Offer(access, signers=signers or {}, now=lambda: NOW)
    with serving(index, offer=offer) as place, httpx.Client(base_url=place) as opened:
        yield opened


def path(item: str, key: str) -> str:
    return f"/collections/{ITEMS[item][0]}/items/{quote(item, safe='')}/assets/{quote(key, safe='')}/download"


class Refusing:
    """A signer that is down, and one that would sign anything; it remembers what it was shown."""

    def __init__(self, signed: str | None = None) -> None:
        self.shown: list[str] = []
        self._signed = signed

    def signs(self, href: str) -> bool:
        return True

    def sign(self, href: str) -> str:
        self.shown.append(href)
        if self._signed is None:
            raise SignerUnavailable("status 500", 17)
        return self._signed


# --- who gets what ---------------------------------------------------------------------------------------------------------------


def test_a_member_who_signed_is_led_to_an_address_signed_at_that_moment(
    filled: Index, signers: Mapping[str, Signer], up: Upstreams
) -> None:
    with client(filled, asking(MEMBER), signers) as api:
        answer = api.get(path("held/1", "src_xs"))
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["location"] == signing.signed(f"{STORE}/a/XS.tif", 3600)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    (asked,) = up.log
    assert orjson.loads(asked.body) == {"urls": [f"{STORE}/a/XS.tif"], "duration_seconds": 3600}


@pytest.mark.parametrize(
    ("item", "key", "location"),
    [
        ("held/1", "elsewhere", "https://elsewhere.example.org/XS.tif"),
        ("held/1", "account", "https://ids.example.org/XS.zip"),
        ("held/1", "bare", f"{STORE}/a/bare.tif"),
        ("open", "product", "https://geodes.cnes.fr/p.zip?x=1"),
        ("open", "stored", f"{STORE}/open.tif"),
        ("open", "quicklook", "https://geodes.cnes.fr/q.jpg"),
    ],
)
def test_what_no_signer_is_for_leads_to_the_archive_itself(filled: Index, item: str, key: str, location: str, up: Upstreams) -> None:
    with open_signers({"mtd": settings(up.signing)}) as signers, client(filled, asking(MEMBER), signers) as api:
        up.log.clear()
        answer = api.get(path(item, key))
    assert (answer.status_code, answer.headers["location"]) == (302, location)
    assert up.log == []


def test_without_a_signer_a_closed_store_s_own_address_is_given(filled: Index) -> None:
    with client(filled, asking(MEMBER)) as api:
        assert api.get(path("held/1", "src_xs")).headers["location"] == f"{STORE}/a/XS.tif"


@pytest.mark.parametrize("key", ["a/b c%2F", "odd", "both", "preview"])
def test_keys_of_any_kind_are_found_and_signed(filled: Index, signers: Mapping[str, Signer], key: str) -> None:
    with client(filled, asking(MEMBER), signers) as api:
        answer = api.get(path("held/1", key))
    assert answer.status_code == 302
    signed = urlsplit(answer.headers["location"])
    assert signed.path == quote(urlsplit(ITEMS["held/1"][3][key]["href"]).path)
    assert "X-Amz-Signature=" in signed.query


@pytest.mark.parametrize(
    ("asker", "item", "key", "code"),
    [
        (UNSIGNED, "held/1", "src_xs", "licence-not-signed"),
        (UNSIGNED, "held/1", "both", "licence-not-signed"),
        (OPERATOR, "held/1", "src_xs", "download-on-request"),
        (Asker(UserClass.FOREIGN_SCIENTIST), "held/1", "src_xs", "download-on-request"),
        (Asker(UserClass.EUROPEAN_LABORATORY, signed=MEMBER.signed), "held/1", "src_xs", "download-not-allowed"),
        (MEMBER, "odd", "data", "download-on-request"),
        (MEMBER, "sold", "thumbnail", "view-not-allowed"),
        (ANONYMOUS, "sold", "thumbnail", "view-not-allowed"),
    ],
)
def test_a_refusal_says_why_in_both_languages_and_leads_to_the_licence(filled: Index, asker: Asker, item: str, key: str, code: str) -> None:
    signer = Refusing("https://example.org/never")
    with client(filled, asking(asker), {"mtd": signer}) as api:
        answer = api.get(path(item, key))
        said = answer.json()
        assert (answer.status_code, said["code"]) == (403, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "location" not in answer.headers
        decision = Policy().decide(asker, ITEMS[item][1], said["licence"])
        assert said["reason"] == {"fr": decision.reason_fr, "en": decision.reason_en}
        assert (said["download"], said["view"]) == (decision.download, decision.view)
        assert decision.reason_fr in said["detail"]
        assert decision.reason_en in said["detail"]
        (link,) = said["links"]
        assert api.get(link["href"]).json()["id"] == said["licence"]
    assert signer.shown == []
    assert usage(filled) == []


def test_a_preview_is_for_whoever_may_view_and_the_image_is_not(filled: Index, signers: Mapping[str, Signer]) -> None:
    with client(filled, asking(UNSIGNED), signers) as api:
        assert api.get(path("held/1", "preview")).status_code == 302
        assert api.get(path("held/1", "src_xs")).status_code == 403
    assert usage(filled) == []


def test_signing_in_is_offered_where_it_could_help_and_only_there(filled: Index) -> None:
    everyone = Policy(sources={"dinamis": Reach.EVERYONE, "test": Reach.EVERYONE})
    with client(filled, asking(ANONYMOUS, everyone)) as api:
        held, odd, sold = (api.get(path(*one)) for one in (("held/1", "src_xs"), ("odd", "data"), ("sold", "thumbnail")))
    assert [one.status_code for one in (held, odd, sold)] == [403, 403, 403]
    assert held.headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in odd.headers
    assert "www-authenticate" not in sold.headers
    lapsed = Asker(UserClass.ANONYMOUS, organisation="labo", note_fr="Adhésion échue", note_en="Adhesion lapsed")
    for asker in (UNSIGNED, lapsed, Asker(person="somebody")):
        with client(filled, asking(asker, everyone)) as api:
            answer = api.get(path("held/1", "src_xs"))
            assert answer.status_code == 403
            assert "www-authenticate" not in answer.headers
            assert answer.json().get("note") == ({"fr": "Adhésion échue", "en": "Adhesion lapsed"} if asker is lapsed else None)


def test_where_everything_is_for_members_nobody_else_is_led_anywhere(filled: Index) -> None:
    with client(filled, asking(ANONYMOUS, Policy(sign_in=True))) as api:
        assert api.get(path("open", "product")).status_code == 401
        assert api.get("/collections/c/items/nope/assets/x/download").status_code == 401


# --- what is not there -----------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("query", ["url=https://evil.example.org", "redirect=x", "token=a", "f=json"])
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


# --- signers ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "retry_after"),
    [
        (Rule("sign_urls", "status", value=500), "30"),
        (Rule("sign_urls", "status", value=503, retry_after=7), "7"),
        (Rule("sign_urls", "status", value=429, retry_after=999_999), "3600"),
        (Rule("sign_urls", "html"), "30"),
        (Rule("sign_urls", "reset"), "30"),
        (Rule("sign_urls", "endless"), "30"),
        (Rule("sign_urls", "invalid"), "30"),
        (Rule("sign_urls", "slow", value=2), "30"),
        (Rule("sign_urls", "drip", value=0.2), "30"),
    ],
)
def test_a_signer_that_does_not_answer_rightly_is_a_503_with_retry_after(filled: Index, rule: Rule, retry_after: str) -> None:
    with (
        Upstreams(World(0), [rule]) as up,
        open_signers({"mtd": settings(up.signing, timeout=0.5)}) as signers,
        client(filled, asking(MEMBER), signers) as api,
    ):
        answer = api.get(path("held/1", "src_xs"))
    assert (answer.status_code, answer.json()["code"]) == (503, "signer-unavailable")
    assert answer.headers["retry-after"] == retry_after
    assert "location" not in answer.headers
    assert usage(filled) == []


def test_wrong_keys_are_a_503_and_are_in_no_log(filled: Index, up: Upstreams, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with open_signers({"mtd": settings(up.signing, secret_key="wrong-key")}) as signers, client(filled, asking(MEMBER), signers) as api:
        assert api.get(path("held/1", "src_xs")).status_code == 503
    assert "dinamis: nothing signed: status 401" in caplog.text
    assert "wrong-key" not in caplog.text
    assert "wrong-key" not in repr(settings(up.signing, secret_key="wrong-key"))


def test_a_signer_that_nobody_runs_is_a_503(filled: Index) -> None:
    with open_signers({"mtd": settings("http://127.0.0.1:9/sign_urls")}) as signers, client(filled, asking(MEMBER), signers) as api:
        assert api.get(path("held/1", "src_xs")).status_code == 503


@pytest.mark.parametrize(
    "signed",
    [
        "https://evil.example.org/sm1-gdc/a/XS.tif?X-Amz-Signature=1",
        "http://s3-data.meso.umontpellier.fr/sm1-gdc/a/XS.tif?X-Amz-Signature=1",
        "https://s3-data.meso.umontpellier.fr:8443/sm1-gdc/a/XS.tif",
        "https://s3-data.meso.umontpellier.fr@evil.example.org/sm1-gdc/a/XS.tif",
        "https://evil.example.org\\@s3-data.meso.umontpellier.fr/sm1-gdc/a/XS.tif",
        f"{STORE}/a/OTHER.tif?X-Amz-Signature=1",
        f"{STORE}/a%2FXS.tif?X-Amz-Signature=1",
        f"{STORE}/a/XS.tif#here",
        f"{STORE}/a/XS.tif?\r\nSet-Cookie: a=b",
        f"{STORE}/a/XS.tif?é",
        f"{STORE}/a/XS.tif?{'x' * 9000}",
        "https://[",
        "",
        None,
        3,
        {"href": STORE},
    ],
)
def test_a_signer_cannot_lead_anywhere_else(signed: Any, respx_mock: Any) -> None:
    url, href = "https://signing.example.org/sign_urls", f"{STORE}/a/XS.tif"
    respx_mock.post(url).respond(json={"expiry": "x", "hrefs": {href: signed}})
    with httpx.Client() as http, pytest.raises(SignerUnavailable):
        SignUrls(settings(url), http).sign(href)


@pytest.mark.parametrize("answer", [{"hrefs": {f"{STORE}/other": f"{STORE}/other?s=1"}}, {"hrefs": []}, {}, [], "x"])
def test_an_answer_without_the_address_is_no_signature(answer: Any, respx_mock: Any) -> None:
    url = "https://signing.example.org/sign_urls"
    respx_mock.post(url).respond(json=answer)
    with httpx.Client() as http, pytest.raises(SignerUnavailable, match="without the address"):
        SignUrls(settings(url), http).sign(f"{STORE}/a/XS.tif")


def test_one_exchange_with_the_service(respx_mock: Any) -> None:
    url, href = "https://signing.example.org/sign_urls", f"{STORE}/a/XS.tif"
    route = respx_mock.post(
        url,
        json={"urls": [href], "duration_seconds": 600},
        headers={"access-key": signing.ACCESS_KEY, "secret-key": signing.SECRET_KEY, "accept-encoding": "identity"},
    ).respond(json={"expiry": "2026-11-20T12:10:00Z", "hrefs": {href: f"{href}?X-Amz-Signature=1"}})
    with httpx.Client() as http:
        assert SignUrls(settings(url, lasting=600), http).sign(href) == f"{href}?X-Amz-Signature=1"
    assert route.call_count == 1


def test_keys_follow_no_redirection(respx_mock: Any) -> None:
    url = "https://signing.example.org/sign_urls"
    respx_mock.post(url).respond(307, headers={"location": "https://evil.example.org/"})
    with open_signers({"mtd": settings(url)}) as signers, pytest.raises(SignerUnavailable, match="307"):
        signers["mtd"].sign(f"{STORE}/a/XS.tif")


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example.org/meso.umontpellier.fr",
        "https://evilmeso.umontpellier.fr/x",
        "https://meso.umontpellier.fr.evil.example.org/x",
        "https://evil.example.org#.meso.umontpellier.fr",
        "https://user@meso.umontpellier.fr/x",
        "https://meso.umontpellier.fr:8443/x",
        "http://meso.umontpellier.fr/x",
        "s3://meso.umontpellier.fr/x",
        "https://[meso.umontpellier.fr",
        "",
    ],
)
def test_addresses_of_other_hosts_are_never_shown_to_a_signer(href: str) -> None:
    with httpx.Client() as http:
        signer = SignUrls(settings("https://signing.example.org/sign_urls"), http)
        assert not signer.signs(href)
        with pytest.raises(SignerUnavailable):
            signer.sign(href)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"url": "http://signing.example.org/sign_urls"}, "url"),
        ({"url": "https://a:b@signing.example.org/"}, "url"),
        ({"url": "sign_urls"}, "url"),
        ({"hosts": ()}, "hosts"),
        ({"hosts": ("",)}, "hosts"),
        ({"hosts": (".fr",)}, "hosts"),
        ({"access_key": ""}, "access_key"),
        ({"secret_key": "a\nb"}, "secret_key"),
        ({"timeout": 0}, "timeout"),
        ({"lasting": 0}, "lasting"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], named: str) -> None:
    given = {"url": "https://signing.example.org/sign_urls", **changes}
    with pytest.raises(ValueError, match=named):
        settings(given.pop("url"), **given)


# --- what is written down --------------------------------------------------------------------------------------------------------


def test_one_audit_line_says_who_had_what_and_no_address(filled: Index, signers: Mapping[str, Signer], capsys: Any) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up_logs(as_json=True)
        with client(filled, asking(Asker(**{**MEMBER.__dict__, "person": "Zoé\nforged=1"})), signers) as api:
            api.get(path("held/1", "src_xs"))
            api.get(path("held/1", "preview"))
            api.get(path("held/1", "nope"))
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    told = orjson.loads(line)
    assert told.pop("timestamp")
    assert told == {
        "event": "download",
        "logger": "moisson.audit",
        "level": "info",
        "at": "2026-11-20T12:00:00Z",
        "organisation": "commune",
        "person": "Zoé\nforged=1",
        "collection": "dinamis-spot67",
        "item": "held/1",
        "asset": "src_xs",
        "archive": "dinamis",
        "licence": "dinamis-spot67",
    }
    assert structlog.contextvars.get_contextvars() == {}


def test_a_signed_address_is_neither_logged_nor_stored(filled: Index, signers: Mapping[str, Signer], caplog: Any, tmp_path: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with client(filled, asking(MEMBER), signers) as api:
        location = api.get(path("held/1", "src_xs")).headers["location"]
    signature = location.rpartition("=")[2]
    # What this test's own client logs of the answer it got is not the server's.
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpcore", "httpx"))]
    assert ours
    assert not [line for line in ours if signature in line]
    assert all(signature.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_downloads_are_counted_by_month_organisation_and_archive(index: Index) -> None:
    fill(index)
    with client(index, asking(MEMBER)) as api:
        for _ in range(3):
            assert api.get(path("held/1", "src_xs")).status_code == 302
        api.get(path("open", "product"))
        api.get(path("open", "quicklook"))
    with client(index, asking(ANONYMOUS)) as api:
        api.get(path("open", "product"))
    assert usage(index) == [
        Usage("2026-11", "-", "peps", 1),
        Usage("2026-11", "commune", "dinamis", 3),
        Usage("2026-11", "commune", "peps", 1),
    ]


def test_head_leads_to_the_same_place_and_counts_nothing(filled: Index, signers: Mapping[str, Signer], caplog: Any) -> None:
    caplog.set_level(logging.INFO, "moisson.audit")
    with client(filled, asking(MEMBER), signers) as api:
        answer = api.head(path("held/1", "src_xs"))
        assert api.head(path("odd", "data")).status_code == 403
    assert (answer.status_code, answer.headers["location"]) == (302, signing.signed(f"{STORE}/a/XS.tif", 3600))
    assert [one.getMessage() for one in caplog.records if one.name == "moisson.audit"] == ["download asked for by HEAD"]
    assert usage(filled) == []


class Contested:
    """A store in which somebody else is quicker, or that takes no notes."""

    def __init__(self, index: Index, lost: int | None) -> None:
        self._index, self._lost = index, lost
        self.tries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def write_note(self, *arguments: Any) -> bool:
        self.tries += 1
        if self._lost is None:
            raise IndexUnavailable("read-only")
        return self.tries > self._lost and self._index.write_note(*arguments)


@pytest.mark.parametrize(("lost", "counted"), [(0, 1), (3, 1), (1000, 0), (None, 0)])
def test_a_lost_race_never_makes_a_download_fail(filled: Index, lost: int | None, counted: int, caplog: Any) -> None:
    contested: Any = Contested(filled, lost)
    with client(contested, asking(MEMBER)) as api:
        assert api.get(path("open", "product")).status_code == 302
    assert sum(one.downloads for one in usage(filled)) == counted
    assert contested.tries <= 8
    assert ("is not counted" in caplog.text) is (counted == 0)


def test_the_route_is_described(filled: Index) -> None:
    with client(filled, asking(MEMBER)) as api:
        described = api.get("/api").json()
    validate(described)
    answers = described["paths"]["/collections/{collection_id}/items/{item_id}/assets/{key}/download"]["get"]["responses"]
    assert {"302", "400", "403", "404", "409", "503"} <= set(answers)
    assert "200" not in answers
