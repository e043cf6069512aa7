"""Estimate: about what an order would cost an asker, from whose tariff, of which date; never a price, and never zero for "not known"."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.access.asker import Asker
from mappings.ordering.lines import (
    ESTIMATE_ONLY,
    NO_CLIENT,
    NO_PRODUCT,
    NOTHING,
    ONLY_MONO,
    area_lines,
    minimum_line,
    range_lines,
    scene_lines,
)
from mappings.ordering.products import Kind, Mode, Product
from mappings.ordering.tariffs import AreaRow, AskRow, RangeRow, Row, SceneRow, Tariffs, Tranche, row_of
from mappings.words import Text, cents

MAX_SCENES = 100_000
MAX_KM2 = Decimal(1_000_000_000)


@dataclass(frozen=True)
class Wish:
    """What would be ordered in one request of one product line: km² after clipping, all images together, and scene attempts."""

    product: Product | None
    kind: Kind
    km2: Decimal
    scenes: int = 1
    mode: Mode = Mode.MONO

    def __post_init__(self) -> None:
        if not self.km2.is_finite() or not 0 <= self.km2 <= MAX_KM2:
            raise ValueError(f"km2: between 0 and {MAX_KM2}")
        if not 0 <= self.scenes <= MAX_SCENES:
            raise ValueError(f"scenes: between 0 and {MAX_SCENES}")


@dataclass(frozen=True)
class Amount:
    """Euros, exact, from `low` to `high`."""

    low: Decimal
    high: Decimal

    def members(self) -> dict[str, str]:
        """As JSON has it: texts, for JSON's numbers are not exact everywhere."""
        return {"low": str(cents(self.low)), "high": str(cents(self.high)), "currency": "EUR"}


@dataclass(frozen=True)
class Estimate:
    """`amount` None: not known, `reason` says why. `billed_km2` has the minimum applied. `row` is the tariff's."""

    wish: Wish
    row: Row | None
    amount: Amount | None
    billed_km2: Decimal
    lines: tuple[Text, ...]
    reason: Text | None = None

    @property
    def minimum_applied(self) -> bool:
        return self.billed_km2 > self.wish.km2

    def members(self) -> dict[str, Any]:
        """As JSON has it."""
        row, wish = self.row, self.wish
        return {
            "product": wish.product,
            "kind": wish.kind,
            "mode": wish.mode,
            "seller": row.seller if row else None,
            "km2": float(wish.km2),
            "billed_km2": float(self.billed_km2),
            "minimum_km2": row.minimum_km2 if row else None,
            "minimum_applied": self.minimum_applied,
            "scenes": wish.scenes,
            "free_scenes": row.free if isinstance(row, SceneRow) else None,
            "quota_km2": [row.quota_low_km2, row.quota_high_km2] if isinstance(row, AreaRow) and row.quota_high_km2 else None,
            "amount": self.amount.members() if self.amount else None,
            "reason": self.reason.members() if self.reason else None,
            "lines": {"fr": [line.fr for line in self.lines], "en": [line.en for line in self.lines]},
            "tariff": {"date": row.date.isoformat(), "source": {"fr": row.source_fr, "en": row.source_en}} if row else None,
            "notice": ESTIMATE_ONLY.members(),
        }


def estimate(wish: Wish, asker: Asker, tariffs: Tariffs) -> Estimate:
    """By the asker's row of the tariffs."""
    if wish.product is None:
        return Estimate(wish, None, None, wish.km2, (), NO_PRODUCT)
    row = row_of(tariffs, wish.product, asker)
    if row is None:
        return Estimate(wish, None, None, wish.km2, (), NO_CLIENT)
    if not wish.km2:
        return Estimate(wish, row, None, wish.km2, (), NOTHING)
    billed = max(wish.km2, Decimal(row.minimum_km2 or 0))
    if isinstance(row, AskRow):
        return Estimate(wish, row, None, billed, _lines(wish, row, billed), Text(row.reason_fr, row.reason_en))
    if wish.mode is not Mode.MONO and not isinstance(row, AreaRow):
        return Estimate(wish, row, None, billed, _lines(wish, row, billed), ONLY_MONO)
    amount, said = _priced(wish, row, billed)
    return Estimate(wish, row, amount, billed, (*said, *_lines(wish, row, billed)))


@dataclass(frozen=True)
class Total:
    """The sum of what is known; `complete` false when something is not."""

    amount: Amount | None
    complete: bool

    def members(self) -> dict[str, Any]:
        """As JSON has it; `amount` is None when nothing is known."""
        return {"amount": self.amount.members() if self.amount else None, "complete": self.complete}


def total(estimates: Sequence[Estimate]) -> Total:
    """Of the estimates of one request. Nothing to order has no amount."""
    known = [found.amount for found in estimates if found.amount]
    if not known:
        return Total(None, not estimates)
    amount = Amount(sum((one.low for one in known), Decimal(0)), sum((one.high for one in known), Decimal(0)))
    return Total(amount, len(known) == len(estimates))


def _priced(wish: Wish, row: AreaRow | SceneRow | RangeRow, billed: Decimal) -> tuple[Amount, tuple[Text, ...]]:
    if isinstance(row, RangeRow):
        return Amount(billed * row.low, billed * row.high), range_lines(row, billed)
    if isinstance(row, SceneRow):
        bought = fewest_cost(max(wish.scenes - row.free, 0), row.tranches)
        price = sum((tranche.price for tranche in bought), Decimal(0))
        return Amount(price, price), scene_lines(row, wish.scenes, bought)
    views = {Mode.MONO: 1, Mode.STEREO: row.stereo, Mode.TRI_STEREO: row.tri_stereo}[wish.mode]
    unit = row.archive if wish.kind is Kind.ARCHIVE else row.tasking
    # How much of the quota is in force is not known: charged is what lies beyond its upper figure at least, its lower one at most.
    low, high = (max(billed - quota, Decimal(0)) * unit * views for quota in (row.quota_high_km2, row.quota_low_km2))
    return Amount(low, high), area_lines(row, billed, unit, views)


def fewest_cost(scenes: int, tranches: Sequence[Tranche]) -> tuple[Tranche, ...]:
    """The cheapest tranches that hold so many scenes, of equally cheap ones the fewest, the biggest first."""
    costs: list[tuple[Decimal, int]] = [(Decimal(0), 0)]
    taken: list[Tranche] = []
    for wanted in range(1, scenes + 1):
        options = [(costs[max(wanted - tranche.scenes, 0)], tranche) for tranche in tranches]
        (price, count), tranche = min(options, key=lambda option: (option[0][0] + option[1].price, option[0][1]))
        costs.append((price + tranche.price, count + 1))
        taken.append(tranche)
    bought = []
    while scenes > 0:
        bought.append(taken[scenes - 1])
        scenes -= taken[scenes - 1].scenes
    return tuple(sorted(bought, key=lambda tranche: -tranche.scenes))


def _lines(wish: Wish, row: Row, billed: Decimal) -> tuple[Text, ...]:
    minimum = (minimum_line(row.minimum_km2),) if row.minimum_km2 and billed > wish.km2 else ()
    return (*minimum, *(Text(*pair) for pair in zip(row.conditions_fr, row.conditions_en, strict=True)))
