"""Organisation: an entry of the register: class, adhesion, signatures, contracts, people. Days are UTC’s, both ends included."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from mappings.access.classes import UserClass

PUBLIC_BODIES = frozenset({UserClass.PUBLIC_ACTOR, UserClass.SCIENTIST})
"""Who a contractor works for: its client is one of these."""

_MOST = 10_000


def _day_only(value: Any) -> Any:
    # pydantic would take 20260101 for seconds since 1970.
    if isinstance(value, str | date):
        return value
    raise ValueError("a day, as 2026-01-31")


def _plain(text: str) -> str:
    if any(not letter.isprintable() for letter in text) or text != text.strip():
        raise ValueError("printable text, without blanks around it")
    return text


Day = Annotated[date, BeforeValidator(_day_only)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$")]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Term(_Entry):
    """Days from `start` to `until`, both included; without `until` it does not end."""

    start: Day = Field(alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until is not None and self.until < self.start:
            raise ValueError("until: before from")
        return self

    def holds(self, today: date) -> bool:
        """Whether the day is one of them."""
        return self.start <= today and (self.until is None or today <= self.until)


class Signature(_Entry):
    """A licence that the organisation signed, in the version that it signed."""

    licence: Text
    version: Text
    day: Day = Field(alias="date")
    until: Day | None = None

    def holds(self, today: date) -> bool:
        """Whether it is signed, and not over."""
        return self.day <= today and (self.until is None or today <= self.until)


class Contract(Term):
    """A contract with a public body: `client` is its id in the register."""

    client: Slug
    subject: Text | None = None


class Person(_Entry):
    """Somebody of the organisation: `subject` is the sign-in service's name of them (OIDC `sub`), or their e-mail address."""

    subject: Text
    name: Text | None = None
    until: Day | None = None


class Organisation(_Entry):
    """What was registered; what it gives on a day is told by register.py."""

    id: Slug
    name: Text
    user_class: UserClass
    adhesion: Term | None = None
    signatures: tuple[Signature, ...] = Field((), max_length=_MOST)
    contracts: tuple[Contract, ...] = Field((), max_length=_MOST)
    people: tuple[Person, ...] = Field((), max_length=_MOST)

    @field_validator("user_class")
    @classmethod
    def _somebody(cls, user_class: UserClass) -> UserClass:
        if user_class is UserClass.ANONYMOUS:
            raise ValueError("an organisation is not anonymous")
        return user_class

    def person(self, subjects: Collection[str]) -> Person | None:
        """Who of its people goes by one of these names, e-mail addresses whatever their case; of several the one who leaves first."""
        wanted = {known_as(subject) for subject in subjects}
        found = [person for person in self.people if known_as(person.subject) in wanted]
        return min(found, key=lambda person: person.until or date.max, default=None)

    def document(self) -> dict[str, Any]:
        """As it is kept and shown: JSON values only."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def known_as(subject: str) -> str:
    """What two ways of writing a person's name have in common."""
    return subject.casefold() if "@" in subject else subject
