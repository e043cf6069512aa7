"""Acquisition keys: the identifier grammars of the archives (pure; matching across archives builds on them)."""

import re
from dataclasses import dataclass
from datetime import datetime

from mappings.record import Unmappable
from mappings.times import parse_token

# `t` = YYYYMMDDhhmmssd (d = tenth of a second); `cell` = 1x1 degree square and the cell inside it; `n` = length counter.
# Sources: sources report "Airbus and DINAMIS" §5.1, run against every recorded identifier.
GRAMMARS: dict[str, re.Pattern[str]] = {
    "PHR": re.compile(
        r"DS_(?P<plat>PHR1[AB])_(?P<t>\d{15})_(?P<sta>[A-Z]{2}\d)_(?P<mode>PX|P|X)_(?P<cell>[EW]\d{3}[NS]\d{2}_\d{4})_(?P<n>\d{5})"
    ),
    "SPOT": re.compile(r"DS_(?P<plat>SPOT[67])_(?P<t>\d{15})_(?P<sta>\w{3})_\w{3}_\w{3}_\w{3}_(?P<cell>[EW]\d{3}[NS]\d{2})_(?P<n>\d{5})"),
    "PNEO": re.compile(r"DS_(?P<plat>PNEO[3-6])_(?P<t>\d{15})_(?P<sta>\w{3})_\w{3}_\w{3}_(?P<cell>[EW]\d{3}[NS]\d{2})_(?P<n>\d{6})"),
    "ACQ": re.compile(r"ACQ_(?P<plat>PNEO[3-6])_(?P<seq>\d{14})"),
    "SEN": re.compile(r"SEN_(?P<plat>SPOT[67])_(?P<d>\d{8})_(?P<hms>\d{6})(?P<ms>\d{3})_(?P<k>\d{3})"),
    "MTD": re.compile(r"(?P<plat>SPOT[67])_MS_(?P<t>\d{15})_SPOT[67]_P_(?P<tp>\d{15})_(?P<k>\d+)"),
    "FILE": re.compile(
        r"(?P<kind>IMG|DIM|RPC|LUT|ICON|PREVIEW|CLD|ROI)_(?P<plat>PHR1[AB]|SPOT[67]|PNEO[3-6])_"
        r"(?:(?:STD|PMS(?:-N|-X|-FS)?|MS-FS|MS|PAN|P)_)?(?P<t>\d{15})_(?:(?:PMS(?:-N|-X|-FS)?|MS-FS|MS|PAN|P)_)?"
        r"(?P<lvl>SEN|PRJ|MOS|ORT)_(?P<job>.+?)(?:_R\d+C\d+)?(?:\.\w+)?"
    ),
}
_FILES = ("FILE", "MTD")
_EMBEDDED = ("PHR", "SPOT", "PNEO", "SEN")
_INSIDE = {kind: re.compile(rf"(?<![A-Za-z0-9]){GRAMMARS[kind].pattern}") for kind in _EMBEDDED}
_PARTS = re.compile(r"[/\\?#&=]")
_SUFFIX = re.compile(r"\.\w{1,8}$")
# Longer than any path of an archive: an identifier beyond is nobody's.
_LONGEST = 2000


@dataclass(frozen=True)
class Scene:
    """What an identifier tells of its acquisition. `instant` is the token as written: for Pléiades perhaps not UTC (report §5.2)."""

    kind: str
    identifier: str
    platform: str
    instant: datetime | None
    station: str | None = None
    cell: str | None = None
    counter: int | None = None
    mode: str | None = None

    @property
    def key(self) -> str:
        """The acquisition key kept as `moisson:scene`: platform and token where both are known, else the identifier."""
        return f"{self.platform}/{self.instant:%Y%m%dT%H%M%S}.{self.instant.microsecond // 100000}" if self.instant else self.identifier


def parse_scene(identifier: str | None, kinds: tuple[str, ...] = tuple(GRAMMARS)) -> Scene | None:
    """The scene of an identifier in one of the grammars, or None; one whose token is no instant (month 13) is in none."""
    for kind in kinds if identifier else ():
        match = GRAMMARS[kind].fullmatch(identifier or "")
        if match:
            return _scene(kind, match)
    return None


def find_scenes(text: str) -> tuple[Scene, ...]:
    """Every scene that a name or a path tells of, each identifier once: names of files (with or without their kind, IMG_, DIM_ …) and,
    inside of names of folders, identifiers of acquisitions, whatever stands before (`SO24012539-2-01_DS_PHR1B_…`) or is glued on after
    (`…_0711_024843613631101`; report §5.1)."""
    found: dict[str, Scene] = {}
    for part in _PARTS.split(text[:_LONGEST]):
        scenes = [_scene(kind, match) for kind in _EMBEDDED for match in _INSIDE[kind].finditer(part)]
        whole = parse_scene(part, _FILES) or parse_scene(_SUFFIX.sub("", part), _FILES) or parse_scene(f"DIM_{part}", _FILES)
        found.update({scene.identifier: scene for scene in (*scenes, whole) if scene})
    return tuple(found.values())


def _scene(kind: str, match: re.Match[str]) -> Scene | None:
    """None when the token is no instant."""
    groups = match.groupdict()
    token = groups.get("t") or (f"{groups['d']}{groups['hms']}{groups['ms'][0]}" if kind == "SEN" else None)
    try:
        instant = parse_token(token, "identifier") if token else None
    except Unmappable:
        return None
    return Scene(
        kind=kind,
        identifier=match[0],
        platform=groups["plat"],
        instant=instant,
        station=groups.get("sta"),
        cell=groups.get("cell"),
        counter=int(groups["n"]) if groups.get("n") else None,
        mode=groups.get("mode"),
    )
