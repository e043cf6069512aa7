"""Geohash cells: the bits of longitude and latitude, in turn, five to a character."""

_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


def bits_of(precision: int) -> tuple[int, int]:
    """How many bits of longitude and of latitude a geohash of so many characters has."""
    bits = 5 * precision
    return bits - bits // 2, bits // 2


def geohash(across: int, along: int, precision: int) -> str:
    """Of the cell that is the so-manieth from -180° eastward and from -90° northward."""
    lon_bits, lat_bits = bits_of(precision)
    interleaved = 0
    for place in range(lon_bits + lat_bits):
        # Longitude comes first.
        source, left = (across, lon_bits) if place % 2 == 0 else (along, lat_bits)
        interleaved = interleaved << 1 | source >> (left - 1 - place // 2) & 1
    shift = range(5 * (precision - 1), -1, -5)
    return "".join(_LETTERS[interleaved >> at & 31] for at in shift)
