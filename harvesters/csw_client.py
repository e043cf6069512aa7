"""The requests of a CSW source, over our own HTTP."""

import logging
from datetime import datetime
from typing import Any, Protocol

from harvesters.csw_requests import GMD, ElementSet, Search, by_id_document, by_id_parameters
from harvesters.csw_service import read_service
from harvesters.errors import StopSource
from harvesters.http import Fetcher
from harvesters.ogc_client import ask
from harvesters.partner_pages import origin, with_query
from harvesters.response import place
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.record import Record
from mappings.times import usable_time

LOGGER = logging.getLogger(__name__)
# How servers say that they have no such record, those that do not simply answer with none.
_NOT_FOUND = frozenset(("InvalidParameterValue", "NotFound", "RecordNotFound"))


class Address(Protocol):
    """What is asked, and how."""

    @property
    def url(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def output_schema(self) -> str: ...


class CswClient:
    """Asks the configured address, never one that an answer names. `answered` is the catalogue's own time of the first answer since it
    was set to None."""

    def __init__(self, source: str, fetcher: Fetcher, address: Address) -> None:
        self.answered: datetime | None = None
        self._source = source
        self._fetcher = fetcher
        self._address = address

    def get_records(self, search: Search, position: int, size: int, elements: ElementSet, *, hits: bool = False) -> OgcAnswer:
        """A page, or with `hits` only the number. Raises Refused, HarvestError."""
        if self._address.method == "POST":
            answer, root = self._post(search.document(position, size, elements, hits=hits))
        else:
            answer, root = self._get(search.parameters(position, size, elements, hits=hits))
        if self.answered is None:
            status = root.find("{*}SearchStatus")
            self.answered = usable_time(status.get("timestamp")) if status is not None else None
        return answer

    def record(self, identifier: str) -> Record | None:
        """One record in full, None when there is none. Raises Refused, HarvestError."""
        return next((one for one in self._by_id(identifier, "full").answer.records if one.native_id == identifier), None)

    def holds(self, identifier: str) -> bool:
        """Whether the catalogue has such a record; what cannot be asked or told counts as held. Raises HarvestError."""
        if self._address.method == "GET" and "," in identifier:
            # It would be read as two identifiers.
            return True
        try:
            return self._by_id(identifier, "brief").nodes > 0
        except Refused as error:
            return error.code not in _NOT_FOUND

    def describe(self) -> None:
        """Logs what the capabilities say that is worth knowing; nothing depends on them."""
        url = self._address.url
        try:
            _, root = self._fetcher.fetch_xml("GET", with_query(url, {"service": "CSW", "version": "2.0.2", "request": "GetCapabilities"}))
        except StopSource as error:
            LOGGER.info("%s: no capabilities: %s", self._source, error)
            return
        service = read_service(url, root)
        if service is None:
            LOGGER.info("%s: its capabilities cannot be read", self._source)
            return
        LOGGER.info("%s: %s", self._source, service.title)
        if service.max_records:
            LOGGER.info("%s: %s records a page unless asked otherwise", self._source, service.max_records)
        if self._address.output_schema == GMD and service.output_schemas and GMD not in service.output_schemas:
            LOGGER.warning("%s: its capabilities do not offer ISO 19139 (%s)", self._source, GMD)
        for other in service.addresses:
            if _elsewhere(other, url):
                LOGGER.info("%s: its capabilities name %s, which is not asked", self._source, place(other))

    def _by_id(self, identifier: str, elements: ElementSet) -> OgcAnswer:
        schema = self._address.output_schema
        if self._address.method == "POST":
            return self._post(by_id_document(identifier, schema, elements))[0]
        return self._get(by_id_parameters(identifier, schema, elements))[0]

    def _post(self, document: bytes) -> tuple[OgcAnswer, Any]:
        return ask(self._fetcher, self._source, "POST", self._address.url, document)

    def _get(self, given: dict[str, str]) -> tuple[OgcAnswer, Any]:
        return ask(self._fetcher, self._source, "GET", with_query(self._address.url, given))


def _elsewhere(url: str, home: str) -> bool:
    try:
        return origin(url) != origin(home)
    except ValueError:
        return True
