"""Downloads: who gets which file, and where it leads."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import orjson
import pytest
from openapi_spec_validator import validate

from api.downloads.signing import Signer, open_signers
from api.downloads.usage import usage
from index.protocol import Index
from mappings.access.asker import ANONYMOUS, OPERATOR, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from tests.api.downloads.world import ITEMS, STORE, UNSIGNED, Refusing, client, path, settings
from tests.support.serving import MEMBER, asking
from tests.upstreams import Upstreams, signing


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


def test_a_page_is_told_the_address_as_a_document_for_it_cannot_read_a_redirection(filled: Index, signers: Mapping[str, Signer]) -> None:
    with client(filled, asking(MEMBER), signers) as api:
        answer = api.get(path("held/1", "src_xs"), params={"f": "json"})
    assert (answer.status_code, answer.json()) == (200, {"href": signing.signed(f"{STORE}/a/XS.tif", 3600)})
    assert answer.headers["cache-control"] == "no-store"


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


def test_the_route_is_described(filled: Index) -> None:
    with client(filled, asking(MEMBER)) as api:
        described = api.get("/api").json()
    validate(described)
    answers = described["paths"]["/collections/{collection_id}/items/{item_id}/assets/{key}/download"]["get"]["responses"]
    assert {"200", "302", "400", "403", "404", "409", "503"} <= set(answers)
