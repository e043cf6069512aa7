"""Document: an Item as both stores keep it, its public JSON serialised once and the columns that are searched.

The JSON is cut into three strings, so that an answer is a join: `head` ends inside `properties`, where the access decision goes;
then comes our extension's URL; `middle` closes the list of extensions and opens `links`; the Item's own links go there; `rest`.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson
import shapely

from mappings.geometry import to_shapely
from mappings.queryables import Value, values_of, words_of
from mappings.record import Item
from mappings.times import parse_time, to_micros

_SPLICED = ("collection", "license")
"""Relations of links that lead to this server, whose address only an answer knows."""


@dataclass(frozen=True)
class Document:
    """`wkb` is the footprint (None: unlocated), `boxes` the bounds of its parts on each side of the antimeridian; times are µs
    since 1970, `sort_key` the datetime or, without one, the start. `values` by field and `words` are what filters and free text look
    at (mappings/queryables.py); `centre` is (lon, lat) of the middle of the box."""

    collection: str
    id: str
    source: str
    head: bytes
    middle: bytes
    rest: bytes
    digest: bytes
    availability: str
    licence: str
    sort_key: int
    start: int
    end: int
    wkb: bytes | None
    boxes: Sequence[tuple[float, float, float, float]]
    records: tuple[str, ...]
    values: Mapping[str, Value]
    words: str

    @property
    def centre(self) -> tuple[float, float] | None:
        return centre_of(self.boxes)


def to_document(item: Item, source: str, records: Sequence[str]) -> Document:
    """The Document of a valid Item; `records` are the native ids that it is made of."""
    properties = item["properties"]
    head, middle, rest = _cut(item)
    start, end, sort_key = _times(properties)
    wkb, boxes = placed(item["geometry"])
    return Document(
        collection=item["collection"],
        id=item["id"],
        source=source,
        head=head,
        middle=middle,
        rest=rest,
        digest=blake2b(b"\0".join((head, middle, rest)), digest_size=16).digest(),
        availability=properties["moisson:availability"],
        licence=properties["moisson:licence"],
        sort_key=sort_key,
        start=start,
        end=end,
        wkb=wkb,
        boxes=boxes,
        records=tuple(sorted(records)),
        values=values_of(item),
        words=words_of(item),
    )


def centre_of(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float] | None:
    """(lon, lat) of the middle of a footprint's boxes."""
    if not boxes:
        return None
    west, east = boxes[0][0], boxes[-1][2]
    # From the one side of the antimeridian to the other.
    middle = (west + east) / 2 + (180 if west > east else 0)
    return middle - 360 if middle > 180 else middle, (min(box[1] for box in boxes) + max(box[3] for box in boxes)) / 2


def join(head: bytes, middle: bytes, rest: bytes, *, access: bytes = b"", extension: bytes, links: bytes) -> bytes:
    """The public JSON. `access` is empty or `,"moisson:access":{…}`; `extension` a JSON string; `links` JSON objects, comma-joined."""
    return b"".join((head, access, b'},"stac_extensions":[', extension, middle, links, rest))


def members_of(head: bytes) -> dict[str, Any]:
    """What a stored head holds: the Item with its properties and assets, less links and extensions."""
    members: dict[str, Any] = orjson.loads(head + b"}}")
    return members


def _cut(item: Item) -> tuple[bytes, bytes, bytes]:
    body = {name: value for name, value in item.items() if name not in ("properties", "links", "stac_extensions")}
    head = b"".join((orjson.dumps(body)[:-1], b',"properties":', orjson.dumps(item["properties"])[:-1]))
    extensions = orjson.dumps(item["stac_extensions"])[1:-1]
    links = orjson.dumps([link for link in item["links"] if link["rel"] not in _SPLICED])[1:-1]
    middle = b"".join((b"," if extensions else b"", extensions, b'],"links":['))
    rest = b"".join((b"," if links else b"", links, b"]}"))
    return head, middle, rest


def _times(properties: dict[str, Any]) -> tuple[int, int, int]:
    """(start, end, sort key) in µs: the interval where there is one, else the datetime for all three."""

    def micros(name: str) -> int | None:
        value = properties.get(name)
        return to_micros(parse_time(value, name)) if value else None

    at, start, end = micros("datetime"), micros("start_datetime"), micros("end_datetime")
    first = start if start is not None else at
    last = end if end is not None else at
    if first is None or last is None:
        raise ValueError("an Item needs a datetime, or a start and an end")
    return first, last, at if at is not None else first


def placed(geometry: dict[str, Any] | None) -> tuple[bytes | None, Sequence[tuple[float, float, float, float]]]:
    """WKB of a footprint, and its boxes: one, or at the antimeridian the eastern hemisphere's and the western."""
    if not geometry:
        return None, []
    if geometry["type"] == "Polygon" and len(geometry["coordinates"]) == 1 and all(len(at) == 2 for at in geometry["coordinates"][0]):
        # What nearly every footprint is, written without a geometry between (OGC 06-103r4, §8: little-endian, type 3, one ring).
        ring = geometry["coordinates"][0]
        lons, lats = zip(*ring, strict=True)
        wkb = struct.pack(f"<BIII{2 * len(ring)}d", 1, 3, 1, len(ring), *chain.from_iterable(ring))
        return wkb, [(min(lons), min(lats), max(lons), max(lats))]
    outline = to_shapely(geometry)
    return shapely.to_wkb(outline), _boxes(outline)


def _boxes(geometry: Any) -> list[tuple[float, float, float, float]]:
    """One box, or one per side when the footprint was split at the antimeridian: a box around the world would find it everywhere."""
    west, south, east, north = geometry.bounds
    if geometry.geom_type == "MultiPolygon" and west == -180 and east == 180:
        sides = [[p.bounds for p in geometry.geoms if p.bounds[0] >= 0], [p.bounds for p in geometry.geoms if p.bounds[0] < 0]]
        return [
            (min(b[0] for b in side), min(b[1] for b in side), max(b[2] for b in side), max(b[3] for b in side)) for side in sides if side
        ]
    return [(west, south, east, north)]
