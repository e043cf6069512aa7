"""Signers: what they are shown, what they may answer, and what happens when they do not."""

import logging
from typing import Any

import httpx
import pytest

from api.downloads.signing import SignerUnavailable, SignUrls, open_signers
from api.downloads.usage import usage
from index.protocol import Index
from tests.api.downloads.world import STORE, client, path, settings
from tests.support.serving import MEMBER, asking
from tests.upstreams import Rule, Upstreams, World, signing


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
