"""Chance without state: every draw is a pure function of (seed, lane, index), and identifiers can be read back."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MASK = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15
_INVERSE = pow(_ODD, -1, 1 << 64)
_UUID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{8}([0-9a-f]{4})")


def draw(seed: int, lane: int, index: int, salt: int = 0) -> int:
    """64 well mixed bits (splitmix64)."""
    word = (seed * 0xD1342543DE82EF95 + (lane << 56) + (salt << 48) + index * _ODD + 0x2545F4914F6CDD1D) & _MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    return word ^ (word >> 31)


def uuid(seed: int, lane: int, index: int, version: int = 4) -> str:
    """A UUID that `located` turns back into (lane, index): 64 of its bits are a reversible mix of both."""
    word = (((lane << 40) | index) * _ODD ^ seed * 0xD1342543DE82EF95) & _MASK
    word ^= word >> 32
    rest = (word * 0xBF58476D1CE4E5B9) & _MASK
    text, more = f"{word:016x}", f"{rest:016x}"
    return f"{text[:8]}-{text[8:12]}-{version}{more[:3]}-{'89ab'[rest & 3]}{more[3:6]}-{more[6:14]}{text[12:]}"


def located(seed: int, text: str) -> tuple[int, int] | None:
    """(lane, index) of a UUID made by `uuid`; None for one that is not a UUID. The caller checks both against its world."""
    match = _UUID.fullmatch(text)
    if match is None:
        return None
    word = int("".join(match.groups()), 16)
    word ^= word >> 32
    code = ((word ^ (seed * 0xD1342543DE82EF95 & _MASK)) * _INVERSE) & _MASK
    return code >> 40, code & ((1 << 40) - 1)


@dataclass(frozen=True, slots=True)
class Spread:
    """`some` of `all` indexes chosen evenly: the j-th chosen is (j * all + shift) // some, so that counting is arithmetic."""

    all: int
    some: int
    shift: int = 0

    @classmethod
    def of(cls, every: int, some: int, seed: int) -> Spread:
        return cls(every, some, draw(seed, 99, some) % max(every, 1))

    def at(self, j: int) -> int:
        return (j * self.all + self.shift) // self.some

    def below(self, index: int) -> int:
        """How many chosen indexes are smaller than `index`."""
        if not self.some:
            return 0
        return min(max(-((self.shift - index * self.some) // self.all), 0), self.some)

    def has(self, index: int) -> bool:
        return self.below(index + 1) > self.below(index)

    def other(self, j: int) -> int:
        """The j-th index that is not chosen."""
        if not self.some:
            return j
        index = j * self.all // (self.all - self.some)
        while index - self.below(index) < j:
            index += 1
        while index - self.below(index) > j:
            index -= 1
        while self.has(index):
            index += 1
        return index
