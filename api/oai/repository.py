"""The repository: what each verb gives, as the asker may know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from starlette.requests import Request

from api.access import Access
from api.feeds.position import access_version
from api.oai.answers import Envelope, formats, identify, listed_sets, resumption
from api.oai.arguments import checked
from api.oai.errors import OaiError
from api.oai.listing import list_page, start_of
from api.oai.offer import OaiOffer
from api.oai.place import Place, Tokens
from api.oai.records import Names, Records, format_of, told_of
from api.oai.sets import Selection, sets
from api.oai.stamps import seconds, window_of, written
from api.terms import MetadataLicence
from index.protocol import Index
from mappings.iso_out.shown import Catalogue

PATH = "/oai"


@dataclass(frozen=True)
class Repository:
    """One index under the rules of `access`; `base` is this server's address without trailing slash."""

    index: Index
    access: Access
    base: Callable[[Request], str]
    offer: OaiOffer
    title: str
    licence: MetadataLicence | None
    now: Callable[[], datetime]

    def answer(self, request: Request, given: list[tuple[str, str]]) -> bytes:
        """A whole answer; what a harvester did wrong is one, too. Raises Problem where the asker is refused, IndexUnavailable."""
        self.access.audience(request)
        url, now = f"{self.base(request)}{PATH}", seconds(self.now())
        try:
            arguments = checked(given)
        except OaiError as error:
            return Envelope(url, written(now), {}).error(error)
        envelope = Envelope(url, written(now), arguments)
        try:
            return envelope.answer(*_VERBS[arguments["verb"]](self, request, arguments, now))
        except OaiError as error:
            return envelope.error(error)

    def _identify(self, request: Request, _: Mapping[str, str], now: int) -> list[bytes]:
        # No change is published before it was made, nor could any be made before the first by more than the lag.
        first = next(iter(self.index.changes(0, 1)), None)
        earliest = min(seconds(first.time), now) if first else now
        return [identify(self.title, f"{self.base(request)}{PATH}", self.offer, written(earliest))]

    def _formats(self, request: Request, given: Mapping[str, str], _: int) -> list[bytes]:
        if "identifier" in given:
            told_of(self.index, self.access.audience(request), Names(self.offer.namespace).key(given["identifier"]))
        return [formats()]

    def _sets(self, request: Request, given: Mapping[str, str], _: int) -> list[bytes]:
        if "resumptionToken" in given:
            raise OaiError("badResumptionToken", "resumptionToken: the list of sets has one page")
        return [listed_sets(sets(self.index, self.access.audience(request)))]

    def _record(self, request: Request, given: Mapping[str, str], _: int) -> list[bytes]:
        kind, records = format_of(given["metadataPrefix"]), self._records(request)
        return [records.record(told_of(self.index, records.audience, records.names.key(given["identifier"])), kind)]

    def _list(self, request: Request, given: Mapping[str, str], now: int) -> list[bytes]:
        asker, records = self.access.asker(request), self._records(request)
        tokens = Tokens(self._secret, access_version(records.audience, asker, records.table), given["verb"])
        place = tokens.read(given["resumptionToken"]) if "resumptionToken" in given else self._begun(given, now)
        kind, selection = format_of(place.prefix), Selection(place.spec)
        page = list_page(self.index, records.audience, place.window, selection, place.after, self.offer.page_size)
        if not page.told and not place.told:
            raise OaiError("noRecordsMatch", "there is no record in this set and between these times")
        whole = given["verb"] == "ListRecords"
        shown = [records.record(one, kind, selection) if whole else records.header(one, selection) for one in page.told]
        return [*shown, resumption(self._token(tokens, place, page.following, len(page.told)), place.told)]

    def _begun(self, given: Mapping[str, str], now: int) -> Place:
        """The beginning of a list. Raises OaiError."""
        format_of(given["metadataPrefix"])
        window = window_of(given.get("from"), given.get("until"), now)
        return Place(given["metadataPrefix"], given.get("set"), window, start_of(self.index, window))

    def _token(self, tokens: Tokens, place: Place, following: int | None, given: int) -> str | None:
        if following is None:
            return None
        return tokens.write(Place(place.prefix, place.spec, place.window, following, place.told + given))

    def _records(self, request: Request) -> Records:
        licence = self.licence
        catalogue = Catalogue(
            self.base(request),
            self.title,
            self.offer.email,
            licence.title if licence else None,
            licence.href if licence else None,
            licence.attribution if licence else "",
        )
        names, table = Names(self.offer.namespace), self.access.policy.table
        return Records(catalogue, names, table, self.access.audience(request), self.index.lag)

    @cached_property
    def _secret(self) -> bytes:
        return self.index.secret()


_Verb = Callable[[Repository, Request, Mapping[str, str], int], list[bytes]]
_VERBS: Mapping[str, _Verb] = {
    "Identify": Repository._identify,
    "ListMetadataFormats": Repository._formats,
    "ListSets": Repository._sets,
    "GetRecord": Repository._record,
    "ListIdentifiers": Repository._list,
    "ListRecords": Repository._list,
}
