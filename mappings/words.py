"""Text: a sentence in French and English; numbers as each language writes them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["fr", "en"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Text:
    fr: str
    en: str

    def members(self) -> dict[str, str]:
        """As JSON has it."""
        return {"fr": self.fr, "en": self.en}

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


def cents(amount: Decimal) -> Decimal:
    """Rounded to whole cents, halves up."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def number(value: Decimal | int, language: Language) -> str:
    """1 234,50 or 1,234.50, to hundredths; no decimals where there are none."""
    rounded = cents(Decimal(value))
    shown = f"{rounded:,}" if rounded != rounded.to_integral() else f"{int(rounded):,}"
    return _french(shown) if language == "fr" else shown


def money(amount: Decimal, language: Language) -> str:
    """1 234,50 € or €1,234.50."""
    shown = f"{cents(amount):,}"
    return f"{_french(shown)}\u00a0€" if language == "fr" else f"€{shown}"


def span(low: str, high: str, language: Language) -> str:
    """Two shown values as a range, one where they are the same."""
    if low == high:
        return low
    return f"de {low} à {high}" if language == "fr" else f"{low} to {high}"


def _french(shown: str) -> str:
    return shown.replace(",", "\u202f").replace(".", ",")
