"""What is said of a Collection of a partner that has no table of its own: made from its name and the mission."""

from mappings.catalogue import CollectionInfo
from mappings.ogc.missions import Mission, missions

_ACCESS_FR = {
    "open": "Elles sont libres et gratuites.",
    "named": "Leurs droits d’accès ne sont pas établis tant que l’opérateur n’a pas nommé la licence.",
    "unknown": "Leurs droits d’accès ne sont pas établis.",
}
_ACCESS_EN = {
    "open": "They are free and open.",
    "named": "Access to them is not established until the operator names the licence.",
    "unknown": "Access to them is not established.",
}


def described(collection_id: str) -> CollectionInfo | None:
    """Of `<source>-<mission>`; None when no mission ends the id."""
    ending = max((name for name in missions() if collection_id.endswith(f"-{name}")), key=len, default=None)
    source = collection_id.removesuffix(f"-{ending}") if ending else ""
    return _info(collection_id, source, missions()[ending]) if ending and source else None


def _info(collection_id: str, source: str, mission: Mission) -> CollectionInfo:
    english = mission.title_en or mission.title
    return CollectionInfo(
        id=collection_id,
        title_fr=f"{source} : {mission.title}",
        title_en=f"{source}: {english}",
        description_fr=f"Images du catalogue {source} ({mission.title}). {_ACCESS_FR[mission.access]}",
        description_en=f"Images of the catalogue {source} ({english}). {_ACCESS_EN[mission.access]}",
        licence=mission.licence,
        keywords=(source, english, *mission.keywords),
        providers=mission.providers,
    )
