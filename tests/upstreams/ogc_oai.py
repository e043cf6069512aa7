"""The OAI-PMH 2.0 face of seas: its scenes as EOP, by datestamp, with the deletions that its policy keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import count

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .clocks import DAY, SECOND, parse, seconds
from .ogc_csw import answer
from .ogc_habits import Habits
from .ogc_records import eop
from .ogc_scenes import Partner

ROOT = "/seas/oai"
PAGE = 50
PREFIX = "eop"
_AGES = count()


class Refusal(Exception):
    """An error of the protocol."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Tokens:
    """How often tokens were used; none is found any more after `Habits.token_uses`, once."""

    used: int = 0
    expired: bool = False


@dataclass(frozen=True)
class Window:
    """Datestamps in [low, high) as ns."""

    low: int
    high: int


@dataclass(frozen=True)
class Repository:
    partner: Partner
    habits: Habits
    tokens: Tokens

    def identifier(self, number: int) -> str:
        return f"oai:seas.example:{self.partner.identifier(number)}"

    def identify(self) -> str:
        fine = "YYYY-MM-DDThh:mm:ssZ" if self.habits.fine else "YYYY-MM-DD"
        first = self._stamp(self.partner.feed.at(0).updated) if self.partner.total else "2016-01-01"
        return (
            "<Identify><repositoryName>SEAS Guyane</repositoryName><baseURL>http://127.0.0.1:1/oai</baseURL>"
            f"<protocolVersion>2.0</protocolVersion><earliestDatestamp>{first}</earliestDatestamp>"
            f"<deletedRecord>{self.habits.policy}</deletedRecord><granularity>{fine}</granularity></Identify>"
        )

    def records(self, given: Mapping[str, str]) -> str:
        """ListRecords: what is live by its time of change, then what was deleted. Raises Refusal."""
        cursor = 0
        if "resumptionToken" in given:
            if len(given) > 2:
                raise Refusal("badArgument", "a resumptionToken stands alone")
            cursor, given = self._resumed(given["resumptionToken"])
        if given.get("metadataPrefix") != PREFIX:
            raise Refusal("cannotDisseminateFormat" if given.get("metadataPrefix") else "badArgument", "the format is called eop")
        window = self._window(given)
        feed = self.partner.feed
        first, last = feed.before(window.low), feed.before(window.high)
        gone = [one for one in self.partner.deleted if window.low <= one[1] < window.high] if self.habits.policy != "no" else []
        total = max(last - first, 0) + len(gone)
        if not total:
            raise Refusal("noRecordsMatch")
        body = "".join(self._live(first + rank) for rank in range(cursor, min(cursor + PAGE, last - first)))
        start = max(cursor - max(last - first, 0), 0)
        end = cursor + PAGE - max(last - first, 0)
        body += "".join(self._gone(*one) for one in gone[start : max(end, 0)])
        return f"<ListRecords>{body}{self._token(given, cursor, total)}</ListRecords>"

    def record(self, given: Mapping[str, str]) -> str:
        if given.get("metadataPrefix") != PREFIX:
            raise Refusal("cannotDisseminateFormat")
        number = self.partner.number(given.get("identifier", "").removeprefix("oai:seas.example:"))
        entry = None if number is None else self.partner.entry(number)
        if entry is not None:
            position = self.partner.feed.find(entry.number)
            assert position is not None
            return f"<GetRecord>{self._live(position)}</GetRecord>"
        gone = next((one for one in self.partner.deleted if one[0] == number), None)
        if gone is None or self.habits.policy == "no":
            raise Refusal("idDoesNotExist")
        return f"<GetRecord>{self._gone(*gone)}</GetRecord>"

    def _window(self, given: Mapping[str, str]) -> Window:
        if self.habits.ignores_windows:
            return Window(0, self.partner.world.latest + 1)
        written = [given[name] for name in ("from", "until") if name in given]
        if any("T" in one for one in written) and not self.habits.fine:
            raise Refusal("badArgument", "the granularity is a day")
        granule = SECOND if self.habits.fine else DAY
        low = parse(given["from"]) if "from" in given else 0
        high = parse(given["until"]) + granule if "until" in given else self.partner.world.latest + 1
        return Window(low, high)

    def _stamp(self, instant: int) -> str:
        return f"{seconds(instant)}Z" if self.habits.fine else seconds(instant)[:10]

    def _live(self, position: int) -> str:
        entry = self.partner.feed.at(position)
        head = f"<identifier>{self.identifier(entry.number)}</identifier><datestamp>{self._stamp(entry.updated)}</datestamp>"
        return f"<record><header>{head}</header><metadata>{eop(self.partner, entry)}</metadata></record>"

    def _gone(self, number: int, when: int) -> str:
        head = f"<identifier>{self.identifier(number)}</identifier><datestamp>{self._stamp(when)}</datestamp>"
        return f'<record><header status="deleted">{head}</header></record>'

    def _token(self, given: Mapping[str, str], cursor: int, total: int) -> str:
        size = f'completeListSize="{total}" cursor="{cursor}"'
        if cursor + PAGE >= total:
            return f"<resumptionToken {size}/>" if cursor else ""
        # A stuck one names itself again, a sound one is new in every list.
        age = 0 if self.habits.stuck_token else next(_AGES)
        following = PAGE if self.habits.stuck_token else cursor + PAGE
        return f"<resumptionToken {size}>{following}!{age}!{given.get('from', '')}!{given.get('until', '')}</resumptionToken>"

    def _resumed(self, token: str) -> tuple[int, dict[str, str]]:
        self.tokens.used += 1
        if self.habits.token_uses is not None and self.tokens.used > self.habits.token_uses and not self.tokens.expired:
            self.tokens.expired = True
            raise Refusal("badResumptionToken", "it has expired")
        try:
            cursor, _, low, high = token.split("!")
            bounds = {name: value for name, value in (("from", low), ("until", high)) if value}
            return int(cursor), {"metadataPrefix": PREFIX, **bounds}
        except ValueError:
            raise Refusal("badResumptionToken") from None


def routes(partner: Callable[[], Partner], habits: Callable[[], Habits]) -> list[Route]:
    tokens = Tokens()

    async def oai(request: Request) -> Response:
        repository, given = Repository(partner(), habits(), tokens), dict(request.query_params)
        verbs = {
            "Identify": lambda: repository.identify(),
            "ListRecords": lambda: repository.records(given),
            "GetRecord": lambda: repository.record(given),
        }
        try:
            if given.get("verb") not in verbs:
                raise Refusal("badVerb", str(given.get("verb")))
            body = verbs[given["verb"]]()
        except Refusal as error:
            body = f'<error code="{error.code}">{escape(str(error))}</error>'
        latest = seconds(repository.partner.world.latest)
        return answer(
            f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{latest}Z</responseDate><request/>{body}</OAI-PMH>'
        )

    return [Route(ROOT, oai, methods=["GET"])]
