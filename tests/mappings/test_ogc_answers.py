"""Answers of catalogues taken apart: counts, tokens, identities, what is refused, what is broken, what is deleted."""

import pytest

from mappings.ogc.answers import MAX_RECORD, OgcAnswer, Refused, parse_answer
from mappings.ogc.identity import apart, native_id
from mappings.partners import SEAS
from mappings.record import NotAnAnswer
from mappings.times import format_time
from mappings.xml import parse_xml
from tests.mappings.ogc_records import csw, eop, iso, oai
from tests.support.shared import shared


def answer(body: bytes) -> OgcAnswer:
    return parse_answer(parse_xml(body), "seas")


def oai_record(identifier: str, metadata: bytes = b"", *, status: str = "", stamp: str = "2021-03-04T05:06:07Z") -> str:
    said = f' status="{status}"' if status else ""
    inside = f"<metadata>{metadata.decode()}</metadata>" if metadata else ""
    return f"<record><header{said}><identifier>{identifier}</identifier><datestamp>{stamp}</datestamp></header>{inside}</record>"


def test_a_page_of_md_and_mi_records_gives_both_in_their_order() -> None:
    found = answer(shared("samples/ogc/live/getrecords_gmd_full_mixed_MD_MI_page.xml").read_bytes())
    assert (found.kind, found.matched, found.returned, found.next_position, found.nodes) == ("csw", 23, 5, 21, 5)
    assert [record.native_id for record in found.answer.records] == [
        "de53e931-778a-4792-94ad-9fe507aca483",
        "ee965118-2416-4d48-b07e-bbc696f002c2",
        "fr-120066022-jdd-763296bf-fc8d-46a2-ab4f-e2d607adf4fa",
        "https://ioos.noaa.gov/stations/BRJASL",
        "ie.marine.data:dataset.1135",
    ]


def test_past_the_end_there_are_no_nodes_whatever_the_next_record_says() -> None:
    found = answer(shared("samples/ogc/live/getrecords_startposition_beyond_end_nextrecord1.xml").read_bytes())
    assert (found.matched, found.returned, found.next_position, found.nodes) == (23, 0, 1, 0)


def test_the_numbers_of_a_feed_and_its_next_page_are_as_the_server_said() -> None:
    found = answer(shared("samples/ogc/opensearch/atom_fedeo_terrasarx_ssc_terradue.atom").read_bytes())
    assert (found.kind, found.matched, found.returned, found.nodes) == ("atom", 461, 10, 10)
    assert found.next_url is not None
    assert found.next_url.endswith("&startRecord=11")


def test_the_time_of_the_answer_in_each_entry_changes_no_record() -> None:
    body = shared("samples/ogc/opensearch/atom_fedeo_terrasarx_ssc_terradue.atom").read_bytes()
    later = body.replace(b"2017-03-15T09:23:52Z", b"2017-03-16T10:00:00Z")
    assert later != body
    assert answer(later).answer == answer(body).answer


@pytest.mark.parametrize(
    "namespace", ["http://www.opengis.net/ows", "http://www.opengis.net/ows/1.1", "http://www.opengis.net/ows/2.0", "urn:x"]
)
def test_an_exception_in_any_namespace_is_refused_with_its_code(namespace: str) -> None:
    body = (
        f'<o:ExceptionReport xmlns:o="{namespace}"><o:Exception exceptionCode="InvalidParameterValue" locator="startposition">'
        "<o:ExceptionText>beyond the Result window</o:ExceptionText></o:Exception></o:ExceptionReport>"
    )
    with pytest.raises(Refused) as refused:
        answer(body.encode())
    assert refused.value.code == "InvalidParameterValue"
    assert refused.value.message == "beyond the Result window (startposition)"


def test_a_soap_fault_is_refused_and_a_soap_answer_is_read() -> None:
    envelope = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
    fault = "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>no</s:Text></s:Reason></s:Fault>"
    with pytest.raises(Refused, match="s:Receiver"):
        answer(envelope.format(fault).encode())
    assert answer(envelope.format(csw(iso()).decode()).encode()).nodes == 1


def test_an_oai_error_is_refused_and_no_records_is_an_empty_answer() -> None:
    error = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{}">said</error></OAI-PMH>'
    with pytest.raises(Refused, match="badResumptionToken: said"):
        answer(error.format("badResumptionToken").encode())
    found = answer(error.format("noRecordsMatch").encode())
    assert (found.answer.records, found.token, found.nodes) == ((), None, 0)


@pytest.mark.parametrize(("token", "expected"), [("abc", "abc"), ("", None), (None, None)])
def test_an_empty_resumption_token_is_none(token: str | None, expected: str | None) -> None:
    found = answer(oai(oai_record("a-record-id", iso()), token=token))
    assert found.token == expected
    assert found.matched == (None if token is None else 7)


def test_a_deleted_header_has_the_name_of_the_record_that_was_live() -> None:
    for identifier in ("de53e931-778a-4792-94ad-9fe507aca483", "oai:sextant.example.org:de53e931-778a-4792-94ad-9fe507aca483"):
        (live,) = answer(oai(oai_record(identifier, iso(identifier="de53e931-778a-4792-94ad-9fe507aca483")))).answer.records
        (gone,) = answer(oai(oai_record(identifier, status="deleted", stamp="2022-01-01"))).answer.records
        assert gone.deleted
        assert gone.native_id == live.native_id
        assert gone.updated is not None
        assert format_time(gone.updated) == "2022-01-01T00:00:00Z"
        assert SEAS.to_item(live)["id"] == "seas-de53e931-778a-4792-94ad-9fe507aca483"


def test_two_repositories_may_number_their_records_alike() -> None:
    first, second = answer(oai(oai_record("oai:a:12", iso(identifier="12")), oai_record("oai:b:12", iso(identifier="12")))).answer.records
    assert SEAS.to_item(first)["id"] != SEAS.to_item(second)["id"]


def test_the_time_of_an_oai_record_is_its_header_s_which_windows_go_by() -> None:
    (record,) = answer(oai(oai_record("a-record-id", iso()))).answer.records
    assert record.updated is not None
    assert format_time(record.updated) == "2021-03-04T05:06:07Z"


def test_identifiers_that_are_listed_without_records_are_given_apart() -> None:
    headers = (
        "<header><identifier>a</identifier><datestamp>2021-01-01</datestamp></header>",
        '<header status="deleted"><identifier>b</identifier><datestamp>2021-01-01</datestamp></header>',
        "<header><identifier/></header>",
    )
    found = answer(oai(*headers, verb="ListIdentifiers"))
    assert found.listed == ("a",)
    assert [record.native_id for record in found.answer.records if record.deleted] == ["b"]
    assert [broken.field for broken in found.answer.broken] == ["header.identifier"]
    assert found.nodes == 3


def test_a_record_that_is_not_read_is_broken_under_its_own_name() -> None:
    dublin = b'<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>x1</dc:identifier></csw:Record>'
    nameless = iso(identifier="")
    found = answer(csw(dublin, b"<what/>", nameless, iso()))
    assert found.nodes == 4
    assert found.answer.broken[0].native_id == "x1"
    assert "outputSchema http://www.isotc211.org/2005/gmd" in found.answer.broken[0].reason
    assert [broken.field for broken in found.answer.broken] == ["outputSchema", "record", "fileIdentifier"]
    assert len(found.answer.records) == 1


def test_a_record_beyond_all_measure_is_broken() -> None:
    found = answer(csw(iso(title="x" * MAX_RECORD)))
    assert found.answer.records == ()
    assert "more than 5000000" in found.answer.broken[0].reason
    assert len(found.answer.broken[0].raw) <= 100_000


def test_two_records_with_one_identifier_both_survive_whatever_their_order() -> None:
    folder = shared("samples/ogc/iso")
    bodies = [(folder / f"mi_duplicate_fileid_AVHRR_{year}.xml").read_bytes().partition(b"?>")[2] for year in (2011, 2012)]
    found, turned = answer(csw(*bodies)), answer(csw(*reversed(bodies)))
    names = sorted(record.native_id for record in found.answer.records)
    assert len(set(names)) == 2
    assert names[0] == "org.maracoos:avhrr.sst"
    assert names[1].startswith("org.maracoos:avhrr.sst~")
    assert found.shared == turned.shared == ("org.maracoos:avhrr.sst",)
    assert set(found.answer.records) == set(turned.answer.records)
    assert len({SEAS.to_item(record)["id"] for record in found.answer.records}) == 2


def test_the_same_record_twice_stays_under_one_name() -> None:
    found = answer(csw(iso(), iso()))
    assert [record.native_id for record in found.answer.records] == ["granule-0001", "granule-0001"]
    assert found.shared == ()
    assert apart(found.answer.records[0]) == apart(found.answer.records[1])


def test_a_record_has_the_same_bytes_alone_and_in_an_answer() -> None:
    (alone,) = answer(iso()).answer.records
    (among,) = answer(csw(iso(), matched=1)).answer.records
    assert alone == among
    assert native_id(parse_xml(alone.raw)) == "granule-0001"


def test_passwords_and_tokens_of_addresses_are_not_kept() -> None:
    secret = (
        "<gmd:dataSetURI><gco:CharacterString>ftp://someone:hush@ftp.example.org/a</gco:CharacterString></gmd:dataSetURI>"
        "<gmd:dataSetURI><gco:CharacterString>https://example.org/a?id=7&amp;token=abc123&amp;x=1</gco:CharacterString></gmd:dataSetURI>"
        "<gmd:dataSetURI><gco:CharacterString>Mot de passe : sesame77</gco:CharacterString></gmd:dataSetURI>"
    )
    (record,) = answer(iso(more=secret)).answer.records
    for word in (b"hush", b"someone", b"abc123", b"sesame77"):
        assert word not in record.raw
    assert b"https://example.org/a?id=7&amp;&amp;x=1" in record.raw


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("<gco:Date>2021-01-02</gco:Date>", "2021-01-02T00:00:00Z"),
        ("<gco:DateTime>2021-01-02T03:04:05</gco:DateTime>", "2021-01-02T03:04:05Z"),
        ("<gco:DateTime>2021-01-02T03:04:05.1234567+02:00</gco:DateTime>", "2021-01-02T01:04:05.123456Z"),
    ],
)
def test_a_date_stamp_is_read_in_utc(stamp: str, expected: str) -> None:
    (record,) = answer(iso(stamp=stamp)).answer.records
    assert record.updated is not None
    assert format_time(record.updated) == expected


def test_records_in_somebody_s_own_envelope_are_found_but_not_twice() -> None:
    body = b"<list><a>" + iso() + b"</a>" + eop() + b"</list>"
    found = answer(body)
    assert (found.kind, found.nodes) == ("list", 2)


@pytest.mark.parametrize("root", ["gmi:MI_Metadata", "gmie:MI_Metadata", "gmd:MD_Metadata"])
def test_metadata_of_any_profile_is_told_by_its_local_name(root: str) -> None:
    assert answer(iso(root=root)).answer.records[0].native_id == "granule-0001"


def test_html_and_documents_without_records_are_no_answers() -> None:
    for body in (b"<html><head><title>Down</title></head></html>", b"<foo/>", b"<csw:Acknowledgement xmlns:csw='urn:c'/>"):
        with pytest.raises(NotAnAnswer, match=r"HTML|no record|acknowledgement"):
            SEAS.read(body)


def test_a_tombstone_in_a_feed_is_a_deletion() -> None:
    notice = b'<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="x" when="2021-01-01T00:00:00Z"/>'
    body = b'<feed xmlns="http://www.w3.org/2005/Atom">' + notice + b"</feed>"
    (record,) = answer(body).answer.records
    assert (record.native_id, record.deleted) == ("x", True)


def test_of_several_services_and_data_the_data_are_read() -> None:
    service = b"<gmd:identificationInfo><srv:SV_ServiceIdentification xmlns:srv='urn:s'/></gmd:identificationInfo><gmd:identificationInfo>"
    body = iso().replace(b"<gmd:identificationInfo>", service, 1)
    (record,) = answer(body).answer.records
    assert SEAS.to_item(record)["geometry"]["type"] == "Polygon"
