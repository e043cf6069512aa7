"""What a record says, and what its mission allows, as a STAC Item."""

import re
from hashlib import sha256
from typing import Any

from mappings.facts import Availability, Facts
from mappings.geometry import clean_footprint
from mappings.item import build_item
from mappings.ogc.described import Described
from mappings.ogc.eop import GRID
from mappings.ogc.missions import OTHER, Mission, Told, heritage, mission_of
from mappings.ogc.moments import members as time_members
from mappings.ogc.names import scene_of
from mappings.ogc.own import Own
from mappings.ogc.settings import PartnerSettings
from mappings.ogc.terms import Access, access_of, terms_of
from mappings.ogc.texts import line
from mappings.record import Item, Record, Unmappable
from mappings.values import positive

_SLUG = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)
_LONGEST = 200
# Characters of coordinates: some 2,000 positions.
_SCHEME = {
    Availability.HELD: "For members whose organisation signed the licence: ask the archive",
    Availability.UNKNOWN: "Access is not established: ask the archive",
}


def item_of(record: Record, source: str, own_id: str, found: Described, settings: PartnerSettings, extra: Any = None) -> Item:
    """The Item; `own_id` names it; `extra` gives members that depend on the mission. Raises Unmappable."""
    told = heritage(mission_of(found.platforms, found.names, found.prose, found.period.end), *found.names, *found.prose, *found.terms)
    acquisition = found.properties.get("product:acquisition_type")
    if acquisition == "calibration" and not settings.calibration:
        raise Unmappable("an acquisition for calibration, which the settings leave out", "eop:acquisitionType")
    geometry, bbox = _placed(found)
    own = found.own if found.own and found.own.collection in settings.taken_over else None
    access = _access(told, found, own, settings)
    properties = {
        **found.properties,
        **(own.times if own else time_members(found.period)),
        **_mission_members(told, found),
        **(extra(told.mission) if extra else {}),
        **_access_members(access),
        "providers": _providers(told.mission, found, source, settings),
        "moisson:axis_rule": found.axis_rule,
        "moisson:links_dropped": found.hrefs.dropped or None,
        "moisson:record_form": found.form,
    }
    assets = restricted(found.hrefs.assets, access.availability, properties)
    online = found.online if access.availability is Availability.OPEN and record.updated else None
    return build_item(
        record,
        item_id=own.id if own else item_id(source, own_id),
        collection=own.collection if own else f"{source}-{told.mission.id}",
        geometry=geometry,
        bbox=bbox,
        properties=properties,
        facts=Facts(
            access.availability,
            access.licence,
            scene=scene_of(found.names),
            online=online,
            online_as_of=record.updated if online is not None else None,
            footprint="approximate" if found.approximate and geometry else None,
        ),
        assets=assets,
        links=[*_via(record), *found.hrefs.links],
    )


def _access(told: Told, found: Described, own: Own | None, settings: PartnerSettings) -> Access:
    """What another Moisson tells of an Item that is taken over, as far as it is believed; else what follows for the mission."""
    if own:
        return own.access(settings.believed)
    return access_of(told, terms_of(found.codes, found.terms), found.level, settings.licences)


def _placed(found: Described) -> tuple[dict[str, Any] | None, list[float] | None]:
    """The clean footprint and its bbox; none of a row of an inventory, or of another Moisson's Item, that has none."""
    return (None, None) if found.geometry is None and (found.form == "inventory" or found.own) else clean_footprint(found.geometry)


def item_id(source: str, own_id: str) -> str:
    """`<source>-<identifier>` where that is safe in an address, else with a hash of the identifier in its place."""
    plain = f"{source}-{own_id}"
    # One that looks like a hash could take another's place.
    if _SLUG.fullmatch(own_id) and len(plain) <= _LONGEST and not own_id.startswith("h-"):
        return plain
    content = "\n".join((source, own_id)).encode("utf-8", "surrogatepass")
    return f"{source}-h-{sha256(content).hexdigest()[:32]}"


def _mission_members(told: Told, found: Described) -> dict[str, Any]:
    mission = told.mission
    members: dict[str, Any] = {
        "platform": told.platform or (_unlisted(found) if mission.id == OTHER else None),
        "constellation": mission.constellation or None,
        "instruments": found.properties.get("instruments") or list(mission.instruments) or None,
        GRID: None,
    }
    grid = positive(found.properties.get(GRID))
    if grid and mission.constellation.startswith("sentinel"):
        members["sat:relative_orbit"] = grid
    elif grid and mission.id == "landsat":
        members["landsat:wrs_path"] = f"{grid:03d}"
    elif grid:
        members[GRID] = grid
    return members


def _unlisted(found: Described) -> str | None:
    """The name of a platform that is in no table, as it is written."""
    name = next((word for value in found.platforms if (word := line(value, 60))), None)
    return name.lower() if name else None


def _access_members(access: Access) -> dict[str, Any]:
    members: dict[str, Any] = {"moisson:licence_source": access.source}
    if access.superseded:
        members["moisson:licence_superseded"] = True
    if access.availability is Availability.HELD:
        members["order:status"] = "succeeded"
    elif access.availability is Availability.ORDERABLE:
        members["order:status"] = "orderable"
    return members


def _providers(mission: Mission, found: Described, source: str, settings: PartnerSettings) -> list[dict[str, Any]]:
    """Those of the mission, then those that the record names, then the partner itself as the one host."""
    host: dict[str, Any] = {"name": settings.title or source, "roles": ["host"]}
    if settings.url:
        host["url"] = settings.url
    listed = [{"name": one.name, "roles": list(one.roles), "url": one.url} for one in mission.providers]
    names = {one["name"].casefold() for one in (*listed, host)}
    for one in found.providers:
        roles = [role for role in one["roles"] if role != "host"]
        if roles and one["name"].casefold() not in names:
            names.add(one["name"].casefold())
            listed.append({**one, "roles": roles})
    return [*listed, host]


def restricted(assets: dict[str, dict[str, Any]], availability: Availability, properties: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Image files of what is not open say whose permission they need; pictures may be shown (report §1.3)."""
    if availability not in _SCHEME or not any(map(_is_file, assets.values())):
        return assets
    properties["auth:schemes"] = {"partner": {"type": "account", "description": _SCHEME[availability]}}
    return {name: {**asset, "auth:refs": ["partner"]} if _is_file(asset) else asset for name, asset in assets.items()}


def _is_file(asset: dict[str, Any]) -> bool:
    """One without a role may well be the image."""
    roles = asset.get("roles")
    return not isinstance(roles, list) or not roles or "data" in roles


def _via(record: Record) -> list[dict[str, Any]]:
    return [{"rel": "via", "href": record.url, "type": record.media_type}] if record.url else []
