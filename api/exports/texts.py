"""JSON: an ItemCollection of any length, and a line for each Item."""

from collections.abc import Generator, Iterator
from typing import Any

import orjson

from api.exports.portions import Portion
from api.exports.told import Told
from api.links import JSON


def geojson(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    """A STAC ItemCollection (GeoJSON FeatureCollection). What is known of the whole stands at its end."""
    yield b'{"type":"FeatureCollection","features":['
    count = 0
    for portion in portions:
        yield (b"," if count else b"") + b",".join(portion)
        count += len(portion)
    yield b"]," + orjson.dumps(_tail(count, told))[1:]


def ndjson(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    """An Item a line; nothing else is in it, so that the catalogue's own licence is only in the answer's Link."""
    for portion in portions:
        yield b"\n".join(portion) + b"\n"


def _tail(count: int, told: Told) -> dict[str, Any]:
    links: list[dict[str, Any]] = [{"rel": "root", "type": JSON, "href": f"{told.base}/"}]
    tail: dict[str, Any] = {"numberMatched": count, "numberReturned": count}
    if told.licence:
        links.append(told.licence.link())
        tail["moisson:metadata_licence"] = told.licence.members()
    return {**tail, "links": links}
