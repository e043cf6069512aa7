"""Habits: what catalogues of the OGC family do, as switches; the defaults are those of a good one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Habits:
    """Changed on a running stand-in by setting members of `Upstreams.habits`.

    CSW: `sort` False refuses SortBy; `restless` gives another order at each request that does not sort; `largest` caps a page without a
    word; `capped` is the most that is ever announced and paged through, `window` the most that is paged through; `as_text` compares
    dateStamps as text; `dated` are the names that a dateStamp has in filters; `next_record` how the last pages tell it; `unreadable` are
    numbers of scenes whose record breaks every page with it, `nameless` those of them whose brief form breaks, too; `failing_status` goes
    with an exception (200 by CSW 2.0.2); `by_id` False answers nothing to GetRecordById.

    OAI-PMH: `policy` towards deletions, `fine` datestamps to the second, `token_uses` pages until every token of a list has expired (once),
    `stuck_token`, `ignores_windows`.

    OpenSearch: `paging` by positions, page numbers or links; `two_steps` finds a search only by its collection; `off` is added to
    totalResults; `changes` False offers no search by time of change; `past_end` refuses positions beyond the end.
    """

    sort: bool = True
    restless: bool = False
    largest: int = 100
    capped: int | None = None
    window: int | None = None
    as_text: bool = True
    dated: tuple[str, ...] = ("apiso:Modified", "dct:modified", "Modified")
    next_record: Literal["right", "absent", "zero", "one more"] = "right"
    unreadable: frozenset[int] = frozenset()
    nameless: frozenset[int] = frozenset()
    failing_status: int = 200
    by_id: bool = True

    policy: Literal["no", "transient", "persistent"] = "persistent"
    fine: bool = True
    token_uses: int | None = None
    stuck_token: bool = False
    ignores_windows: bool = False

    paging: Literal["positions", "pages", "links"] = "positions"
    two_steps: bool = False
    off: int = 0
    changes: bool = True
    past_end: bool = False
