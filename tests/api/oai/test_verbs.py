"""Every verb and every error of OAI-PMH 2.0, over HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from api.app import Offer
from api.terms import MetadataLicence
from index.protocol import Index
from index.state import Batch
from tests.api.oai.asking import LATER, NOW, OAI, Repository, repository
from tests.support.items import make_document
from tests.support.serving import MEMBER, asking

FIRST = "oai:moisson.example.org:c~i0"
GONE = "oai:moisson.example.org:c~i10"
_NO_TIMES = (
    *("yesterday", "2026", "2026-13-01", "2026-02-30", "2026-01-01T00:00Z"),
    *("2026-01-01T00:00:00", "2026-01-01T00:00:00.5Z", "0000-01-01"),
)
ISO = {"metadataPrefix": "iso19139"}


def test_identify_says_what_the_repository_is(repo: Repository) -> None:
    answer = repo.ask("Identify")
    said = {etree.QName(one).localname: one.text for one in answer.find("Identify")}
    base = str(repo.client.base_url).rstrip("/")
    assert said.pop("description") is None
    assert said == {
        "repositoryName": "Moisson",
        "baseURL": f"{base}/oai",
        "protocolVersion": "2.0",
        "adminEmail": "you@example.org",
        "earliestDatestamp": "2026-06-01T12:00:00Z",
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    assert answer.said("responseDate") == "2026-06-01T13:00:00Z"
    assert (answer.said("request"), answer.given) == (f"{base}/oai", {"verb": "Identify"})
    assert b"<repositoryIdentifier>moisson.example.org</repositoryIdentifier>" in etree.tostring(answer.root)


def test_an_empty_repository_identifies_itself(index: Index) -> None:
    with repository(index) as repo:
        assert repo.ask("Identify").said("Identify/earliestDatestamp") == "2026-06-01T13:00:00Z"
        assert [one.text for one in repo.ask("ListSets").all("setSpec")] == ["archive", "availability"]
        assert repo.ask("ListRecords", metadataPrefix="oai_dc").errors == ("noRecordsMatch",)


def test_formats_are_listed_for_all_and_for_one_record(repo: Repository) -> None:
    for arguments in ({}, {"identifier": FIRST}, {"identifier": GONE}):
        answer = repo.ask("ListMetadataFormats", **arguments)
        assert [one.text for one in answer.all("metadataPrefix")] == ["oai_dc", "iso19139"]
        assert [one.text for one in answer.all("metadataNamespace")] == [
            "http://www.openarchives.org/OAI/2.0/oai_dc/",
            "http://www.isotc211.org/2005/gmd",
        ]


def test_sets_are_those_in_which_something_is_found(repo: Repository) -> None:
    repo.put(20, source="dinamis", availability="held")
    specs = [one.text for one in repo.ask("ListSets").all("setSpec")]
    assert specs == ["archive", "archive:dinamis", "archive:test", "availability", "availability:open", "availability:held"]


@pytest.mark.parametrize("prefix", ["oai_dc", "iso19139"])
def test_a_record_has_header_and_metadata(repo: Repository, prefix: str) -> None:
    answer = repo.ask("GetRecord", identifier=FIRST, metadataPrefix=prefix)
    [header] = answer.headers
    published = (NOW + repo.index.lag).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (header.identifier, header.datestamp, header.deleted) == (FIRST, published, False)
    assert header.sets == ("archive:test", "availability:open")
    [metadata] = answer.find("GetRecord/record/metadata")
    assert etree.QName(metadata).localname == {"oai_dc": "dc", "iso19139": "MD_Metadata"}[prefix]
    assert "licence" in answer.text.lower()


def test_a_deleted_record_has_no_metadata(repo: Repository) -> None:
    answer = repo.ask("GetRecord", identifier=GONE, **ISO)
    assert [(header.identifier, header.deleted) for header in answer.headers] == [(GONE, True)]
    assert answer.find("GetRecord/record/metadata") is None


@pytest.mark.parametrize("name", ["a b/c~d", "é%2F:?&#", "%41", "..", "x" * 200, "\u202e<&>\"'"])
def test_an_id_of_any_kind_is_named_and_found(index: Index, name: str) -> None:
    with repository(index) as repo:
        index.apply(Batch("test", "run", NOW, items=[make_document(name, "c/d ~e")]))
        [header] = repo.ask("ListIdentifiers", **ISO).headers
        answer = repo.ask("GetRecord", identifier=header.identifier, **ISO)
        assert [one.identifier for one in answer.headers] == [header.identifier]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "nonsense"}, "badVerb"),
        ({"verb": "identify"}, "badVerb"),
        ({"verb": ["Identify", "Identify"]}, "badVerb"),
        ({"verb": "Identify", "set": "archive"}, "badArgument"),
        ({"verb": "Identify", "nonsense": "x"}, "badArgument"),
        ({"verb": "GetRecord", "identifier": FIRST}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
        ({"verb": "GetRecord", "metadataPrefix": "marc", "identifier": FIRST}, "cannotDisseminateFormat"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:moisson.example.org:c~none"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:elsewhere.example.org:c~i0"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "i0"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:moisson.example.org:c~%69%30"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "\x00"}, "idDoesNotExist"),
        ({"verb": "ListMetadataFormats", "identifier": "oai:moisson.example.org:c~none"}, "idDoesNotExist"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": ""}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": ["oai_dc", "oai_dc"]}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "resumptionToken": "x"}, "badArgument"),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": "é\x00"}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "ListSets", "set": "archive"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "archive:none"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "none"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "archive:"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "a b"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai dc"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2027-01-01"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-01-02", "until": "2026-01-01"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2026-01-01", "until": "2026-07-01T00:00:00Z"}, "badArgument"),
        *(({"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "from": wrong}, "badArgument") for wrong in _NO_TIMES),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_wrong_is_told_by_its_code(served: Repository, arguments: dict[str, Any], code: str, method: str) -> None:
    answer = served.ask(method=method, **arguments)
    assert answer.errors == (code,)
    assert bool(answer.given) == (code not in ("badVerb", "badArgument"))


def test_a_form_is_asked_as_an_address_is(repo: Repository) -> None:
    for arguments in ({"verb": "Identify"}, {"verb": "ListRecords", "metadataPrefix": "iso19139"}):
        assert repo.ask(method="POST", **arguments).text == repo.ask(**arguments).text


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{}", b"verb=Identify&" * 60])
def test_what_is_no_form_is_no_verb(served: Repository, body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "application/json", ""):
        response = served.client.post("/oai", content=body, headers={"Content-Type": kind})
        assert (response.status_code, 'code="badVerb"' in response.text) == (200, True)


def test_the_licence_of_the_metadata_stands_beside_each_record(index: Index) -> None:
    licence = MetadataLicence("CC-BY-4.0", "CC BY 4.0", "https://example.org/by?a=1&b=2", "DINAMIS")
    with repository(index, Offer(asking(MEMBER), oai=OAI, metadata_licence=licence)) as repo:
        repo.put(1)
        answer = repo.ask("ListRecords", **ISO)
        [reference] = answer.root.iter("{http://www.openarchives.org/OAI/2.0/rights/}rightsReference")
        assert reference.get("ref") == licence.href
        assert "Attribution: DINAMIS" in answer.text


def test_an_answer_tells_a_harvester_when_it_was_made(repo: Repository) -> None:
    repo.now = NOW + LATER + timedelta(days=1)
    assert repo.ask("ListRecords", **ISO).said("responseDate") == "2026-06-02T13:00:00Z"


def test_a_namespace_is_a_domain_name() -> None:
    for wrong in ("", "localhost", "1.example.org", "a b.c", "é.fr"):
        with pytest.raises(ValueError, match="domain name"):
            replace(OAI, namespace=wrong)
