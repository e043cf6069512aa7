"""How fast searches are answered over HTTP: the server is a process of its own, the client a bare keep-alive connection."""

import http.client
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import orjson

from tests.demo import moisson

_PORT = 18_080
_PLACES = ((2.4, 46.6, 2.9), (2.4, 46.6, 2.9), (2.4, 46.6, 2.9), (-53.0, 4.0, 0.9), (55.5, -21.1, 0.3), (-61.3, 15.2, 0.5))

Query = Callable[[random.Random], dict[str, str]]


def small_box_and_month(chance: random.Random) -> dict[str, str]:
    lon, lat, spread = chance.choice(_PLACES)
    west, south, width = chance.gauss(lon, spread), chance.gauss(lat, spread * 0.7), chance.uniform(0.2, 0.6)
    year, month = chance.randint(2014, 2025), chance.randint(1, 12)
    end = f"{year + month // 12}-{month % 12 + 1:02d}-01T00:00:00Z"
    box = ",".join(f"{value:.4f}" for value in (west, south, west + width, south + width))
    return {"bbox": box, "datetime": f"{year}-{month:02d}-01T00:00:00Z/{end}", "limit": "10"}


def france_without_airbus(chance: random.Random) -> dict[str, str]:
    west = -5.2 + chance.uniform(-0.4, 0.4)
    return {"bbox": f"{west:.4f},41.3,9.6,51.1", "exclude_airbus": "true", "limit": "100"}


def newest(_: random.Random) -> dict[str, str]:
    return {"limit": "100"}


_QUERIES: dict[str, Query] = {
    "small bbox + month, limit 10": small_box_and_month,
    "France, Airbus left out, limit 100": france_without_airbus,
    "newest 100": newest,
}


def measure_searches(config: Path) -> Iterator[str]:
    """Latency with one client, requests/s with eight."""
    server = moisson("serve", "--port", str(_PORT), config=config)
    try:
        wait_until_ready(_PORT)
        for name, query in _QUERIES.items():
            alone = sorted(_client(query, 1, 400))
            start = time.perf_counter()
            together = _clients(query, 8, 100)
            seconds = time.perf_counter() - start
            p50, p95 = statistics.median(alone), alone[int(len(alone) * 0.95)]
            yield (
                f"search, {name}: 1 client p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms, {len(alone) / sum(alone):.0f} requests/s;"
                f" 8 clients {len(together) / seconds:.0f} requests/s"
            )
    finally:
        server.terminate()
        server.wait(timeout=20)


def _clients(query: Query, count: int, each: int) -> list[float]:
    times: list[float] = []
    threads = [threading.Thread(target=lambda n=n: times.extend(_client(query, n, each))) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _client(query: Query, seed: int, requests: int) -> list[float]:
    """Seconds of each request; every answer is checked to be a page."""
    chance = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=60)
    times = []
    for _ in range(requests):
        path = f"/search?{urlencode(query(chance))}"
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - start)
        if answer.status != 200 or not body.startswith(b'{"type":"FeatureCollection"'):
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
    connection.close()
    return times


def wait_until_ready(port: int) -> None:
    """Until the server on this machine answers that it is ready."""
    for _ in range(200):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                if orjson.loads(connection.getresponse().read())["status"] == "ready":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the API did not start")
