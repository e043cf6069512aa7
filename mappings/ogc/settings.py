"""What is configured of a partner's catalogue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from mappings.ogc.axes import Box, Hints, Order

_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class PartnerSettings:
    """`title` and `url` of the organisation that hosts the images; `licences` of its copies that the operator names, by mission;
    `axis_order` (`latlon`, `lonlat`) where records do not say, None: latitudes first in EOP, longitudes first in ISO; `region` the box
    (west, south, east, north in degrees) in which most of its images lie; `columns` of inventories, our names to their headers;
    `largest_area` in square degrees, above which a data set known only by its box is no image, None for no limit; `calibration` False
    refuses acquisitions for calibration. Of another Moisson's ISO records: Items of the Collections in `taken_over` keep their Collection
    and id, and under a licence in `believed` the rights that it tells.
    """

    title: str = ""
    url: str | None = None
    licences: Mapping[str, str] = field(default_factory=dict, hash=False)
    axis_order: str | None = None
    region: Box | None = None
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    largest_area: float | None = 5000.0
    calibration: bool = True
    taken_over: tuple[str, ...] = ()
    believed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.axis_order is not None and self.axis_order not in (*Order,):
            raise ValueError(f"axis_order: {self.axis_order!r} is none of {', '.join(Order)}")
        if self.region is not None and not (len(self.region) == 4 and self.region[1] <= self.region[3]):
            raise ValueError(f"region: {self.region!r} is not west, south, east, north")

    def hints(self, usual: Order) -> Hints:
        """For the axis algorithm, where `usual` is the order of the format."""
        return Hints(None, self.region, Order(self.axis_order) if self.axis_order else usual)

    def digest(self, size: int) -> str:
        """Hexadecimal digits that change when a setting does; `columns` change records, not how they are mapped."""
        members: dict[str, Any] = {
            "title": self.title,
            "url": self.url,
            "licences": dict(self.licences),
            "axis_order": self.axis_order,
            "region": list(self.region) if self.region else None,
            "largest_area": self.largest_area,
            "calibration": self.calibration,
        }
        if self.taken_over:
            members |= {"taken_over": sorted(self.taken_over), "believed": sorted(self.believed)}
        return blake2b(orjson.dumps(members, option=orjson.OPT_SORT_KEYS), digest_size=size // 2).hexdigest()


def check_name(name: str) -> str:
    """A source's name: it begins the ids of its Items and Collections. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a source's name is of a-z, 0-9 and -, and begins with a letter")
    return name
