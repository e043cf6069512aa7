"""Purchased: which images of the commercial catalogue are held already, as far as an audience may know, and how much of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from index.document import members_of
from index.matches import Match
from index.protocol import Index
from index.state import ItemKey
from mappings.areas import square_metres
from mappings.audience import Audience
from mappings.facts import Availability
from mappings.geometry import to_shapely
from mappings.ordering.words import Text

NEGLIGIBLE = 0.001
"""What is left of a scene below this share is nothing to buy."""

DO_NOT_ORDER = Text("Déjà acquise : ne pas commander", "Already purchased: do not order")
PARTLY = Text("Acquise en partie : ne commander que le reste", "Purchased in part: order only the rest")
PERHAPS = Text("Peut-être déjà acquise : vérifier avant de commander", "Perhaps already purchased: check before ordering")


@dataclass(frozen=True)
class Purchase:
    """The held products of one catalogue image; `footprint` is what the certain ones cover together."""

    matches: Sequence[Match]
    footprint: Any

    def rest(self, piece: Any) -> Any:
        """What of a polygon is not held; empty when next to nothing is left."""
        left = shapely.difference(piece, self.footprint)
        return left if square_metres([left])[0] > square_metres([piece])[0] * NEGLIGIBLE else shapely.Polygon()

    @property
    def is_certain(self) -> bool:
        return any(not match.candidate for match in self.matches)

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


def purchases(index: Index, audience: Audience, keys: Collection[ItemKey]) -> Mapping[ItemKey, Purchase]:
    """Of catalogue images that the audience finds: those of which it also finds a held product."""
    found = index.matches(audience, keys) if keys else {}
    return {key: Purchase(matches, _footprint(index, audience, matches)) for key, matches in found.items() if matches}


def _footprint(index: Index, audience: Audience, matches: Sequence[Match]) -> Any:
    outlines = []
    for match in matches:
        held = None if match.candidate else index.get(audience, *match.held)
        if held is None or held.availability != Availability.HELD:
            continue
        geometry = members_of(held.head).get("geometry")
        if geometry:
            outlines.append(to_shapely(geometry))
    return shapely.union_all(outlines) if outlines else shapely.Polygon()
