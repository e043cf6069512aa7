"""The hand on the stand-ins while they run: faults, world, log and truth over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import answer
from .faults import Faults, Rule, Seen
from .ogc_habits import Habits
from .replay import Recording
from .world import World


@dataclass
class Stage:
    """What is served now."""

    world: World
    faults: Faults
    recording: Recording | None = None
    log: list[Seen] = field(default_factory=list)
    habits: Habits = field(default_factory=Habits)


def _changed(world: World, given: dict[str, object]) -> World:
    """A world changed in the order size, seed, delete, revise."""
    if "size" in given or "seed" in given:
        world = World(int(str(given.get("size", world.size))), int(str(given.get("seed", world.seed))))
    if "delete" in given:
        world = world.without(float(str(given["delete"])))
    return world.revised(float(str(given["revise"]))) if "revise" in given else world


def routes(stage: Stage) -> list[Route]:
    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            stage.faults.clear()
            return answer({})
        try:
            rules = [Rule.of(given) for given in orjson.loads(await request.body())]
        except (KeyError, TypeError, ValueError) as error:
            return answer({"error": str(error)}, 400)
        stage.faults.add(*rules)
        return answer({"added": len(rules)})

    async def world(request: Request) -> Response:
        try:
            stage.world = _changed(stage.world, orjson.loads(await request.body()))
        except (TypeError, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer({"size": stage.world.size, "seed": stage.world.seed, "changes": [change._asdict() for change in stage.world.changes]})

    async def log(request: Request) -> Response:
        if request.method == "DELETE":
            stage.log.clear()
        return answer([seen._asdict() for seen in stage.log])

    async def truth(request: Request) -> Response:
        return answer(stage.recording.counts() if stage.recording else stage.world.totals())

    return [
        Route("/_control/faults", faults, methods=["POST", "DELETE"]),
        Route("/_control/world", world, methods=["POST"]),
        Route("/_control/log", log, methods=["GET", "DELETE"]),
        Route("/_control/truth", truth),
    ]
