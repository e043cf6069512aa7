"""How fast POST /coverage answers for 10,000 km² over 5,000 scenes, over SQLite, the JSON of the answer included."""

import math
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import shapely

from api.coverage import parse_ask
from api.covering import coverage_document
from index.document import Document
from index.sqlite import SqliteIndex
from index.state import Batch
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from mappings.ordering.tariffs import tariffs
from tests.support.items import make_document

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BOX = [2.0, 46.0, 3.3, 46.9]
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_KINDS = (("open", "s2"), ("held", "dsp"), ("orderable", "airbus-phr"))
_SCENES = {"20 km": 0.18, "60 km": 0.54, "5 km, never whole": 0.05}


def measure_coverage(folder: Path, scenes: int = 5000, repeats: int = 5) -> Iterator[str]:
    """Median and worst seconds per size of scene; the area has 10,000 km², all scenes meet it."""
    for name, size in _SCENES.items():
        with SqliteIndex.open(folder / f"coverage-{size}.sqlite") as index:
            index.apply(Batch("bench", "run", _NOW, items=_documents(scenes, size)))
            index.refresh()
            times, found = [], {}
            for _ in range(repeats):
                start = time.perf_counter()
                found = _answer(index)
                times.append(time.perf_counter() - start)
        if found["candidates"] != scenes:
            raise RuntimeError(f"{found['candidates']} of {scenes} scenes found")
        yield (
            f"coverage of {found['area_km2']:,.0f} km² over {scenes:,} scenes of {name}: median {statistics.median(times):.2f} s,"
            f" worst {max(times):.2f} s; {found['coverage']['covered']['share']:.1%} covered by {len(found['scenes'])} scenes"
        )


def _answer(index: SqliteIndex) -> dict[str, Any]:
    policy, asker = Policy(), Asker(UserClass.PUBLIC_ACTOR)
    body = {"bbox": _BOX, "datetime": "2024-01-01T00:00:00Z/2024-12-31T00:00:00Z", "cloud_cover_max": 100}
    ask = parse_ask(orjson.loads(orjson.dumps(body)), policy, asker, policy.audience(asker))
    answer = coverage_document(index, ask, tariffs(), "https://catalogue.example")
    return dict(orjson.loads(orjson.dumps(answer)))


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
