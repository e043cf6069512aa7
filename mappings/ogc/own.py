"""What another Moisson's ISO record says of its Item as it was: its Collection and id, its facts and times (see mappings/iso_out)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mappings.facts import Availability
from mappings.iso_out.names import AVAILABILITY, LICENCE, key_of
from mappings.licences import licences
from mappings.ogc.elements import Element, anywhere, child, first, said, words
from mappings.ogc.terms import UNKNOWN, Access
from mappings.times import format_time, usable_time
from mappings.values import number

_PARTS = (("start_datetime", "begin"), ("end_datetime", "end"))
_GIVES_RIGHTS = frozenset((Availability.OPEN, Availability.HELD))


@dataclass(frozen=True)
class Own:
    """`times` are STAC's members. It is but what the record says: whether it is believed, settings say."""

    collection: str
    id: str
    availability: Availability
    licence: str
    times: dict[str, Any]

    def access(self, believed: Iterable[str]) -> Access:
        """The facts as they are under a licence that is `believed`, and known here; under any other nobody has a right."""
        licence = self.licence if self.licence in licences() else UNKNOWN
        sure = licence == self.licence and licence in frozenset(believed)
        hidden = self.availability in _GIVES_RIGHTS and not sure
        return Access(Availability.UNKNOWN if hidden else self.availability, licence, "record")


def own_of(metadata: Element, data: Element, keywords: Iterable[tuple[str, str | None]]) -> Own | None:
    """None for a record that no Moisson made."""
    key, times = key_of(said(metadata, "fileIdentifier") or ""), _times(data)
    facts = {thesaurus: word for word, thesaurus in keywords if thesaurus in (AVAILABILITY, LICENCE)}
    if key is None or times is None or len(facts) < 2 or facts[AVAILABILITY] not in (*Availability,):
        return None
    return Own(*key, Availability(facts[AVAILABILITY]), facts[LICENCE], times)


def line_of(data: Element) -> dict[str, Any] | None:
    """A footprint that is a line, latitudes first: no other catalogue has one."""
    values = [number(value) for value in (words(first(first(child(data, "extent"), "LineString"), "posList")) or "").split()]
    if len(values) < 4 or len(values) % 2:
        return None
    return {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in zip(values[::2], values[1::2], strict=True)]}


def _times(data: Element) -> dict[str, Any] | None:
    """The interval and the instant, each where there is one."""
    found: dict[str, Any] = {"datetime": None}
    for extent in anywhere(child(data, "extent"), "EX_TemporalExtent"):
        period, instant = child(extent, "extent", "TimePeriod"), child(extent, "extent", "TimeInstant")
        if instant is not None:
            found["datetime"] = _written(child(instant, "timePosition"))
        if period is not None:
            found |= {name: _written(child(period, f"{part}Position")) for name, part in _PARTS}
    interval = found.get("start_datetime") and found.get("end_datetime")
    return found if found["datetime"] or interval else None


def _written(position: Element | None) -> str | None:
    when = usable_time(words(position))
    return format_time(when) if when else None
