"""What names of products tell: their acquisition, where they are in a grammar of the Sentinels, of Airbus, or of SPOT scenes."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from mappings.ogc.moments import Period
from mappings.peps import names as sentinel
from mappings.scenes import parse_scene
from mappings.swh import names as spot

_ENDINGS = (".SAFE", ".SEN3", ".zip", ".ZIP", "_quicklook.jpg")
_LONGEST = 250
_START = re.compile(r"(\d{8})T(\d{6})", re.ASCII)


def scene_of(names: Iterable[str | None]) -> str | None:
    """The acquisition key of the first name in a grammar."""
    return next((key for name in names if (key := _key(name))), None)


def period_of(names: Iterable[str | None]) -> Period | None:
    """The instant of the first name that tells one, for records that say no time of their own."""
    for name in names:
        scene = parse_scene(_stem(name))
        when = scene.instant if scene else _instant(_key(name))
        if when:
            return Period(when, when)
    return None


def _key(name: str | None) -> str | None:
    stem = _stem(name)
    product = sentinel.parse_name(stem)
    if product:
        return product.scene
    scene = parse_scene(stem)
    if scene:
        return scene.key
    heritage = spot.parse_name(stem)
    return heritage.scene if heritage else None


def _stem(name: str | None) -> str:
    stem = (name or "")[-_LONGEST:].rstrip("/").rpartition("/")[2].strip()
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    return stem


def _instant(key: str | None) -> datetime | None:
    match = _START.search(key or "")
    try:
        return datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None
