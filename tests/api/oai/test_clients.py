"""Outside harvesters, as they are, page through everything."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree
from oaipmh_scythe import Scythe
from oaipmh_scythe.client import HTTPConfig
from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist, NoRecordsMatch

from api.app import Offer
from api.oai.offer import OaiOffer
from index.sqlite import SqliteIndex
from tests.api.oai.asking import NOW, Repository, repository
from tests.support.schemas import iso_schema
from tests.support.serving import MEMBER, asking

ALL = {f"oai:moisson.invalid:c~i{number}" for number in range(500)}
DELETED = {f"oai:moisson.invalid:c~i{number}" for number in range(0, 500, 50)}
GMD = "{http://www.isotc211.org/2005/gmd}"


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """500 Items, ten of which were deleted."""
    offer = Offer(asking(MEMBER), oai=OaiOffer())
    with SqliteIndex.open(tmp_path_factory.mktemp("big") / "index.sqlite") as index, repository(index, offer) as served:
        served.put(*range(250), availability="held")
        served.put(*range(250, 500), source="dinamis")
        served.remove(*range(0, 500, 50), now=NOW + timedelta(minutes=1))
        yield served


@pytest.mark.parametrize("prefix", ["oai_dc", "iso19139"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sickle_pages_through_all(big: Repository, prefix: str, method: str) -> None:
    client = Sickle(big.url, http_method=method)
    records = list(client.ListRecords(metadataPrefix=prefix))
    assert len(records) == 500
    assert {record.header.identifier for record in records} == ALL
    assert {record.header.identifier for record in records if record.deleted} == DELETED
    assert {header.identifier for header in client.ListIdentifiers(metadataPrefix=prefix, ignore_deleted=True)} == ALL - DELETED
    live = [record.xml.find(f".//{GMD}MD_Metadata") for record in records if not record.deleted]
    if prefix == "iso19139":
        for one in live[::20]:
            iso_schema().assertValid(etree.fromstring(etree.tostring(one)))
    else:
        assert all(record.metadata["rights"] for record in records if not record.deleted)


def test_sickle_asks_every_verb(big: Repository) -> None:
    client = Sickle(big.url)
    assert client.Identify().deletedRecord == "persistent"
    assert {one.metadataPrefix for one in client.ListMetadataFormats()} == {"oai_dc", "iso19139"}
    assert "archive:dinamis" in {one.setSpec for one in client.ListSets()}
    assert len(list(client.ListRecords(metadataPrefix="oai_dc", set="archive:dinamis", ignore_deleted=True))) == 245
    one = client.GetRecord(metadataPrefix="oai_dc", identifier=min(ALL - DELETED))
    assert one.metadata["title"]
    assert client.GetRecord(metadataPrefix="oai_dc", identifier=min(DELETED)).deleted
    with pytest.raises(IdDoesNotExist):
        client.GetRecord(metadataPrefix="oai_dc", identifier="oai:moisson.invalid:c~none")
    with pytest.raises(NoRecordsMatch):
        client.ListRecords(metadataPrefix="oai_dc", **{"from": "2030-01-01"})


@pytest.mark.parametrize("prefix", ["oai_dc", "iso19139"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_scythe_pages_through_all(big: Repository, prefix: str, method: str) -> None:
    with Scythe(big.url, http_config=HTTPConfig(http_method=method)) as client:
        records = list(client.list_records(metadata_prefix=prefix))
        assert {record.header.identifier for record in records} == ALL
        assert {record.header.identifier for record in records if record.deleted} == DELETED
        live = client.list_identifiers(metadata_prefix=prefix, set_="availability:held", ignore_deleted=True)
        assert len(list(live)) == 245


def test_scythe_asks_every_verb(big: Repository) -> None:
    with Scythe(big.url) as client:
        assert client.identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
        assert {one.metadataPrefix for one in client.list_metadata_formats()} == {"oai_dc", "iso19139"}
        assert "availability:held" in {one.setSpec for one in client.list_sets()}
        assert client.get_record(identifier=min(DELETED), metadata_prefix="iso19139").deleted
        newest = list(client.list_records(from_="2026-06-01T12:06:00Z", metadata_prefix="iso19139"))
        assert {record.header.identifier for record in newest} == DELETED
