"""`python -m tests.upstreams --size 2000 --seed 7 --port 8090`: the stand-ins in the foreground, until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import signal
from pathlib import Path

from . import Upstreams, World, write_deliveries


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.upstreams", description=__doc__)
    parser.add_argument("--size", type=int, default=2000, help="number of scenes of the world")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--replay", type=Path, action="append", default=[], metavar="FOLDER", help="serve recorded answers instead")
    parser.add_argument("--deliveries", type=Path, metavar="FOLDER", help="write the purchased Pléiades there")
    options = parser.parse_args()
    world = World(options.size, options.seed)
    if options.deliveries:
        print(f"deliveries   {options.deliveries}: {write_deliveries(world, options.deliveries)}", flush=True)
    with Upstreams(world, replay=options.replay, port=options.port) as up:
        for name in ("oneatlas", "sar", "geodes", "resto", "dinamis", "wmts", "vigisat", "seas", "oai"):
            print(f"{name:12} {getattr(up, name)}", flush=True)
        print(f"{'control':12} {up.base}/_control\n{'API key':12} {up.api_key}", flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
