"""What every held image has in common: mission, licence, providers, how its files are had."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mappings.dinamis.members import host
from mappings.facts import Availability, Facts
from mappings.geometry import clean_footprint
from mappings.item import build_item
from mappings.record import Item, Record, Unmappable
from mappings.scenes import Scene, parse_scene

SIGNING = "https://signing.stac.teledetection.fr/sign_urls"
# Only these hosts' addresses are signed by the service (report §3.1).
_SIGNED_HOSTS = "meso.umontpellier.fr"
_S3 = "s3-data.meso.umontpellier.fr"

_AIRBUS = "https://space-solutions.airbus.com/"
_DINAMIS = {"name": "DINAMIS", "roles": ["host"], "url": "https://dinamis.data-terra.org/"}
# Pléiades belongs to the French State, SPOT 6/7 to Airbus: two licences (report §4).
_PROVIDERS = {
    "SPOT": [{"name": "Airbus Defence and Space", "roles": ["licensor", "producer"], "url": _AIRBUS}, _DINAMIS],
    "PHR": [
        {"name": "CNES", "roles": ["licensor"], "url": "https://cnes.fr/"},
        {"name": "Airbus Defence and Space", "roles": ["producer", "processor"], "url": _AIRBUS},
        _DINAMIS,
    ],
}
_COLLECTIONS = {"SPOT": "dinamis-spot67", "PHR": "dinamis-pleiades"}
_LICENCES = {"SPOT": "dinamis-spot67", "PHR": "dsp-pleiades"}
_INSTRUMENTS = {"SPOT": ["naomi"], "PHR": ["hiri"]}
# Not the licence of an image, whose link the table gives.
_CHARTER = {
    "rel": "terms-of-service",
    "href": "https://dinamis.data-terra.org/en/eligible-users",
    "type": "text/html",
    "title": "Charte d’adhésion à DINAMIS",
    "hreflang": "fr",
}
_SCHEMES: dict[str, dict[str, Any]] = {
    "mtd": {
        "type": "signedUrl",
        "description": "The service signs up to 64 addresses at once, for members whose organisation signed the licence",
        "flows": {
            "authorizationCode": {
                "method": "POST",
                "authorizationApi": SIGNING,
                "parameters": {
                    "urls": {
                        "in": "body",
                        "required": True,
                        "description": "Addresses to sign",
                        "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 64},
                    }
                },
                "responseField": "hrefs",
            }
        },
    },
    "mtd-key": {
        "type": "apiKey",
        "in": "header",
        "name": "access-key",
        "description": "Key of the signing service, with `secret-key` in a second header",
    },
}
_ACCOUNT: dict[str, dict[str, Any]] = {"dinamis": {"type": "account", "description": "DINAMIS account of a member who signed the licence"}}

# Pléiades Neo is Airbus's own: written with and without accent, hyphen, brackets.
_NEO = re.compile(r"pneo[\W_]*\d|(?<![a-z])pneo(?![a-z])|(?:phr|pl[eé]iades?)[\W_]*neo(?![a-z])", re.I)
# As a word of its own beside the other: « Neo Pléiades », « Pleiades 1A (Neo) ».
_NEO_WORD = re.compile(r"(?<![a-z])neo(?![a-z])")
_PHR_WORD = re.compile(r"phr|pleiade")
_SPOT = re.compile(r"(?<![a-z0-9])spot[\s_-]*([67])(?!\d)", re.I)
_PHR = re.compile(r"(?:phr|pl[eé]iades?)[\s_-]*(1[ab])(?![a-z0-9])", re.I)
_PHR_ANY = re.compile(r"(?<![a-z])(?:phr|pl[eé]iades?)(?![a-z])", re.I)
_SPOT_ANY = re.compile(r"(?<![a-z0-9])spot[\s_-]*6[\s_/-]*7(?!\d)", re.I)


@dataclass(frozen=True)
class Mission:
    """`name` is PHR or SPOT; `platform` None where only the constellation is told."""

    name: str
    platform: str | None


def mission_of(*values: str | None) -> Mission | None:
    """The mission that the first telling text names: `spot7`, `SPOT 6`, `PHR1A`, `Pléiades 1B`, `spot-6-7-drs`, `Pléiades`; never
    Pléiades Neo."""
    for value in map(_composed, values):
        if not value or _is_neo(value):
            continue
        if _SPOT_ANY.search(value):
            return Mission("SPOT", None)
        if spot := _SPOT.search(value):
            return Mission("SPOT", f"spot{spot[1]}")
        if phr := _PHR.search(value):
            return Mission("PHR", f"phr{phr[1].lower()}")
        if _PHR_ANY.search(value):
            return Mission("PHR", None)
    return None


def refuse_neo(field: str, *values: Any) -> None:
    """Raises Unmappable when an identifier or a text names Pléiades Neo: the two licences are for SPOT 6/7 and Pléiades only."""
    for value in values:
        if isinstance(value, str) and _is_neo(_composed(value)):
            raise Unmappable(f"Pléiades Neo, for which no licence of the Dispositif is known: {value[:60]!r}", field)


def _is_neo(value: str) -> bool:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    if "neo" not in plain:
        return False
    beside = _NEO_WORD.search(plain) and _PHR_WORD.search(plain)
    return bool(_NEO.search(plain) or beside)


def _composed(value: str | None) -> str:
    """An é as one character: files written on macOS have it as two."""
    if not value or value.isascii():
        return value or ""
    return unicodedata.normalize("NFC", value)


def scene_of(*identifiers: str | None) -> Scene | None:
    """The first identifier that is in a grammar and tells an instant."""
    for value in identifiers:
        scene = parse_scene(value)
        if scene and scene.instant and not scene.platform.startswith("PNEO"):
            return scene
    return None


def held_item(
    record: Record,
    *,
    item_id: str,
    form: str,
    mission: Mission,
    scene: Scene | None,
    footprint: Any,
    properties: dict[str, Any],
    assets: dict[str, dict[str, Any]] | None = None,
    links: Iterable[dict[str, Any]] = (),
) -> Item:
    """The Item of a held image. `form` says which kind of record told of it; an unusable footprint leaves it unlocated."""
    try:
        geometry, bbox = clean_footprint(footprint)
    except Unmappable:
        geometry, bbox = None, None
    platform = mission.platform or (scene.platform.lower() if scene else None)
    kept = assets or {}
    return build_item(
        record,
        item_id=item_id,
        collection=_COLLECTIONS[mission.name],
        geometry=geometry,
        bbox=bbox,
        properties={
            **properties,
            "platform": platform,
            "constellation": mission.name.lower(),
            "instruments": _INSTRUMENTS[mission.name],
            "order:status": "succeeded",
            "dinamis:record": form,
            "providers": _PROVIDERS[mission.name],
            "auth:schemes": _schemes(kept),
        },
        facts=Facts(Availability.HELD, _LICENCES[mission.name], scene=scene.key if scene else None),
        assets=kept,
        links=[_CHARTER, *links],
    )


def auth_of(href: str) -> list[str]:
    """Whose permission an image file needs: none of them is open."""
    return ["mtd"] if host(href).endswith(_SIGNED_HOSTS) else ["dinamis"]


def bucket_of(href: str) -> str | None:
    """The bucket of an address in the object store of the Maison de la Télédétection."""
    bucket = href.split("/", 4)[3:4] if host(href) == _S3 else []
    return bucket[0].split("?")[0] or None if bucket else None


def storage(buckets: Iterable[str]) -> tuple[dict[str, str], dict[str, Any] | None]:
    """(scheme name by bucket, `storage:schemes`) of the object store; the first bucket's scheme is `mtd-s3`."""
    names = {bucket: "mtd-s3" if index == 0 else f"mtd-s3-{index + 1}" for index, bucket in enumerate(sorted(set(buckets)))}
    schemes = {
        name: {"type": "custom-s3", "platform": f"https://{_S3}/{{bucket}}", "bucket": bucket, "requester_pays": False}
        for bucket, name in names.items()
    }
    return names, schemes or None


def _schemes(assets: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    used = {name for asset in assets.values() for name in asset.get("auth:refs", ())}
    return {**(_SCHEMES if "mtd" in used else {}), **(_ACCOUNT if "dinamis" in used else {})} or None
