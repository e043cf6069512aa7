"""MapOffer: what an installation says of its map page."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mappings.words import Text

STATIC = Path(__file__).parent / "static"
"""Where `make web` puts what it builds."""
_GEOPLATEFORME = "https://data.geopf.fr"
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.ASCII)


def _geoplateforme(layer: str, media_type: str) -> str:
    """A template of tiles; layers, formats and matrix sets as the package xyzservices lists them."""
    asked = "SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&STYLE=normal&TILEMATRIXSET=PM"
    return f"{_GEOPLATEFORME}/wmts?{asked}&LAYER={layer}&FORMAT={media_type}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"


@dataclass(frozen=True)
class Basemap:
    """A layer behind everything: `tiles` is a template with {z}, {x} and {y} of pictures of 256 pixels in web Mercator."""

    id: str
    title: Text
    tiles: str
    attribution: str
    minzoom: int = 0
    maxzoom: int = 19


GEOPLATEFORME = (
    Basemap("plan", Text("Plan IGN", "IGN map"), _geoplateforme("GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2", "image/png"), "© IGN / Géoplateforme"),
    Basemap(
        "ortho",
        Text("Photographies aériennes", "Aerial photographs"),
        _geoplateforme("ORTHOIMAGERY.ORTHOPHOTOS", "image/jpeg"),
        "© IGN / Géoplateforme",
    ),
)


@dataclass(frozen=True)
class MapOffer:
    """`basemaps` can be switched on beside the one that comes with the page; `hosts` are addresses whose map layers the page may ask
    when a person switches one on, and nothing else outside of this server. `client_id` is the page's own at the sign-in service (else
    that of the command line). `folder` holds what was built."""

    basemaps: tuple[Basemap, ...] = GEOPLATEFORME
    hosts: tuple[str, ...] = (_GEOPLATEFORME,)
    client_id: str | None = None
    folder: Path = STATIC

    def origins(self) -> tuple[str, ...]:
        """Where layers may come from, as a Content-Security-Policy has it; sorted."""
        return tuple(sorted(set(map(origin_of, (*(one.tiles for one in self.basemaps), *self.hosts)))))


def origin_of(url: str) -> str:
    """`https://host:port` of an http or https address; "" for anything else, and for a host that a header cannot name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}:{port}" if port else f"{parts.scheme}://{named}"
