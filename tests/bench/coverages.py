"""How fast POST /coverage answers over HTTP: 10,000 km² over 5,000 scenes, within a second."""

import math
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import shapely

from index.document import Document
from index.sqlite import SqliteIndex
from index.state import Batch
from tests.support.items import make_document
from tests.support.serving import serving

_SECONDS = 1.0
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BOX = [2.0, 46.0, 3.3, 46.9]
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_KINDS = (("open", "s2"), ("held", "dsp"), ("orderable", "airbus-phr"))
_BODY = {"bbox": _BOX, "datetime": "2024-01-01T00:00:00Z/2024-12-31T00:00:00Z", "cloud_cover_max": 100}
_SCENES = {"10 km": 0.09, "20 km": 0.18, "60 km": 0.54}


def measure_coverage(folder: Path, scenes: int = 5000, repeats: int = 5) -> Iterator[str]:
    """Median and worst seconds per size of scene; all scenes meet the area. Ends the command when a median is above a second."""
    slow = []
    for name, size in _SCENES.items():
        with SqliteIndex.open(folder / f"coverage-{size}.sqlite") as index:
            index.apply(Batch("bench", "run", _NOW, items=_documents(scenes, size)))
            index.refresh()
            with serving(index) as base:
                spent = time.process_time()
                times, found = _measure(base, repeats)
                spent = (time.process_time() - spent) / repeats
        if found["candidates"] != scenes:
            raise RuntimeError(f"{found['candidates']} of {scenes} scenes found")
        median = statistics.median(times)
        if median > _SECONDS:
            slow.append(name)
        covered = f"{found['coverage']['covered']['share']:.1%} covered by {len(found['scenes'])} scenes"
        yield (
            f"coverage over HTTP of {found['area_km2']:,.0f} km² over {scenes:,} scenes of {name}: median {median:.2f} s"
            f" (at most {_SECONDS:g}), worst {max(times):.2f} s, of the processor {spent:.2f} s; {covered}"
        )
    if slow:
        raise SystemExit(f"coverage: too slow with scenes of {', '.join(slow)}")


def _measure(base: str, repeats: int) -> tuple[list[float], dict[str, Any]]:
    times, found = [], dict[str, Any]()
    with httpx.Client(timeout=60) as client:
        for _ in range(repeats):
            start = time.perf_counter()
            answer = client.post(f"{base}/coverage", json=_BODY)
            times.append(time.perf_counter() - start)
            found = answer.raise_for_status().json()
    return times, found


def _documents(count: int, size: float) -> list[Document]:
    chance = random.Random(1)
    west, south, east, north = _BOX
    area, made = shapely.box(*_BOX), list[Document]()
    while len(made) < count:
        x, y = chance.uniform(west - size / 2, east + size / 2), chance.uniform(south - size / 2, north + size / 2)
        footprint = _footprint(x, y, size, size * chance.uniform(0.8, 2), 0.2 + chance.uniform(-0.05, 0.05))
        if not footprint.intersects(area):
            continue
        availability, collection = chance.choice(_KINDS)
        when = _FIRST + timedelta(minutes=chance.randrange(500_000))
        made.append(
            make_document(
                f"scene-{len(made):06d}",
                collection,
                availability=availability,
                geometry=footprint,
                datetime=f"{when:%Y-%m-%dT%H:%M:%SZ}",
                platform="phr1a",
                **{"eo:cloud_cover": chance.randrange(100)},
            )
        )
    return made


def _footprint(x: float, y: float, width: float, height: float, turn: float) -> Any:
    cos, sin = math.cos(turn), math.sin(turn)
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    shrink = math.cos(math.radians(y))
    return shapely.Polygon([(x + (a * cos - b * sin) * width / 2 / shrink, y + (a * sin + b * cos) * height / 2) for a, b in corners])
