"""Formats of exports, by the name that `f` has."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from api.exports.portions import Portion
from api.exports.texts import geojson, ndjson
from api.exports.told import Told
from api.links import GEOJSON

Encode = Callable[[Iterator[Portion], Told], Generator[bytes, None, None]]
"""The bytes of a file, made from portions as they are needed. Empty ones say that it goes on: whoever reads may stop there. Closing the
generator removes what it keeps on the disk."""


@dataclass(frozen=True)
class Format:
    """A kind of file: its media type, and how its name ends."""

    media_type: str
    suffix: str
    encode: Encode


def _csv(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    from api.exports.csv_text import csv_text

    return csv_text(portions, told)


def _parquet(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    # Arrow takes a while to be loaded, and memory: only processes that need it have it.
    from api.exports.parquet.writing import geoparquet

    return geoparquet(portions, told)


def _geopackage(portions: Iterator[Portion], told: Told) -> Generator[bytes, None, None]:
    from api.exports.geopackage import geopackage

    return geopackage(portions, told)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "geojson": Format(GEOJSON, "geojson", geojson),
        "ndjson": Format("application/x-ndjson", "ndjson", ndjson),
        "csv": Format("text/csv; charset=utf-8", "csv", _csv),
        "parquet": Format("application/vnd.apache.parquet", "parquet", _parquet),
        "gpkg": Format("application/geopackage+sqlite3", "gpkg", _geopackage),
    }
)


def file_name(form: Format, written: datetime) -> str:
    """`moisson-20240601T120000Z.parquet`."""
    return f"moisson-{written:%Y%m%dT%H%M%SZ}.{form.suffix}"
