"""Purchased: which images of the commercial catalogue are held already, as far as an audience may know, and how much of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from index.document import members_of
from index.matches import Match
from index.protocol import Index
from index.state import ItemKey, StoredItem
from mappings.areas import square_metres
from mappings.audience import Audience
from mappings.facts import Availability
from mappings.geometry import to_shapely
from mappings.words import Text

NEGLIGIBLE = 0.001
"""What is left of a scene below this share is nothing to buy."""

DO_NOT_ORDER = Text("Déjà acquise : ne pas commander", "Already purchased: do not order")
PARTLY = Text("Acquise en partie : ne commander que le reste", "Purchased in part: order only the rest")
PERHAPS = Text("Peut-être déjà acquise : vérifier avant de commander", "Perhaps already purchased: check before ordering")
NOT_YOURS = Text(
    "Déjà acquise, sous une licence qui ne vous l’ouvre pas : demander à DINAMIS avant de commander",
    "Already purchased, under a licence that does not open it to you: ask DINAMIS before ordering",
)


@dataclass(frozen=True)
class Purchase:
    """The held products of one catalogue image; `footprint` is what the `certain` ones that the asker has a way to cover together.
    `barred`: there are certain ones, and no way to any."""

    matches: Sequence[Match]
    footprint: Any
    certain: bool
    barred: bool

    def rest(self, piece: Any) -> Any:
        """What of a polygon is not held; empty when next to nothing is left."""
        left = shapely.difference(piece, self.footprint)
        return left if square_metres([left])[0] > square_metres([piece])[0] * NEGLIGIBLE else shapely.Polygon()

    def notice(self, left: Any) -> Text:
        """What to tell who would order it, `left` being what is not held."""
        if self.certain:
            return DO_NOT_ORDER if left.is_empty else PARTLY
        return NOT_YOURS if self.barred else PERHAPS

    def members(self) -> list[dict[str, Any]]:
        """The held products, as JSON has them."""
        return [
            {
                "collection": match.held.collection,
                "id": match.held.id,
                "coverage": round(match.coverage, 4),
                **({"candidate": True} if match.candidate else {}),
            }
            for match in self.matches
        ]


def purchases(
    index: Index, audience: Audience, keys: Collection[ItemKey], of_use: Callable[[StoredItem], bool]
) -> Mapping[ItemKey, Purchase]:
    """Of catalogue images that the audience finds: those of which it also finds a held product; `of_use` says whether the asker has a
    way to one."""
    found = index.matches(audience, keys) if keys else {}
    return {key: _purchase(index, audience, matches, of_use) for key, matches in found.items() if matches}


def _purchase(index: Index, audience: Audience, matches: Sequence[Match], of_use: Callable[[StoredItem], bool]) -> Purchase:
    certain = [held for match in matches if not match.candidate for held in [index.get(audience, *match.held)] if held]
    held = [one for one in certain if one.availability == Availability.HELD]
    usable = [one for one in held if of_use(one)]
    geometries = [members_of(one.head).get("geometry") for one in usable]
    outlines = [shapely.make_valid(to_shapely(geometry)) for geometry in geometries if geometry]
    footprint = shapely.union_all(outlines) if outlines else shapely.Polygon()
    return Purchase(matches, footprint, bool(usable), bool(held) and not usable)
