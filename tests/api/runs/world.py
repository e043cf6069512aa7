"""A state with sources of every kind, as operators meet them; a key of an operator, and a server over it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from api.access import Access
from api.app import Offer, create_app
from api.identity.identify import IdentitySettings, build_identify
from api.identity.keys import ApiKey, new_key
from api.identity.store import KEY, ORGANISATION, change
from index.harvests.standing import Planned
from index.protocol import Index
from index.state import Batch, Counts, Outcome, Rejection, Run
from mappings.access.organisation import Organisation
from mappings.access.policy import Policy
from mappings.watermark import Watermark
from schedules.timetable import Timetable
from tests.support.serving import running

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SCRIPT = "<script>alert('x')</script>"
RIGHT_TO_LEFT = "\u202eسجل غير صالح"
LONG = "very long " * 1000


@dataclass
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time


def planned(name: str, archive: str | None = None, *, enabled: bool = True) -> Planned:
    return Planned(name, archive or name, Timetable("every 6 h", jitter=timedelta(0)), timedelta(hours=18), enabled)


def give_key(index: Index, organisation: str, user_class: str, person: str | None = None) -> str:
    """A new key of an organisation, which is registered."""
    row = {"id": organisation, "name": organisation.upper(), "user_class": user_class, "adhesion": {"from": "2024-01-01"}}
    entry = Organisation.model_validate(row)
    index.write_note(ORGANISATION, organisation, entry.document(), index.note(ORGANISATION, organisation))
    text, key = new_key(organisation, person, None, NOW)
    change(index, KEY, key.id, ApiKey, lambda _: key)
    return text


def revoke(index: Index, text: str) -> None:
    def revoked(key: ApiKey | None) -> ApiKey | None:
        return key.model_copy(update={"revoked": NOW}) if key else None

    change(index, KEY, text.removeprefix("moi_")[:16], ApiKey, revoked)


def reject(index: Index, archive: str, *reasons: str, first: int = 0, run: str = "run-1", native_id: str = "record-{}") -> None:
    """Puts a record into quarantine for each reason."""
    rejected = [
        Rejection(archive, native_id.format(first + number), why, "id", b"f", b"{}", "application/json", None, run, NOW)
        for number, why in enumerate(reasons)
    ]
    index.apply(Batch(archive, run, NOW, rejected=rejected))


def ran(
    index: Index, source: str, run: str, outcome: Outcome, *, hours: float = 1, reason: str | None = None, put: int = 0, **counts: int
) -> Run:
    """A run that began so many hours ago."""
    started = NOW - timedelta(hours=hours)
    ended = None if outcome is Outcome.RUNNING else started + timedelta(minutes=3, seconds=12)
    one = Run(run, source, started, outcome, ended, reason, Counts(**counts), put, counts.get("deleted", 0))
    index.save_run(one)
    return one


def mark(index: Index, archive: str, hours: float) -> None:
    """The archive's newest record was changed so many hours ago."""
    index.apply(Batch(archive, "run-1", NOW, watermarks={"stream": Watermark(NOW - timedelta(hours=hours))}))


@dataclass
class Site:
    """A server over an index; `operator` and `member` are keys."""

    base: str
    index: Index
    clock: Clock
    operator: str
    member: str

    def client(self, **headers: str) -> httpx.Client:
        """A browser: it would rather have pages, and keeps cookies."""
        return httpx.Client(
            base_url=self.base, headers={"Accept": "text/html,*/*;q=0.5", **headers}, trust_env=False, timeout=20, verify=False
        )

    @contextmanager
    def signed_in(self, **headers: str) -> Iterator[httpx.Client]:
        with self.client(**headers) as client:
            answer = client.post("/runs/sign-in", data={"key": self.operator})
            assert answer.status_code == 303, answer.text
            yield client

    def get(self, path: str, key: str | None = None, **headers: str) -> httpx.Response:
        """As a program, with a key in its header (the operator's, unless told otherwise)."""
        return httpx.get(
            f"{self.base}{path}", headers={"X-API-Key": key or self.operator, "Accept": "text/html", **headers}, timeout=20, verify=False
        )


@contextmanager
def site(index: Index, sources: Sequence[Planned] = (), **options: str) -> Iterator[Site]:
    clock = Clock()
    operator = give_key(index, "ops", "operator", "maud")
    member = give_key(index, "commune", "public-actor")
    identify = build_identify(IdentitySettings(), index, clock, later=lambda work: work())
    offer = Offer(Access(Policy(), identify, identify), now=clock, sources=sources)
    with running(create_app(index, offer, **options)) as base:
        yield Site(base, index, clock, operator, member)
