"""Rules: which answers are spoilt, and how; counted by what was asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, NamedTuple, get_args

Action = Literal[
    "status",  # another status (`value`, 500), with Retry-After when given
    "slow",  # the answer waits `value` seconds
    "html",  # 200 with a page of HTML
    "cut",  # half of the body, then the connection ends in order
    "reset",  # half of the body, then the connection is reset (RST)
    "endless",  # the body, then blanks until the client goes
    "drip",  # the body, one byte every `value` seconds
    "content_type",  # the right body, called text/html
    "invalid",  # a NUL in the middle of the body: neither JSON nor XML any more
    "bomb",  # XML: entities that unfold to 10^9 words; JSON: 100,000 lists in each other
    "entity",  # XML: an external entity, file:///etc/passwd, at the start of the root; JSON: as `invalid`
    "repeat",  # the records of the page before instead of its own
    "stuck_token",  # what leads to the next page leads to this one again: next link, resumptionToken, nextRecord
    "past_end",  # after the last page that page again: an empty page gets its records, nextRecord 0 is 1, no token is the last token
    "malformed",  # the record in the middle has no identifier and no readable geometry
    "huge",  # the first record has `value` megabytes more
    "wrong_total",  # every announced total is `value` too high
    "duplicate",  # each record of the page twice; totals as before
    "empty",  # a sound answer without records, of total 0 (OAI-PMH: noRecordsMatch)
    "double",  # each record once more, under its identifier with "-2"; totals doubled
    "skew",  # the Date header and all times of modification are `value` seconds ahead
]
_LOOKING_BACK = frozenset(("repeat", "past_end"))


@dataclass(frozen=True)
class Rule:
    """What happens to the nth (1-based; empty: every) request whose path matches.

    `value`: the status, the seconds of a slow answer (1) or between two bytes of a drip (1), the megabytes of a huge record (10), how
    much a total is off (7), the seconds by which clocks are ahead (three years).
    """

    path: str
    action: Action
    nth: tuple[int, ...] = ()
    value: float | None = None
    retry_after: int | None = None

    def __post_init__(self) -> None:
        re.compile(self.path)
        if self.action not in get_args(Action):
            raise ValueError(f"unknown fault {self.action!r}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rule:
        """A rule out of JSON; `nth` may be one number or a list. Raises TypeError, ValueError or KeyError."""
        nth = given.get("nth", ())
        numbers = (nth,) if isinstance(nth, int) else tuple(nth)
        return cls(given["path"], given["action"], numbers, given.get("value"), given.get("retry_after"))


class Seen(NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    query: str
    body: str


class Faults:
    """The rules in force, how often each one's path was asked, and the last page with records by path (`before`)."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._lock = Lock()
        self._rules = list(rules)
        self._asked: dict[int, int] = defaultdict(int)
        self.before: dict[str, Any] = {}

    def add(self, *rules: Rule) -> None:
        with self._lock:
            self._rules += rules

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._asked.clear()
            self.before.clear()

    def due(self, path: str) -> list[Rule]:
        """The rules that spoil this request; counts it for every rule whose path matches."""
        found = []
        with self._lock:
            for number, rule in enumerate(self._rules):
                if re.search(rule.path, path):
                    self._asked[number] += 1
                    if not rule.nth or self._asked[number] in rule.nth:
                        found.append(rule)
        return found

    def watches(self, path: str) -> bool:
        """Whether a rule will need the answer that comes before the one it spoils."""
        with self._lock:
            return any(rule.action in _LOOKING_BACK and re.search(rule.path, path) for rule in self._rules)
