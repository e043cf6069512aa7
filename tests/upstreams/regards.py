"""REGARDS: the legacy search over the native records of Spot World Heritage (CNES report §3.4), made up with the archive's oddities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer
from .chance import draw
from .clocks import DAY, milli, seconds
from .feeds import Entry
from .places import wrapped
from .swh_scenes import SERIES, Heritage, Scene, Series

ROOT = "https://regards.cnes.fr/api/v1/rs-catalog"
_SEARCH = "/regards/api/v1/rs-catalog/engines/legacy/dataobjects"


def _file(urn: str, scene: Scene, kind: str, digest: str, size: int) -> dict[str, Any]:
    look = kind == "THUMBNAIL"
    return {
        "dataType": kind,
        "reference": False,
        "uri": f"{ROOT}/downloads/{urn}/files/{digest}",
        # No registered type.
        "mimeType": "image/jpg" if look else "application/zip",
        "online": True,
        "checksum": digest,
        "digestAlgorithm": "MD5",
        "filesize": size,
        "filename": f"{scene.name}.{'jpg' if look else 'zip'}",
        "types": [],
    }


def _coupling(scene: Scene) -> dict[str, Any]:
    """Scenes taken together: lists, but for one mode a text that looks like one; none is the word None."""
    if scene.bits >> 52 & 1:
        return {"CouplingModes": ["None"], **({} if scene.satellite == 5 else {"CoupledMode": "N"})}
    other = f"S{scene.satellite}G1A_{scene.scene_id[:-1]}"
    if scene.satellite == 5:
        return {"CouplingModes": ["HMA+X"], "CoupledScenesHMX": f"[{other}A, {other}B]"}
    pair = ("M+XI", "CoupledScenesMI") if scene.satellite == 4 else ("PAN+XS", "CoupledScenesPX")
    return {"CouplingModes": [pair[0]], "CoupledMode": "Y", pair[1]: [f"{other}Z"]}


def native_properties(heritage: Heritage, scene: Scene, entry: Entry) -> dict[str, Any]:
    """Angles with signs, 8 or 16 letters of cloud, a time that is not the name's, fractions without zeros."""
    bits, cloud = scene.bits, heritage.cloud(scene.series, entry.number, entry.generation)
    letters = "".join("ABCDE"[bits >> 2 * n & 3] for n in range(16 if scene.code == "S" else 8))
    made = seconds(scene.instant // DAY * DAY + 4000 * DAY)
    return {
        "SceneName": scene.name,
        "SceneID": scene.scene_id,
        "A23Code": scene.item_id,
        "GeraldName": f"S{scene.satellite}_{scene.instrument[0]}{scene.twin}_{scene.code}_{scene.recording}_{bits & 0xFFFFFF:06d}",
        "GridReference": scene.grid.replace("-", ""),
        "ShiftValue": scene.shift,
        "SceneRank": scene.rank,
        "SceneCount": scene.count,
        "PlatformName": f"SPOT{scene.satellite}",
        "InstrumentName": f"{scene.instrument}{scene.twin}",
        "SensorCode": scene.code,
        "NbBands": scene.bands,
        "NbRows": scene.lines,
        "ProcessingLevel": "1A",
        "GeometricProcessing": "RAW",
        "SwathMode": "FULL",
        "Station": scene.station,
        "DataDate": seconds(scene.instant) + "Z",
        "ProductionDate": made + ("Z", ".7Z", ".25Z", ".775Z")[bits & 3],
        "CloudCover": cloud,
        "FreeCloudPercentage": 100 - cloud,
        "CloudCoverquotes": letters,
        "ImageQualityIndicator": "NORMAL" if bits >> 44 & 7 else "ABNORMAL",
        "IncidenceAngle": scene.incidence,
        **({"ViewingAngle": scene.incidence * 0.87} if scene.satellite == 5 else {}),
        "SunAzimuth": 175.0 - (bits >> 46 & 0xFF),
        "SunElevation": 40.5,
        "DataFileSize": 3_000_000 + (bits & 0xFFFFFF),
        **_coupling(scene),
    }


def record(heritage: Heritage, series: Series, entry: Entry) -> dict[str, Any]:
    """A member of a page."""
    scene, urn = heritage.scene(series, entry.number), heritage.urn(series, entry.number, native=True)
    first, second = (f"{draw(heritage.world.seed, series.lane, entry.number, salt):016x}{scene.bits:016x}" for salt in (7, 8))
    ring = wrapped(scene.ring)
    content = {
        "sessionOwner": f"SWH - {scene.station}",
        "session": milli(entry.updated),
        "virtualId": urn[:-2] + "LAST",
        "providerId": scene.name,
        "entityType": "DATA",
        "label": f"S{scene.satellite}{scene.code}_{scene.scene_id}",
        "model": "SWH_Data",
        "files": {
            "RAWDATA": [_file(urn, scene, "RAWDATA", first, 3_000_000 + (scene.bits & 0xFFFFFF))],
            "THUMBNAIL": [_file(urn, scene, "THUMBNAIL", second, 200_000)],
        },
        "tags": ["URN:AIP:DATASET:swh:4ddf18ab-9a49-4f59-aa23-7a8ec8fdf824:V1"],
        "last": True,
        "version": 1,
        "id": urn,
        # Clockwise as published, and normalised the other way.
        "geometry": {"type": "Polygon", "coordinates": [ring[::-1]]},
        "normalizedGeometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": native_properties(heritage, scene, entry),
        "type": "Feature",
        "crs": "WGS_84",
        "services": [],
    }
    return {"content": content, "links": [{"rel": "self", "href": f"http://regards.cnes.fr/engines/legacy/dataobjects/{urn}"}]}


def _failed(status: int, message: str) -> Response:
    return answer({"correlationId": None, "type": "Failure", "message": message, "cause": None, "time": seconds(0) + "Z"}, status)


def page(heritage: Heritage, number: int, size: int) -> dict[str, Any]:
    """One page, from 0, of the scenes series after series."""
    offset, content = number * size, list[Any]()
    for series in SERIES:
        feed = heritage.feeds[series.lane]
        positions = range(feed.size)[offset : offset + size - len(content)]
        content += [record(heritage, series, feed.at(position)) for position in positions]
        offset = max(offset - feed.size, 0)
    total = heritage.total
    metadata = {"size": size, "totalElements": total, "totalPages": -(-total // size), "number": number}
    return {"facets": [], "content": content, "links": [], "metadata": metadata}


def routes(heritage: Callable[[], Heritage], token: str) -> list[Route]:
    def refused(request: Request) -> Response | None:
        good = request.headers.get("authorization") == f"Bearer {token}"
        return None if good else _failed(403, "Access denied")

    async def search(request: Request) -> Response:
        try:
            number, size = int(request.query_params.get("page", 0)), int(request.query_params.get("size", 20))
        except ValueError as error:
            return _failed(422, str(error))
        if number < 0 or not 1 <= size <= 10_000:
            return _failed(422, "page and size")
        return refused(request) or answer(page(heritage(), number, size), media_type="application/hal+json")

    async def item(request: Request) -> Response:
        found = heritage().located(request.path_params["urn"])
        if refused(request) or found is None:
            return refused(request) or _failed(404, "Entity not found")
        series, index = found
        feed = heritage().feeds[series.lane]
        position = feed.find(index)
        assert position is not None
        return answer(record(heritage(), series, feed.at(position)))

    return [Route(f"{_SEARCH}/search", search), Route(f"{_SEARCH}/{{urn}}", item)]
