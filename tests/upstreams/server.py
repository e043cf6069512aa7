"""All the archives behind one HTTP server on a loopback port."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from . import control, dinamis, geodes, ogc_csw, ogc_oai, ogc_opensearch, oneatlas, regards, resto, sar, signing, wmts
from .control import Stage
from .faults import FaultLayer, Faults, Rule, Seen
from .geodes_swh import Cnes, Form, HeritageCatalogue
from .ogc_habits import Habits
from .ogc_scenes import Partner, partner
from .replay import Recording
from .swh_scenes import Heritage
from .world import World

API_KEY = "harvest-key"


def application(
    stage: Stage, api_key: str = API_KEY, token_seconds: float = 3600.0, tiles: wmts.Tiles | None = None, form: Form | None = None
) -> ASGIApp:
    """The ASGI application over a stage; what the stage holds is looked up at every request."""

    def airbus() -> oneatlas.Catalogue:
        return stage.recording.oneatlas if stage.recording else oneatlas.WorldCatalogue(stage.world)

    shown = form or Form()

    def heritage() -> Heritage:
        # No recorded page of REGARDS is known: while replaying, it is empty.
        return Heritage(World(0), least=0) if stage.recording else Heritage(stage.world)

    def cnes() -> geodes.Catalogue:
        if stage.recording:
            return stage.recording.geodes
        return Cnes(geodes.WorldCatalogue(stage.world), HeritageCatalogue(heritage(), shown.coming))

    def peps() -> resto.Catalogue:
        return stage.recording.resto if stage.recording else resto.WorldCatalogue(stage.world)

    # No recorded answer of DINAMIS is known: while replaying, its collection is empty.
    held = dinamis.Api(lambda: World(0) if stage.recording else stage.world)
    tokens = oneatlas.Tokens(api_key, token_seconds)
    every = [
        *oneatlas.routes(airbus, tokens),
        *sar.routes(lambda: World(0) if stage.recording else stage.world, tokens),
        *(tiles or wmts.Tiles()).routes(),
        *geodes.routes(cnes),
        *regards.routes(heritage, api_key),
        *resto.routes(peps),
        *held.routes(),
        *signing.routes(),
        *ogc_csw.routes(lambda: partner(stage.world, "vigisat"), lambda: stage.habits),
        *ogc_opensearch.routes(lambda: partner(stage.world, "seas"), lambda: stage.habits),
        *ogc_oai.routes(lambda: partner(stage.world, "seas"), lambda: stage.habits),
        *control.routes(stage),
    ]
    return FaultLayer(Starlette(routes=every), stage.faults, stage.log)


class Upstreams:
    """The stand-ins as a context manager: `with Upstreams(World(2000)) as up: httpx.get(f"{up.geodes}/collections")`."""

    def __init__(
        self,
        world: World | None = None,
        faults: Faults | Iterable[Rule] = (),
        replay: Iterable[Path] = (),
        *,
        port: int = 0,
        api_key: str = API_KEY,
        token_seconds: float = 3600.0,
    ) -> None:
        folders = list(replay)
        self.faults = faults if isinstance(faults, Faults) else Faults(faults)
        self.api_key = api_key
        self._stage = Stage(world or World(), self.faults, Recording(folders) if folders else None)
        self.tiles = wmts.Tiles()
        self._form = Form()
        self._app = application(self._stage, api_key, token_seconds, self.tiles, form=self._form)
        self._port = port
        self.base = ""

    @property
    def world(self) -> World:
        return self._stage.world

    @world.setter
    def world(self, world: World) -> None:
        self._stage.world = world

    @property
    def swh(self) -> Heritage:
        """The scenes of Spot World Heritage, with their own counts and truth."""
        return Heritage(self._stage.world)

    @property
    def swh_coming(self) -> bool:
        """Whether GEODES gives these scenes in the form to come."""
        return self._form.coming

    @swh_coming.setter
    def swh_coming(self, coming: bool) -> None:
        self._form.coming = coming

    @property
    def log(self) -> list[Seen]:
        """Requests so far, in order of arrival; clear() it to start again."""
        return self._stage.log

    @property
    def oneatlas(self) -> str:
        """Base of the OneAtlas hosts: …/auth/realms/…, …/api/v2/opensearch, …/api/v1/deleted/search."""
        return f"{self.base}/oneatlas"

    @property
    def sar(self) -> str:
        """Base of the radar catalogue: …/sar/catalogue/replication."""
        return f"{self.base}{sar.ROOT}"

    @property
    def wmts(self) -> str:
        return f"{self.base}{wmts.ROOT}/wmts"

    @property
    def geodes(self) -> str:
        return f"{self.base}/geodes/api/stac"

    @property
    def regards(self) -> str:
        """Base of the native catalogue; its bearer token is `api_key`."""
        return f"{self.base}/regards"

    @property
    def resto(self) -> str:
        return f"{self.base}/peps/resto"

    @property
    def dinamis(self) -> str:
        return f"{self.base}{dinamis.ROOT}"

    @property
    def signing(self) -> str:
        """The service that signs addresses of purchased images; its keys are `signing.ACCESS_KEY` and `signing.SECRET_KEY`."""
        return f"{self.base}{signing.ROOT}/sign_urls"

    @property
    def vigisat(self) -> str:
        """A CSW 2.0.2."""
        return f"{self.base}{ogc_csw.ROOT}"

    @property
    def seas(self) -> str:
        """The description document of an OpenSearch service."""
        return f"{self.base}{ogc_opensearch.ROOT}/description.xml"

    @property
    def oai(self) -> str:
        """The same scenes by OAI-PMH; the metadataPrefix is eop."""
        return f"{self.base}{ogc_oai.ROOT}"

    def partner(self, name: str) -> Partner:
        """The truth about vigisat or seas: `total`, `totals()` by mission, `truth()`."""
        return partner(self.world, name)

    @property
    def habits(self) -> Habits:
        """What the catalogues of vigisat and seas do; its members can be set."""
        return self._stage.habits

    @habits.setter
    def habits(self, habits: Habits) -> None:
        self._stage.habits = habits

    def __enter__(self) -> Upstreams:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        # Critical only: a body cut on purpose is reported as an error of the application.
        settings = uvicorn.Config(self._app, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(settings)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="upstreams", daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the stand-ins did not start")
            time.sleep(0.005)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()
