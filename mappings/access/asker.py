"""Asker: who asks, as the register of organisations knows them today."""

from dataclasses import dataclass

from mappings.access.classes import OUTSIDERS, UserClass


@dataclass(frozen=True)
class Asker:
    """`user_class` is the class whose rights they have today (a lapsed adhesion is an outsider's); `signed` the licences that their
    organisation has signed in a version that still counts. `organisation` and `person` are names for audit lines; neither decides.
    `client` is the class of the public body that a contractor works for: its tariff is theirs. `note_fr` and `note_en` say why the
    class is not the one that the organisation is registered with."""

    user_class: UserClass = UserClass.ANONYMOUS
    signed: frozenset[str] = frozenset()
    organisation: str | None = None
    organisation_name: str | None = None
    person: str | None = None
    client: UserClass | None = None
    note_fr: str | None = None
    note_en: str | None = None

    @property
    def is_member(self) -> bool:
        """Whether they discover what is for members."""
        return self.user_class not in OUTSIDERS


ANONYMOUS = Asker()
OPERATOR = Asker(UserClass.OPERATOR)
