"""Whole harvests of the stand-ins into an index, in this process."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from index.protocol import Index
from index.query import Query
from index.state import Run
from mappings.audience import EVERYTHING
from mappings.validation import Validator
from moisson.build import open_source
from moisson.sections import (
    CoveragesSettings,
    DinamisSettings,
    GeodesSettings,
    HttpSettings,
    InventorySettings,
    OneAtlasSettings,
    SourceSettings,
)
from schedules.run import Options, harvest
from tests.support.serving import plain_bytes
from tests.upstreams import Upstreams

_HTTP = HttpSettings(requests_per_second=100_000, attempts=4)
_VALIDATOR = Validator()
PEPS = ("PEPS_S1_L1", "PEPS_S2_L1C", "PEPS_S3_L1")


def settings_for(
    up: Upstreams, deliveries: Path | None = None, http: HttpSettings = _HTTP, *, radar: bool = False
) -> dict[str, SourceSettings]:
    """All sources, at the stand-ins; Airbus's radar catalogue where it is asked for."""
    inventories = (InventorySettings(path=deliveries / "inventory.csv"),) if deliveries else ()
    return {
        "peps": GeodesSettings(url=up.geodes, collections=PEPS, since=datetime(2000, 1, 1, tzinfo=UTC).date(), http=http),
        "airbus": OneAtlasSettings(
            search_url=up.oneatlas,
            auth_url=f"{up.oneatlas}",
            sar_url=up.sar,
            radar=radar,
            constellations=("PHR", "SPOT", "PNEO"),
            api_key=up.api_key,
            since=datetime(2000, 1, 1, tzinfo=UTC).date(),
            http=http,
        ),
        "dinamis": DinamisSettings(stac_url=up.dinamis, inventories=inventories, deliveries=(deliveries,) if deliveries else (), http=http),
    }


def coverages_for(up: Upstreams, http: HttpSettings = _HTTP) -> CoveragesSettings:
    """The yearly coverages, at the stand-in."""
    return CoveragesSettings(wmts_url=up.wmts, wms_url="", http=http)


def now() -> datetime:
    return datetime.now(UTC)


def harvest_all(
    index: Index,
    sources: dict[str, SourceSettings],
    *names: str,
    options: Options | None = None,
    sleep: Callable[[float], None] = lambda seconds: None,
) -> dict[str, Run]:
    """One run of each source; their reports by name. Nobody sleeps: `sleep` is told for how long."""
    runs = {}
    for name in names or sources:
        with open_source(name, sources[name], now, sleep) as source:
            runs[name] = harvest(source, index, _VALIDATOR, now=now, owner="test", name=name, options=options or Options())
    return runs


def all_items(index: Index) -> dict[tuple[str, str], dict[str, Any]]:
    """Every Item of the index, parsed, by (collection, id), in the order of a search."""
    index.refresh()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    query = Query(EVERYTHING, limit=1000)
    while True:
        page = index.search(query)
        for item in page.items:
            found[item.collection, item.id] = orjson.loads(plain_bytes(item))
        if page.next is None:
            return found
        query = Query(EVERYTHING, limit=1000, after=page.next)


def contents(index: Index, sources: list[str]) -> dict[str, Any]:
    """What a harvest leaves: Items byte for byte, their records' fingerprints, watermarks, quarantine; no times, no run ids."""
    index.refresh()
    items, query = {}, Query(EVERYTHING, limit=1000)
    while True:
        page = index.search(query)
        items.update({(item.collection, item.id): plain_bytes(item) for item in page.items})
        if page.next is None:
            break
        query = Query(EVERYTHING, limit=1000, after=page.next)
    ids: dict[str, set[str]] = {name: set() for name in sources}
    for body in items.values():
        properties = orjson.loads(body)["properties"]
        ids[properties["moisson:source"]] |= {properties["moisson:source_id"], *properties.get("moisson:alternate_source_ids", [])}
    streams = [*PEPS, "PHR", "SPOT", "PNEO", "deletions"]
    return {
        "items": items,
        "records": {name: {key: known.fingerprint for key, known in index.known(name, found).items()} for name, found in ids.items()},
        "watermarks": {(name, stream): index.watermark(name, stream) for name in sources for stream in streams},
        "quarantine": sorted((r.source, r.native_id, r.reason) for r in index.rejections()),
    }
