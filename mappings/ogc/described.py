"""What a record says of an image, whatever its format: the parts that Items are made of."""

from dataclasses import dataclass, field
from typing import Any

from mappings.ogc.hrefs import Hrefs
from mappings.ogc.moments import Period
from mappings.ogc.own import Own

Geometry = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """`platforms`, `names` (of products) and `prose` tell the mission; `codes` and `terms` (texts, addresses) the licence; `providers`
    are organisations with STAC's roles, no persons. `properties` are STAC's, those that are None are left out. `axis_rule` says how the
    order of coordinates was told, None where there was no question; `approximate` that the footprint is but a box; `own` what another
    Moisson says of its Item.
    """

    form: str
    period: Period
    geometry: Geometry | None
    properties: dict[str, Any]
    axis_rule: str | None = None
    approximate: bool = False
    platforms: tuple[str | None, ...] = ()
    names: tuple[str | None, ...] = ()
    prose: tuple[str | None, ...] = ()
    codes: tuple[str | None, ...] = ()
    terms: tuple[str | None, ...] = ()
    level: str | None = None
    online: bool | None = None
    providers: tuple[dict[str, Any], ...] = ()
    hrefs: Hrefs = field(default_factory=Hrefs)
    own: Own | None = None
