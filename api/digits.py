"""Digits: numbers and texts as the digits of one number in mixed radix, which takes no more bits than there are possibilities.

A byte of a text is one of 179 where a character begins (UTF-8 has no others) and one of 64 within one: the longest page token stays
below 512 characters, which it would not with eight bits a byte.
"""

_STARTS = 0x80 + 0xF5 - 0xC2
_LONG = 2**24


class Writer:
    """Collects digits, and gives the number's bytes."""

    def __init__(self) -> None:
        self._digits: list[tuple[int, int]] = []

    def put(self, digit: int, radix: int) -> None:
        """One of `radix` possibilities."""
        if not 0 <= digit < radix:
            raise ValueError(f"{digit} is not one of {radix}")
        self._digits.append((digit, radix))

    def put_text(self, text: str, usual: int) -> None:
        """A text, shortest where it has at most `usual` bytes."""
        raw = text.encode()
        self.put(min(len(raw), usual + 1), usual + 2)
        if len(raw) > usual:
            self.put(len(raw), _LONG)
        if text.isascii():
            self._digits.extend((byte, _STARTS) for byte in raw)
            return
        within = 0
        for byte in raw:
            if within:
                self._digits.append((byte - 0x80, 64))
                within -= 1
            else:
                self._digits.append((byte if byte < 0x80 else byte - 0xC2 + 0x80, _STARTS))
                within = _following(byte)

    def bytes(self) -> bytes:
        number = 0
        for digit, radix in reversed(self._digits):
            number = number * radix + digit
        return number.to_bytes((number.bit_length() + 7) // 8)


class Reader:
    """Gives the digits back, in the order in which they were put. What follows the last is zeros."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data)

    def take(self, radix: int) -> int:
        self._number, digit = divmod(self._number, radix)
        return digit

    def take_text(self, usual: int) -> str:
        size = self.take(usual + 2)
        if size > usual:
            size = self.take(_LONG)
        raw, within = bytearray(), 0
        for _ in range(size):
            if within:
                raw.append(self.take(64) + 0x80)
                within -= 1
            else:
                digit = self.take(_STARTS)
                raw.append(digit if digit < 0x80 else digit - 0x80 + 0xC2)
                within = _following(raw[-1])
        return raw.decode()


def _following(byte: int) -> int:
    """How many bytes of a character follow its first."""
    return 0 if byte < 0xC2 else 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
