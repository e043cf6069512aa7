"""What is taken out of an Airbus feature before it is kept: contract data and what belongs to one session."""

from typing import Any

from mappings.secrets import bare, rewritten
from mappings.values import items, mapping

# Lower case, as `rewritten` compares them.
_SECRET = frozenset(
    ("activityid", "archivecorrelationid", "commercialreference", "correlationid", "customerreference", "dataaccess", "datauri")
)
# A private workspace names a customer.
_WORKSPACE = frozenset(("workspaceid", "workspacename", "workspacetitle"))
# Members that UP42's processing blocks added. Two name an order: the member stays as a mark, its value goes.
_BLOCK_MARKS = ("fileSize", "estimatedCredits", "orderID", "up42.data_path")
_EMPTIED = frozenset(("orderID", "up42.data_path"))


def redacted(feature: dict[str, Any]) -> dict[str, Any]:
    """The feature less contract data (report §1.3): references, storage paths, session ids, private workspaces, queries of addresses
    (they may hold a token), and what `rights` names besides rights."""
    given = mapping(feature.get("properties"))
    workspace = given.get("workspaceName")
    public = isinstance(workspace, str) and workspace.strip().startswith("public")
    kept: dict[str, Any] = rewritten(feature, bare, _SECRET if public else _SECRET | _WORKSPACE)
    kept["properties"] = mapping(kept.get("properties"))
    for members in (kept, kept["properties"]):
        members.update({name: None for name in _EMPTIED if name in members})
    if "rights" in kept:
        kept["rights"] = {name: {} for name in mapping(kept["rights"])}
    return kept


def is_clipped(feature: dict[str, Any]) -> bool:
    """Whether the geometry is an ordered area and not the image's footprint.

    UP42's blocks replaced the footprint. Most left members that tell; pleiades-primary left none but an upright rectangle, which
    no strip of a satellite in a polar orbit is. The search itself always gives `_links`.
    """
    properties = mapping(feature.get("properties"))
    if any(name in feature or name in properties for name in _BLOCK_MARKS):
        return True
    return "_links" not in feature and _is_upright(mapping(feature.get("geometry")))


def _is_upright(geometry: dict[str, Any]) -> bool:
    rings = items(geometry.get("coordinates"))
    ring = items(rings[0]) if len(rings) == 1 else []
    if len(ring) not in (4, 5) or not all(isinstance(point, list) and len(point) >= 2 for point in ring):
        return False
    corners = ring[:4]
    return all((a[0] == b[0]) != (a[1] == b[1]) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True))
