"""Draft: the request for images that must be ordered, as a request form asks for it. Nothing is ordered by making one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mappings.access.asker import Asker
from mappings.ordering.estimate import Estimate, Total, Wish, estimate, total
from mappings.ordering.practice import Maker, Practice, ortho_maker
from mappings.ordering.products import Kind, Mode, Product
from mappings.ordering.tariffs import Tariffs
from mappings.words import Text


class Format(StrEnum):
    GEOTIFF = "geotiff"
    JPEG2000 = "jpeg2000"


class Level(StrEnum):
    PRIMARY = "primary"
    ORTHO = "ortho"


@dataclass(frozen=True)
class Options:
    """How the images are to be delivered; `bits` is 8 or 16."""

    format: Format = Format.GEOTIFF
    bits: int = 8
    level: Level = Level.PRIMARY


@dataclass(frozen=True)
class Tasking:
    """A wish for a new acquisition. Angle in degrees from the vertical, cloud in percent; `scenes` are attempts of SPOT 6/7."""

    product: Product
    start: datetime
    end: datetime
    mode: Mode = Mode.MONO
    angle_max: float | None = None
    cloud_cover_max: float | None = None
    scenes: int = 1


@dataclass(frozen=True)
class Chosen:
    """A catalogue image: km² inside the area, and km² to order of it; `remark` says why that is less, `held_by` by which products."""

    collection: str
    id: str
    product: Product | None
    acquired: str | None
    km2: Decimal
    ordered_km2: Decimal
    remark: Text | None = None
    held_by: tuple[tuple[str, str], ...] = ()

    @property
    def is_ordered(self) -> bool:
        return self.ordered_km2 > 0


@dataclass(frozen=True)
class Delivery:
    """What one product line's delivery would be: who makes orthoimages (None: Primary is asked for), gigabytes where known."""

    product: Product | None
    maker: Maker | None
    gigabytes: Decimal | None


@dataclass(frozen=True)
class Draft:
    """`items` or `tasking`. `area` is shapely or None: whole images; `area_km2` its size. `now` when the draft was made."""

    now: datetime
    asker: Asker
    practice: Practice
    options: Options
    area: Any
    area_km2: Decimal | None
    items: tuple[Chosen, ...]
    tasking: Tasking | None
    estimates: tuple[Estimate, ...]
    deliveries: tuple[Delivery, ...]
    purpose: str | None = None

    @property
    def kind(self) -> Kind:
        return Kind.TASKING if self.tasking else Kind.ARCHIVE

    @property
    def total(self) -> Total:
        """Orthoimages that Airbus makes are charged at a price that is not known: then it is not complete."""
        found = total(self.estimates)
        charged = any(one.maker in ("airbus", "ign-and-airbus") for one in self.deliveries)
        return Total(found.amount, found.complete and not charged)


def wishes(items: Sequence[Chosen], tasking: Tasking | None, area_km2: Decimal | None) -> tuple[Wish, ...]:
    """One per product line, for quota and minimum are of a request."""
    if tasking:
        return (Wish(tasking.product, Kind.TASKING, area_km2 or Decimal(0), tasking.scenes, tasking.mode),)
    ordered = [item for item in items if item.is_ordered]
    return tuple(
        Wish(line, Kind.ARCHIVE, sum((one.ordered_km2 for one in mine), Decimal(0)), len(mine))
        for line in dict.fromkeys(item.product for item in ordered)
        for mine in [[one for one in ordered if one.product is line]]
    )


def make_draft(
    now: datetime,
    asker: Asker,
    tariffs: Tariffs,
    practice: Practice,
    options: Options,
    *,
    area: Any,
    area_km2: Decimal | None,
    whole: Mapping[Product | None, Any],
    items: Sequence[Chosen] = (),
    tasking: Tasking | None = None,
    purpose: str | None = None,
) -> Draft:
    """`whole` is all that is ordered of each product line, as shapely: it decides who makes orthoimages."""
    asked = wishes(items, tasking, area_km2)
    makes = options.level is Level.ORTHO
    deliveries = tuple(
        Delivery(
            wish.product,
            ortho_maker(practice, wish.product, whole[wish.product], asker) if makes else None,
            practice.gigabytes(wish.product, wish.km2 * VIEWS[wish.mode], options.bits),
        )
        for wish in asked
    )
    estimates = tuple(estimate(wish, asker, tariffs) for wish in asked)
    return Draft(now, asker, practice, options, area, area_km2, tuple(items), tasking, estimates, deliveries, purpose)


VIEWS = {Mode.MONO: 1, Mode.STEREO: 2, Mode.TRI_STEREO: 3}
"""Images of one place."""
