"""A source's chart: Items put and deleted by its last runs, as SVG without style of its own. The table of runs says the same."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from api.runs.words import OUTCOMES, say
from index.state import Run
from mappings.words import Language, number

MOST = 30
"""Runs on a chart."""
_LEFT, _TOP, _BAR, _STEP, _SIGNS = 76, 12, 18, 25, 22
_HEIGHT = 180
_WIDTH = _LEFT + MOST * _STEP + 10


@dataclass(frozen=True)
class _Scale:
    """Logarithmic, so that the first run of all does not hide the others. Lengths in units of the picture."""

    put: int
    deleted: int

    @property
    def decade(self) -> float:
        return _HEIGHT / max(self.decades(self.put) + self.decades(self.deleted), 1.0)

    @staticmethod
    def decades(count: int) -> float:
        return math.log10(1 + count)

    def length(self, count: int) -> float:
        """0 for none; what is there is seen."""
        return max(self.decades(count) * self.decade, 3.0) if count > 0 else 0.0

    @property
    def zero(self) -> float:
        """Where the line of none lies."""
        return _TOP + (self.decades(self.put) * self.decade if self.put or self.deleted else _HEIGHT)


def chart(runs: Sequence[Run], language: Language) -> str:
    """A figure of the runs, the newest first as the index gives them; nothing for none."""
    shown = list(reversed(runs[:MOST]))
    if not shown:
        return ""
    scale = _Scale(max(run.items_put for run in shown), max(run.items_deleted for run in shown))
    told = say(
        "chart_says",
        language,
        count=number(len(shown), language),
        put=number(scale.put, language),
        deleted=number(scale.deleted, language),
    )
    parts = [*_grid(scale, language), *(part for place, run in enumerate(shown) for part in _bar(place, run, scale, language))]
    below = _TOP + _HEIGHT + _SIGNS
    title = escape(say("chart", language))
    picture = (
        f'<svg viewBox="0 0 {_WIDTH} {below}" role="img" aria-labelledby="chart-title chart-says"><title id="chart-title">{title}</title>'
        f'<desc id="chart-says">{escape(told)}</desc>{"".join(parts)}</svg>'
    )
    keys = f'<span class="key-put">{escape(say("put", language))}</span> · <span class="key-gone">{escape(say("deleted", language))}</span>'
    signs = " · ".join(
        f"{sign} {escape(word.in_(language))}" for one, (sign, word) in OUTCOMES.items() if any(run.outcome is one for run in shown)
    )
    caption = f"<figcaption>{keys} · {signs}<br>{escape(told)}</figcaption>"
    return f'<figure><div class="scroll" role="region" tabindex="0" aria-label="{title}">{picture}</div>{caption}</figure>'


def _grid(scale: _Scale, language: Language) -> Iterator[str]:
    """Lines at 1, 10, 100, …, upwards and downwards."""
    right = _WIDTH - 5
    yield f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{scale.zero:.1f}" y2="{scale.zero:.1f}"/>'
    yield f'<text x="{_LEFT - 6}" y="{scale.zero + 4:.1f}" text-anchor="end">0</text>'
    for most, sign in ((scale.put, -1), (scale.deleted, 1)):
        last = scale.zero
        for power in range(int(math.log10(most)) + 1 if most else 0):
            y = scale.zero + sign * scale.length(10**power)
            yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            if abs(y - last) >= 14:
                yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(10**power, language)}</text>'
                last = y


def _bar(place: int, run: Run, scale: _Scale, language: Language) -> Iterator[str]:
    x, up, down = _LEFT + place * _STEP + 4, scale.length(run.items_put), scale.length(run.items_deleted)
    sign, word = OUTCOMES[run.outcome]
    told = f"{run.started:%Y-%m-%d %H:%M} UTC, {word.in_(language)}: +{run.items_put} −{run.items_deleted}"
    yield f"<g><title>{escape(told)}</title>"
    if up:
        yield f'<rect class="bar-put" x="{x}" width="{_BAR}" y="{scale.zero - up:.1f}" height="{up:.1f}"/>'
    if down:
        yield f'<rect class="bar-gone" x="{x}" width="{_BAR}" y="{scale.zero:.1f}" height="{down:.1f}"/>'
    yield f'<text x="{x + _BAR / 2:.0f}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{sign}</text></g>'
