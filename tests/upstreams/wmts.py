"""The Géoplateforme's map tiles: capabilities with the layers of yearly coverages, their extents as bogus as the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ROOT = "/geopf"
PREFIX = "ORTHOIMAGERY.ORTHO-SAT."
_NAMESPACES = (
    'xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:gml="http://www.opengis.net/gml"'
)
# A white pixel; whoever asks for a JPEG gets one too, as it is looked at by nobody.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ffff3f0005fe02fea1359e910000000049454e44ae426082"
)

# Pages of other origins show tiles.
_FOR_ALL = {"Access-Control-Allow-Origin": "*"}


def usual_layers() -> Iterator[str]:
    """The names that the real service lists, and layers of something else."""
    yield "GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2"
    for year in range(2013, 2026):
        yield f"{PREFIX}SPOT.{year}"
        if year in range(2014, 2018):
            yield f"{PREFIX}SPOT.{year}.GRAPHE-MOSAIQUAGE"
    for year in range(2012, 2027):
        yield f"{PREFIX}PLEIADES.{year}"
    for year in (2023, 2024):
        yield f"{PREFIX}PLEIADES.{year}.IRC"
    yield from (f"{PREFIX}PLEIADES.MAYOTTE.{month}" for month in ("2024-06", "2025-06"))
    yield from (f"{PREFIX}RAPIDEYE.{year}" for year in (2010, 2011))
    yield "ORTHOIMAGERY.ORTHOPHOTOS"


@dataclass
class Tiles:
    """What is served; tests change `layers`. `conditional`: whether it knows ETags."""

    layers: list[str] = field(default_factory=lambda: list(usual_layers()))
    conditional: bool = True

    def capabilities(self) -> bytes:
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<Capabilities {_NAMESPACES} version="1.0.0">\n'
        service = "<ows:ServiceIdentification><ows:Title>WMTS</ows:Title><ows:ServiceType>OGC WMTS</ows:ServiceType>"
        service += "<ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>\n"
        body = "".join(map(_layer, self.layers))
        return f"{head}{service}<Contents>{body}</Contents></Capabilities>".encode()

    def routes(self) -> list[Route]:
        async def wmts(request: Request) -> Response:
            given = {name.upper(): value for name, value in request.query_params.items()}
            if given.get("SERVICE", "").upper() != "WMTS":
                return _refused("MissingParameterValue", "SERVICE")
            if given.get("REQUEST") == "GetTile":
                known = given.get("LAYER") in self.layers
                return Response(_PIXEL, media_type="image/png", headers=_FOR_ALL) if known else _refused("InvalidParameterValue", "LAYER")
            if given.get("REQUEST") != "GetCapabilities":
                return _refused("InvalidParameterValue", "REQUEST")
            content = self.capabilities()
            headers = {"ETag": f'"{blake2b(content, digest_size=8).hexdigest()}"'} if self.conditional else {}
            if headers and request.headers.get("if-none-match") == headers["ETag"]:
                return Response(status_code=304, headers=headers)
            return Response(content, media_type="application/xml", headers=headers)

        return [Route(f"{ROOT}/wmts", wmts)]


def _layer(name: str) -> str:
    is_spot = ".SPOT." in name
    low, high = ("-75.0 -179.5", "75.0 179.5") if is_spot else ("-180.0 -80.0", "180.0 80.0")
    format_, matrices = ("image/jpeg", "PM_0_17") if is_spot else ("image/png", "PM_0_18")
    if name.endswith("MAYOTTE.2024-06"):
        format_, matrices = "image/jpeg", "PM_4_18"
    limits = "".join(
        f"<TileMatrixLimits><TileMatrix>{level}</TileMatrix><MinTileRow>0</MinTileRow><MaxTileRow>1</MaxTileRow>"
        "<MinTileCol>0</MinTileCol><MaxTileCol>1</MaxTileCol></TileMatrixLimits>"
        for level in range(3)
    )
    return (
        f"<Layer><ows:Title>{escape(name)}</ows:Title><ows:Abstract>Ortho-images</ows:Abstract>"
        f"<ows:WGS84BoundingBox><ows:LowerCorner>{low}</ows:LowerCorner><ows:UpperCorner>{high}</ows:UpperCorner></ows:WGS84BoundingBox>"
        f"<ows:Identifier>{escape(name)}</ows:Identifier>"
        '<Style isDefault="true"><ows:Title>Normal</ows:Title><ows:Identifier>normal</ows:Identifier></Style>'
        f"<Format>{format_}</Format><TileMatrixSetLink><TileMatrixSet>{matrices}</TileMatrixSet>"
        f"<TileMatrixSetLimits>{limits}</TileMatrixSetLimits></TileMatrixSetLink></Layer>\n"
    )


def _refused(code: str, locator: str) -> Response:
    body = (
        '<?xml version="1.0"?><ExceptionReport xmlns="http://www.opengis.net/ows/1.1" version="1.0.0">'
        f'<Exception exceptionCode="{code}" locator="{locator}"><ExceptionText>{locator}</ExceptionText></Exception></ExceptionReport>'
    )
    return Response(body, 400, media_type="application/xml")
