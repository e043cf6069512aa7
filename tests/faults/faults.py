"""The faults of the matrix: what an archive does wrong, to which of its answers, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from moisson.sections import HttpSettings
from tests.faults.subjects import SUBJECTS, Subject
from tests.upstreams import Rule
from tests.upstreams.rules import Action

# `once`: one answer, that of the second page; `two`: the first two; `on`: from the second page on; `always`: every page;
# `down`: whatever is asked.
When = Literal["once", "two", "on", "always", "down"]
_MANY = 5000


@dataclass(frozen=True)
class Fault:
    """`title` for people. `more`: an action that goes along. `slow`: the answer does not end, so that the wait is short.

    `everywhere`: also tried as a first harvest into an empty index, and while a source that lists all only seldom does so.
    """

    key: str
    title: str
    action: Action
    when: When
    value: float | None = None
    retry_after: int | None = None
    more: Action | None = None
    slow: bool = False
    everywhere: bool = False

    def rules(self, subject: Subject) -> list[Rule]:
        path = ".*" if self.when == "down" else subject.path
        actions: Sequence[Action] = (self.action, self.more) if self.more else (self.action,)
        return [Rule(path, action, self._numbers(subject), self.value, self.retry_after) for action in actions]

    def http(self) -> HttpSettings:
        """A wait is half a second where an answer never ends."""
        timeout, attempts = (0.5, 2) if self.slow else (20, 3)
        return HttpSettings(requests_per_second=100_000, max_mib=4, timeout=timeout, attempts=attempts)

    def _numbers(self, subject: Subject) -> tuple[int, ...]:
        # What has one page only fails at that.
        second = subject.first + (0 if subject is SUBJECTS["coverages"] else 1)
        numbers: dict[When, tuple[int, ...]] = {
            "once": (second,),
            "two": (subject.first, subject.first + 1),
            "on": tuple(range(second, _MANY)),
            "always": (),
            "down": (),
        }
        return numbers[self.when]


FAULTS = {
    fault.key: fault
    for fault in (
        Fault("cut", "a page is cut in the middle", "cut", "once"),
        Fault("reset", "the connection is reset in a page", "reset", "once"),
        Fault("error", "HTTP 500 for a page", "status", "once", 500),
        Fault("twice", "HTTP 500 twice at the start", "status", "two", 500),
        Fault("html", "a page of HTML with status 200", "html", "once"),
        Fault("busy", "HTTP 429 with Retry-After", "status", "once", 429, retry_after=7),
        Fault("stays", "HTTP 500 from the second page on", "status", "on", 500),
        Fault("down", "HTTP 503 for whatever is asked", "status", "down", 503),
        Fault("silent", "no answer at all", "slow", "down", 5, slow=True),
        Fault("resets", "the connection is reset in every page", "reset", "on"),
        Fault("endless", "an answer without an end", "endless", "on"),
        Fault("drip", "an answer byte by byte", "drip", "on", 0.2, slow=True),
        Fault("type", "the right answer, called text/html", "content_type", "on"),
        Fault("invalid", "JSON or XML that is broken in the middle", "invalid", "on"),
        Fault("bomb", "an XML bomb, JSON without an end to its depth", "bomb", "on"),
        Fault("entity", "an external entity (file:///etc/passwd)", "entity", "on"),
        Fault("malformed", "a record that cannot be read", "malformed", "once"),
        Fault("repeat", "the same page again and again", "repeat", "on"),
        Fault("token", "a link or token that leads to the same page", "stuck_token", "on"),
        Fault("past", "beyond the end, the last page again", "wrong_total", "always", 7, more="past_end"),
        Fault("more", "a total that is 7 too high", "wrong_total", "always", 7),
        Fault("fewer", "a total that is 3 too low", "wrong_total", "always", -3, everywhere=True),
        Fault("duplicate", "each record twice in its page", "duplicate", "always"),
        Fault("skew", "clocks and times of change three years ahead", "skew", "down", everywhere=True),
        Fault("emptied", "all is empty, and says so", "empty", "down", everywhere=True),
        Fault("doubled", "each record also under a second name", "double", "down", everywhere=True),
    )
}
