"""Rules: what a run may do on its own, and what only an operator may let it do."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Rules:
    """`grace`: how long a removed record can be restored. The brake: a run that would remove more than `brake_share` of the source's
    records, and more than `brake_floor`, removes none until an operator confirms.

    `recounts`: months of a big archive that a run counts again, none oftener than every `recount_after`; one is listed again where
    the counts differ, and every `relist_after` anyway.
    """

    grace: timedelta = timedelta(days=30)
    brake_share: float = 0.05
    brake_floor: int = 10
    recounts: int = 6
    recount_after: timedelta = timedelta(days=1)
    relist_after: timedelta = timedelta(days=180)
