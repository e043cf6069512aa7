"""Policy: the licence table and an operator's rules, asked who may discover what, and what an asker may do with an image and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.decision import ACCESSIBLE, NOW, Decision, Download, Order
from mappings.audience import Audience, Pairs
from mappings.facts import Availability
from mappings.licences import Licence, Table, licences

_FOR_MEMBERS = frozenset({Availability.HELD, Availability.UNKNOWN})
"""What outsiders do not discover, whatever the licence (architecture, "Access")."""

_RIGHTS = (Download.NO, Download.ON_REQUEST, Download.AFTER_SIGNING, Download.WITH_ACCOUNT, Download.YES)
"""From the least to the most."""


class Reach(StrEnum):
    """Who discovers what comes from one source, where an operator says so."""

    EVERYONE = "everyone"  # its metadata is open to all, what is held or not established included
    MEMBERS = "members"  # members only, what is open included
    OPERATORS = "operators"


class Accessible(StrEnum):
    """The values of the `accessible` parameter."""

    TRUE = "true"
    NOW = "now"


@dataclass(frozen=True)
class Policy:
    """`table` may be an operator's; `sources` are rules for single sources by name; with `sign_in` outsiders without an organisation
    discover nothing. Facts that the table does not know are read as `unknown`."""

    table: Table = field(default_factory=licences)
    sources: Mapping[str, Reach] = field(default_factory=dict)
    sign_in: bool = False

    def audience(self, asker: Asker) -> Audience:
        """The predicate of what the asker discovers."""
        if self.sign_in and asker.user_class is UserClass.ANONYMOUS:
            return Audience(asker.user_class, frozenset())
        discover = frozenset(
            (str(availability), licence.id)
            for availability, licence in product(Availability, self.table.values())
            if licence.right(asker.user_class).discover and (asker.is_member or availability not in _FOR_MEMBERS)
        )
        rules = tuple((name, self._reached(reach, asker, discover)) for name, reach in sorted(self.sources.items()))
        return Audience(asker.user_class, discover, rules)

    def accessible(self, audience: Audience, asker: Asker, wanted: Accessible) -> Audience:
        """The audience, finding only what the asker may download: at once (`now`), or once the licence is signed (`true`)."""
        downloads = NOW if wanted is Accessible.NOW else ACCESSIBLE
        pairs = product(map(str, Availability), self.table)
        return audience.narrowed(frozenset(pair for pair in pairs if self.decide(asker, *pair).download in downloads))

    def decide(self, asker: Asker, availability: str, licence: str) -> Decision:
        """What the asker may do with images of these facts, and why. No default gives a right."""
        known = self.table.get(licence) or self.table["unknown"]
        right = known.right(asker.user_class)
        download, limit = right.download, _limit(known, availability)
        limit = limit if limit and _RIGHTS.index(download) > _RIGHTS.index(limit.download) else None
        if limit:
            download = limit.download
        elif download in NOW and right.needs and known.id not in asker.signed:
            download = Download.AFTER_SIGNING
        return Decision(
            download=download,
            view=right.view and known.confirmed and availability != Availability.UNKNOWN,
            order=right.order if availability == Availability.ORDERABLE else Order.NO,
            reason_fr=limit.reason_fr if limit else right.reason_fr,
            reason_en=limit.reason_en if limit else right.reason_en,
            conditions_fr=(*known.conditions_fr, *right.conditions_fr),
            conditions_en=(*known.conditions_en, *right.conditions_en),
        )

    def _reached(self, reach: Reach, asker: Asker, discover: frozenset[tuple[str, str]]) -> Pairs:
        if reach is Reach.EVERYONE:
            return frozenset(product(map(str, Availability), self.table))
        allowed = asker.user_class is UserClass.OPERATOR if reach is Reach.OPERATORS else asker.is_member
        return discover if allowed else frozenset()


@dataclass(frozen=True)
class _Limit:
    """The most that facts leave of a right to download."""

    download: Download
    reason_fr: str
    reason_en: str


_UNCONFIRMED = _Limit(
    Download.ON_REQUEST,
    "Le texte de la licence n’est pas confirmé : aucun droit n’est établi, demander à l’archive",
    "The text of the licence is not confirmed: no right is established, ask the archive",
)
_UNKNOWN = _Limit(
    Download.ON_REQUEST,
    "Accès non établi : demander à l’archive",
    "Access not established: ask the archive",
)
_ORDERABLE = _Limit(Download.NO, "Image à commander, pas encore acquise", "Must be ordered, not purchased yet")
_VIEW = _Limit(Download.NO, "Consultation de tuiles seulement", "Viewing of tiles only")


def _limit(licence: Licence, availability: str) -> _Limit | None:
    if availability == Availability.ORDERABLE:
        return _ORDERABLE
    if availability == Availability.VIEW:
        return _VIEW
    if availability not in (Availability.OPEN, Availability.HELD):
        return _UNKNOWN
    return None if licence.confirmed else _UNCONFIRMED
