"""The requests of an OAI-PMH 2.0 source: Identify, ListRecords with its tokens, GetRecord."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from harvesters.errors import StopSource
from harvesters.http import Fetcher
from harvesters.ogc_client import ask
from harvesters.paging import Loop
from harvesters.partner_pages import with_query
from harvesters.response import place
from mappings.ogc.answers import OgcAnswer, Refused
from mappings.ogc.elements import child, children, first, words
from mappings.ogc.identity import RECORDS, native_id
from mappings.times import format_time, usable_time
from mappings.xml import local

Policy = Literal["no", "transient", "persistent"]
_NOT_FOUND = frozenset(("idDoesNotExist", "noRecordsMatch"))


@dataclass(frozen=True)
class Repository:
    """What Identify says: how deletions are told, the finest time that may be asked for, and the earliest datestamp."""

    policy: Policy = "no"
    granule: timedelta = timedelta(days=1)
    earliest: datetime | None = None

    def written(self, when: datetime) -> str:
        """A time as the repository takes it."""
        if self.granule < timedelta(days=1):
            return format_time(when.replace(microsecond=0))
        return when.date().isoformat()


@dataclass(frozen=True)
class Window:
    """Datestamps in [since, until); None is no bound."""

    since: datetime | None = None
    until: datetime | None = None


class OaiPmhClient:
    """Asks the configured address. `answered` is the repository's own time of the first list since it was set to None."""

    def __init__(self, source: str, fetcher: Fetcher, url: str, prefix: str, set_spec: str | None) -> None:
        self.answered: datetime | None = None
        self._source = source
        self._fetcher = fetcher
        self._url = url
        self._given = {"metadataPrefix": prefix, **({"set": set_spec} if set_spec else {})}
        # pycsw wants all arguments again beside its token, which is only a position; by the protocol a token stands alone.
        self._repeats_arguments = False

    def identify(self) -> Repository:
        """Raises StopSource when the address is no repository."""
        _, root = self._fetcher.fetch_xml("GET", with_query(self._url, {"verb": "Identify"}))
        said = child(root, "Identify")
        if local(root) != "OAI-PMH" or said is None:
            raise StopSource(f"{place(self._url)}: no answer to Identify: this is no OAI-PMH repository")
        policy = (words(child(said, "deletedRecord")) or "no").lower()
        fine = (words(child(said, "granularity")) or "").lower().endswith("z")
        return Repository(
            cast("Policy", policy) if policy in ("transient", "persistent") else "no",
            timedelta(seconds=1) if fine else timedelta(days=1),
            usable_time(words(child(said, "earliestDatestamp"))),
        )

    def pages(self, repository: Repository, window: Window) -> Iterator[OgcAnswer]:
        """A list, page by page. Raises Refused (badResumptionToken: the token has expired), StopSource for a token that comes twice."""
        given = dict(self._given)
        if window.since is not None:
            given["from"] = repository.written(window.since)
        if window.until is not None:
            # Both bounds are inclusive.
            given["until"] = repository.written(window.until - repository.granule)
        loop, token, seen = Loop(), None, 0
        while True:
            answer = self._next(given, token)
            yield answer
            seen += answer.nodes
            # pycsw ends with the token "0".
            if not answer.token or (answer.token == "0" and seen >= (answer.matched or 0)):
                return
            token = answer.token
            loop.check(token, place(self._url))

    def holds(self, identifier: str) -> bool:
        """Whether the repository has such a live record; what cannot be told counts as held. Raises HarvestError."""
        given = {"verb": "GetRecord", "identifier": identifier, "metadataPrefix": self._given["metadataPrefix"]}
        try:
            answer, _ = self._ask(given)
        except Refused as error:
            return error.code not in _NOT_FOUND
        return answer.nodes > 0 and not all(record.deleted for record in answer.answer.records)

    def _next(self, given: dict[str, str], token: str | None) -> OgcAnswer:
        if token is None:
            answer, root = self._ask({"verb": "ListRecords", **given})
            if self.answered is None:
                self.answered = usable_time(words(child(root, "responseDate")))
            return answer
        alone = {"verb": "ListRecords", "resumptionToken": token}
        if not self._repeats_arguments:
            try:
                return self._ask(alone)[0]
            except Refused as error:
                if error.code != "badArgument":
                    raise
                self._repeats_arguments = True
        return self._ask({**alone, **given})[0]

    def _ask(self, given: dict[str, str]) -> tuple[OgcAnswer, Any]:
        return ask(self._fetcher, self._source, "GET", with_query(self._url, given), mend=mend_headers)


def mend_headers(root: Any) -> None:
    """Gives every header its own record's identifier where all have the first one's, as those of a page of pycsw 2.6 do."""
    verb = child(root, "ListRecords")
    if verb is None:
        return
    named = []
    for record in children(verb, "record"):
        header, inner = child(record, "header"), first(child(record, "metadata"), *sorted(RECORDS))
        identifier = child(header, "identifier")
        if identifier is not None and inner is not None:
            named.append((identifier, words(identifier), native_id(inner)))
    headers, owns = Counter(one for _, one, _ in named), Counter(own for _, _, own in named)
    if len(headers) != 1 or len(owns) < 2 or None in owns:
        return
    for identifier, _, own in named:
        identifier.text = own
