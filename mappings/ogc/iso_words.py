"""Key words of ISO records, and what some catalogues tell by them."""

import re
from collections.abc import Iterator
from typing import Any

from mappings.iso_out.names import PLATFORM, THESAURI
from mappings.ogc.elements import Element, anywhere, children, code, said, words
from mappings.ogc.texts import line
from mappings.values import number, percent

_GCMD = re.compile(r"platform|plate-?forme|instrument|capteur|sensor", re.I)


def words_of(data: Element) -> Iterator[tuple[str, str | None]]:
    """(word, its thesaurus and type) in all languages; of a thesaurus of ours its identifier."""
    for block in anywhere(data, "MD_Keywords"):
        thesaurus = f"{said(block, 'thesaurusName', 'CI_Citation', 'title') or ''} {code(block, 'type') or ''}".strip() or None
        named = said(block, "thesaurusName", "CI_Citation", "identifier", "MD_Identifier", "code")
        thesaurus = named if named in THESAURI else thesaurus
        for keyword in children(block, "keyword"):
            for part in anywhere(keyword, "CharacterString", "Anchor", "LocalisedCharacterString"):
                word = words(part)
                if word:
                    yield word, thesaurus
            own = words(keyword)
            if own:
                yield own, thesaurus


def members_of(values: Iterator[str]) -> dict[str, Any]:
    """STAC's members: pygeometa, and another Moisson, write `eo:orbitNumber:50` and the like as key words."""
    found = dict(value.removeprefix("eo:").split(":", 1) for value in values if value.startswith("eo:") and value.count(":") >= 2)
    direction, orbit = found.get("orbitDirection", "").lower(), number(found.get("orbitNumber"))
    return {
        "product:type": line(found.get("productType"), 100),
        "sat:orbit_state": direction if direction in ("ascending", "descending") else None,
        # 50 for a product of track 50: the relative one.
        "sat:relative_orbit": int(orbit) if orbit and orbit.is_integer() and 0 < orbit < 1000 else None,
        "eo:snow_cover": percent(found.get("snowCover")),
    }


def level_in(values: Iterator[str]) -> str | None:
    """The processing level in them."""
    return next((value.split(":", 2)[2] for value in values if value.startswith("eo:processingLevel:")), None)


def is_platform(thesaurus: str | None) -> bool:
    """Whether its words name platforms; of ours only the one that is for them."""
    return thesaurus == PLATFORM or bool(thesaurus and thesaurus not in THESAURI and _GCMD.search(thesaurus))
