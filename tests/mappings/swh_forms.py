"""One scene in the three forms of its archive, made up with the archive's oddities."""

from typing import Any

NAME = "008-012_S2_693-381-0_2007-02-10-14-19-06_HRV-2_X_DT_GU"
ITEM_ID = NAME[8:]
RING = [[-52.0, 4.0], [-52.1, 4.5], [-51.6, 4.6], [-51.5, 4.1], [-52.0, 4.0]]
NATIVE = "URN:AIP:DATA:swh:00000000-0000-3000-8000-000000000001:V1"
URN = "URN:FEATURE:DATA:gdh:00000000-0000-3000-8000-000000000002:V1"


def native() -> dict[str, Any]:
    """A member of a page of REGARDS."""
    files = {
        kind: [
            {
                "uri": f"https://regards.cnes.fr/api/v1/rs-catalog/downloads/{NATIVE}/files/{digit * 32}",
                "mimeType": media_type,
                "online": True,
                "checksum": digit.upper() * 32,
                "digestAlgorithm": "MD5",
                "filesize": 3681290,
                "filename": f"{NAME}.{ending}",
            }
        ]
        for kind, digit, media_type, ending in (("RAWDATA", "a", "application/zip", "zip"), ("THUMBNAIL", "b", "image/jpg", "jpg"))
    }
    properties = {
        "SceneName": NAME,
        "SceneID": "26933810702101419062X",
        "GeraldName": "S2_H2_X_DT_20070210141840_GU_012345",
        "GridReference": "693381",
        "ShiftValue": 0,
        "SceneRank": 8,
        "SceneCount": 12,
        "PlatformName": "SPOT2",
        "InstrumentName": "HRV2",
        "SensorCode": "X",
        "NbBands": 3,
        "NbRows": 3000,
        "ProcessingLevel": "1A",
        "SwathMode": "FULL",
        "Station": "GU",
        "DataDate": "2007-02-10T14:19:05Z",
        "ProductionDate": "2019-08-09T05:17:56.7Z",
        "CloudCover": 87,
        "FreeCloudPercentage": 13,
        "CloudCoverquotes": "EEEEAABB",
        "ImageQualityIndicator": "ABNORMAL",
        "IncidenceAngle": -17.5,
        "ViewingAngle": -15.25,
        "SunAzimuth": -10.5,
        "SunElevation": 60.25,
        "CouplingModes": ["PAN+XS"],
        "CoupledMode": "Y",
        "CoupledScenesPX": ["S2V2P200702101419063GUGUDT_26933810702101419062P", "S2V2P200702101419063TTTTDT_26933810702101419062P"],
        "CoupledScenesHMX": "[S2G1A_1A, S2G1B_2B]",
    }
    content = {
        "id": NATIVE,
        "providerId": NAME,
        "label": "S2V2X_26933810702101419062X",
        "session": "2021-05-12T08:22:08.610Z",
        "sessionOwner": "SWH - GU",
        "version": 1,
        "last": True,
        "type": "Feature",
        "files": files,
        "geometry": {"type": "Polygon", "coordinates": [RING]},
        "normalizedGeometry": {"type": "Polygon", "coordinates": [RING[::-1]]},
        "properties": properties,
        "services": [],
    }
    return {"content": content, "links": [{"rel": "self", "href": f"http://regards.cnes.fr/engines/legacy/dataobjects/{NATIVE}"}]}


def today() -> dict[str, Any]:
    """A feature of GEODES as it is."""
    look = f"/api/quicklook/{URN}/files/{'c' * 32}"
    lines = "File size: 3681290 bytes\n\nIs reference: false\n\nIs online: true\n\nDatatype: RAWDATA\n\nChecksum MD5: " + "d" * 32
    return {
        "type": "Feature",
        "stac_version": "1.0.0-beta.2",
        "id": URN,
        "collection": "SWH_SPOT123_L1",
        "geometry": {"type": "Polygon", "coordinates": [RING]},
        "properties": {
            "identifier": NAME,
            "dataset": "SWH_SPOT123_L1",
            "platform": "SPOT2",
            "instrument": "HRV-2",
            "sar:instrument_mode": "X",
            "start_datetime": "2007-02-10T14:19:05Z",
            "end_datetime": "2007-02-10T14:19:05Z",
            "datetime": "2025-04-28T10:00:00.123Z",
            "processing:level": "L1A",
            "nb_bands": 3,
            "nb_cols": "3000",
            "view:incidence_angle": -17.5,
            "eo:cloud_cover": 87,
            "image_quality": "ABNORMAL",
            "latest": True,
        },
        "assets": {
            f"{NAME}.jpg": {"href": f"https://geodes-portal.cnes.fr{look}?scope=gdh", "type": "image/jpg", "roles": ["overview"]},
            f"{NAME}.zip": {
                "href": f"https://geodes-portal.cnes.fr/api/download/{URN}/files/{'d' * 32}",
                "type": "application/zip",
                "roles": ["data"],
                "description": lines,
            },
        },
        "links": [{"rel": "self", "href": "https://geodes-portal.cnes.fr/api/stac/x?token=secret"}],
    }


def coming() -> dict[str, Any]:
    """A feature of GEODES as it is to be."""
    lake = f"https://s3.datalake.cnes.fr/swh-l1a/S2/2007/02/10/{NAME}"
    other = ITEM_ID.replace("_X_", "_P_")
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": ITEM_ID,
        "collection": "swh-spot-1-2-3-l1a",
        "geometry": {"type": "Polygon", "coordinates": [RING[::-1]]},
        "properties": {
            "datetime": "2007-02-10T14:19:05Z",
            "created": "2019-08-09T05:17:56Z",
            "updated": "2025-04-28T15:14:01Z",
            "platform": "spot-2",
            "constellation": "spot",
            "instruments": ["hrv"],
            "processing:level": "L1A",
            "processing:datetime": "2019-08-09T05:17:56Z",
            "product:type": "REFLECTANCETOA",
            "grid:code": "SPOTGRS-693_381",
            "sat:acquisition_station": "GU",
            "view:incidence_angle": 17.5,
            "eo:cloud_cover": 87,
            "proj:shape": [3000, 3000],
            "spot:sensor_code": "X",
            "spot:scene_extent": "full",
            "spot:scene_rank": 8,
            "spot:scene_count": 12,
            "spot:coupled_mode": True,
            "spot:coupling_modes": ["PAN+XS"],
            "spot:cloud_cover_quotes": "EEEEAABB",
        },
        "links": [{"rel": "related", "href": f"https://geodes.cnes.fr/api/stac/collections/c/items/{other}", "spot:coupling_mode": "px"}],
        "assets": {
            "data": {"href": f"{lake}.zip", "type": "application/zip", "roles": ["data"]},
            "overview": {"href": f"{lake}.jpg", "type": "image/jpeg", "roles": ["overview"]},
        },
    }
