"""The query of the Items whose footprint meets a shape."""

from typing import Any

import shapely

from index.elastic.mapping import to_geojson


def meeting(geometry: Any) -> dict[str, Any]:
    """`geometry`: shapely, in lon/lat within ±180. Elasticsearch rounds all coordinates to about 1e-7 degrees (1 cm): footprints that
    touch the area in a point or along an inner ring only, without any part in common, may be told otherwise than by exact arithmetic."""
    parts = [_unflattened(part) for part in shapely.get_parts(geometry) if not part.is_empty]
    if not parts:
        return {"match_none": {}}
    shape = parts[0] if len(parts) == 1 else shapely.geometrycollections(parts)
    return {"geo_shape": {"footprint": {"shape": to_geojson(shape), "relation": "intersects"}}}


def _unflattened(part: Any) -> Any:
    """A bbox without width or height is refused as a polygon: the line or point that it is."""
    west, south, east, north = part.bounds
    if part.geom_type != "Polygon" or (west < east and south < north):
        return part
    return shapely.Point(west, south) if (west, south) == (east, north) else shapely.LineString([(west, south), (east, north)])
