"""Searches of OneAtlas's optical catalogue: by time of update, by time of acquisition, by ids (Airbus report §1.2)."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from harvesters.area import Area
from harvesters.errors import Retry
from harvesters.names import Names, check_ids
from harvesters.paging import Batch, Window
from harvesters.trust import check_answer
from harvesters.undated import EVER, Undated, lacks
from mappings.times import format_time
from mappings.values import mapping, text

Check = Callable[[dict[str, Any]], None]
Post = Callable[[str, dict[str, Any], Check], dict[str, Any]]
_PATH = "/api/v2/opensearch"
UPDATED = "lastUpdateDate"
_SENSED = "acquisitionDate"
# The documents contradict themselves on which bracket includes its end (§0, item 10): beginning each window a little before the end
# of the one before is right whichever holds, and for OneAtlas's nanoseconds, which our microseconds cut. Ids tell the repeats.
_MARGIN = timedelta(milliseconds=1)
# Several ids are a comma list: of any other form nobody can say that it was asked for.
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}", re.ASCII)


@dataclass(frozen=True)
class Searches:
    """`post` asks with the account's token; `workspaces` by constellation; `size` of a page; hits from `cap` on are not counted."""

    post: Post
    workspaces: Table[str, str]
    area: Area | None
    size: int
    cap: int

    def updated(self, terms: dict[str, str], window: Window, page: int, size: int | None = None) -> Batch:
        return self._find(terms, {UPDATED: window}, page, size or self.size)

    def count(self, terms: dict[str, str], window: Window) -> int | None:
        """How many records were updated in a window, which is cut while a total is at the cap; None where it cannot be cut."""
        todo, total = [window], 0
        while todo:
            part = todo.pop()
            found = self.updated(terms, part, 1, size=1).total or 0
            halves = part.halves()
            if found < self.cap:
                total += found
            elif halves is None:
                return None
            else:
                todo += halves
        return total

    def undated(self, terms: dict[str, str]) -> Undated:
        """Of the records without a time of update, by that of acquisition."""

        def count(window: Window | None, dated: bool) -> int | None:
            total = self._find(terms, {**({_SENSED: window} if window else {}), **({UPDATED: EVER} if dated else {})}, 1, 1).total or 0
            return total if total < self.cap else None

        return Undated(count, lambda window, page: self._find(terms, {_SENSED: window}, page, self.size), lacks(UPDATED))

    def _find(self, terms: dict[str, str], times: dict[str, Window], page: int, size: int) -> Batch:
        """A page of what lies in windows of one or two times, sorted by the first of them."""
        ranges = {time: range_of(window) for time, window in times.items()}
        order = {"sortBy": next(iter(times))} if times else {}
        body: dict[str, Any] = {**terms, **ranges, **order, "itemsPerPage": size, "startPage": page, **self._place(terms["constellation"])}
        if self.area is not None:
            body.update({"geometry": self.area.geojson} if self.area.crosses else {"bbox": self.area.text})

        def check(answer: dict[str, Any]) -> None:
            check_list("features", answer)
            for time, window in list(times.items())[:1] or [("", EVER)]:
                check_answer("OneAtlas", answer["features"], window, time=time, terms=terms)

        answer = self.post(_PATH, body, check)
        return Batch(answer["features"], answer["totalResults"])

    def _place(self, constellation: str) -> dict[str, str]:
        workspace = self.workspaces.get(constellation)
        return {"workspace": workspace} if workspace else {}

    # --- by ids --------------------------------------------------------------------------------------------------------------
    def gone(self, native_ids: Sequence[str], constellations: Sequence[str]) -> frozenset[str]:
        """Those that no constellation has, while others are found by their ids. Raises StopSource, Misconfigured."""
        asked = [name for name in native_ids if _ID.fullmatch(name)]
        names = Names("OneAtlas", partial(self._held, constellations), partial(self._witness, constellations), self.size)
        return names.gone(asked)

    def _held(self, constellations: Sequence[str], ids: list[str]) -> set[str]:
        """Those that are there, asked as the harvest asks, without the area: a footprint may have changed."""
        held, left = set[str](), list(dict.fromkeys(ids))
        for constellation in constellations:
            if not left:
                break
            body = {"constellation": constellation, **self._place(constellation), "itemsPerPage": len(left), "startPage": 1}
            answer = self.post(_PATH, {**body, "id": ",".join(left)}, partial(_check_ids, frozenset(left)))
            held |= {name for feature in answer["features"] if (name := _id_of(feature))}
            left = [name for name in left if name not in held]
        return held

    def _witness(self, constellations: Sequence[str]) -> str | None:
        """A record that OneAtlas holds."""
        for constellation in constellations:
            body = {"constellation": constellation, **self._place(constellation), "itemsPerPage": 1, "startPage": 1}
            for feature in self.post(_PATH, body, partial(check_list, "features"))["features"]:
                if (name := _id_of(feature)) and _ID.fullmatch(name):
                    return name
        return None


def range_of(window: Window) -> str:
    """A window as a range of times."""
    return f"[{format_time(window.since - _MARGIN)},{format_time(window.until)}]"


def check_list(member: str, answer: dict[str, Any]) -> None:
    """Raises Retry. `error: true` comes with status 200 (§1.4)."""
    total = answer.get("totalResults")
    if answer.get("error") not in (None, False):
        raise Retry(f"OneAtlas announces an error: {str(answer.get('message') or answer.get('error'))[:200]}")
    if not isinstance(answer.get(member), list) or not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise Retry(f"OneAtlas: an answer without {member} and totalResults")


def _check_ids(wanted: frozenset[str], answer: dict[str, Any]) -> None:
    check_list("features", answer)
    check_ids("OneAtlas", wanted, [{"id": _id_of(feature)} for feature in answer["features"]], answer["totalResults"])


def _id_of(feature: Any) -> str | None:
    """The search identifier, which is the record's name (mappings/airbus/optical.py)."""
    properties = mapping(feature.get("properties")) if isinstance(feature, dict) else {}
    return text(properties.get("id"))
