"""make run: the archives' stand-ins on loopback, a harvest of all of them, and the STAC API; asked by anybody and by a laboratory.

The index is an SQLite file under .run, or what MOISSON_INDEX names: another file, a cluster (`http://host:9200/prefix`), or
`elasticsearch`, a node of our own that keeps its data under .run and ends with this program.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from tests.support.elasticsearch import run_node
from tests.support.node.prepare import NodeError
from tests.upstreams import Upstreams, World, signing, write_deliveries

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".run"
NODE = "elasticsearch"
"""What MOISSON_INDEX says for a node of our own."""

_CONFIG = """\
# Written by `make run`: the stand-ins of this checkout. moisson.toml beside the README reaches the real archives.
index = "{index}"

# The scenes are made up: no archive has pictures of them.
[map]
previews = false

[sources.peps]
url = "{up.geodes}"
collections = ["PEPS_S1_L1", "PEPS_S2_L1C", "PEPS_S3_L1"]
since = 2014-01-01
http = {{ requests_per_second = 1000 }}

[sources.airbus]
search_url = "{up.oneatlas}"
auth_url = "{up.oneatlas}"
constellations = ["PHR", "SPOT", "PNEO"]
radar = false
since = 2010-01-01
http = {{ requests_per_second = 1000 }}

[sources.dinamis]
stac_url = "{up.dinamis}"
inventories = [{{ path = "{deliveries}/inventory.csv" }}]
deliveries = ["{deliveries}"]
http = {{ requests_per_second = 1000 }}
"""


_MORE = """
[sources.swh]
url = "{up.geodes}"
collections = ["SWH_SPOT123_L1", "SWH_SPOT4_L1", "SWH_SPOT5_L1"]
since = 2014-01-01
http = {{ requests_per_second = 1000 }}

[sources.vigisat]
protocol = "csw"
url = "{up.vigisat}"
http = {{ requests_per_second = 1000 }}

[sources.seas]
protocol = "opensearch"
url = "{up.seas}"
http = {{ requests_per_second = 1000 }}

[sources.coverages]
wmts_url = "{up.wmts}"
wms_url = ""

[access.signers.mtd]
url = "{up.signing}"
hosts = ["s3-data.meso.umontpellier.fr"]
"""

_REGISTER = """\
# Written by `make run`: an organisation that is made up.
[laboratory]
name = "Laboratoire d’exemple"
class = "scientist"
adhesion = { from = 2020-01-01 }
signatures = [
  { licence = "dinamis-spot67", version = "1", date = 2020-01-01 },
  { licence = "dsp-pleiades", version = "1", date = 2020-01-01 },
]
"""


class Addresses(Protocol):
    """Where stand-ins listen."""

    geodes: str
    oneatlas: str
    dinamis: str


class AllAddresses(Addresses, Protocol):
    """Also those of the archives that `make run` shows beside the others."""

    sar: str
    wmts: str
    vigisat: str
    seas: str
    signing: str


def write_config(up: Addresses, folder: Path, deliveries: Path, index: str) -> Path:
    """A moisson.toml for these stand-ins."""
    path = folder / "moisson.toml"
    path.write_text(_CONFIG.format(up=up, deliveries=deliveries, index=index), encoding="utf-8")
    return path


def write_whole_config(up: AllAddresses, folder: Path, deliveries: Path, index: str) -> Path:
    """As `write_config`, with all the archives."""
    path = write_config(up, folder, deliveries, index)
    text = path.read_text(encoding="utf-8").replace("radar = false", f'radar = true\nsar_url = "{up.sar}"')
    path.write_text(text + _MORE.format(up=up), encoding="utf-8")
    return path


def moisson(*arguments: str, config: Path, stdout: IO[bytes] | None = None, **environment: str) -> "subprocess.Popen[bytes]":
    """The command, as an operator starts it."""
    command = [sys.executable, "-c", "from moisson.cli import main; main()", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=stdout, env={**os.environ, "MOISSON_CONFIG": str(config), **environment})


def register(config: Path, **environment: str) -> str:
    """Registers the laboratory and makes it an API key that lasts until tomorrow: the key."""
    entries = config.parent / "organisations.toml"
    entries.write_text(_REGISTER, encoding="utf-8")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    for command in (("orgs", "import", str(entries)), ("keys", "create", "laboratory", "--until", str(tomorrow))):
        with moisson(*command, config=config, stdout=subprocess.PIPE, **environment) as running:
            told = running.communicate()[0].decode().strip()
        if running.returncode:
            sys.exit(running.returncode)
    return told


def _examples(key: str) -> str:
    base = f"http://127.0.0.1:{os.environ.get('MOISSON_API__PORT', '8080')}"
    search = f"{base}/search?bbox=1,43,4,46&collections=airbus-spot,dinamis-spot67&limit=1"
    return f"""
Anybody, and a laboratory that signed the licences:
  KEY={key}
  curl '{search}'
  curl -H "X-API-Key: $KEY" '{search}'
  curl -H "X-API-Key: $KEY" '{search}&exclude_airbus=true'
  curl -H "X-API-Key: $KEY" '{search}&collapse=true'
  curl -H "X-API-Key: $KEY" {base}/me
"""


@contextmanager
def opened_index(named: str | None, folder: Path) -> Iterator[str]:
    """The index that is named, as a setting of `moisson`; without a name a file in the folder. A node of our own ends with the block,
    and with this process; its data stay. Raises NodeError."""
    if named != NODE:
        yield named or str(folder / "moisson.sqlite")
        return
    data = folder / NODE
    print(f"Elasticsearch starts, with its data in {data}; the first time Maven fetches it …", flush=True)
    with run_node(data=data, heap="512m") as url:
        yield f"{url}/moisson"


def shown(index: str) -> str:
    """Without user and password, which no file and no line may hold."""
    parts = urlsplit(index)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if index.startswith(("http://", "https://")) else index


# Reads what nobody writes: its end is that of whoever started it, however that came.
_WATCHED = """\
import os, signal, threading
threading.Thread(target=lambda: (os.read(0, 1), os.kill(os.getpid(), signal.SIGTERM)), daemon=True).start()
from moisson.cli import main
main()
"""


@contextmanager
def running(*arguments: str, config: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The command, which ends with the block and also when this process is killed."""
    command = [sys.executable, "-c", _WATCHED, *arguments]
    known = {**os.environ, "MOISSON_CONFIG": str(config), **environment}
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, env=known)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()


def run(world: World, folder: Path, index: str) -> int:
    """Stand-ins, a harvest, the server until it ends: its exit code, or that of a harvest that failed."""
    deliveries = folder / "deliveries"
    write_deliveries(world, deliveries)
    with Upstreams(world) as up:
        config = write_whole_config(up, folder, deliveries, shown(index))
        known = {
            "MOISSON_INDEX": index,
            "MOISSON_SOURCES__AIRBUS__API_KEY": up.api_key,
            "MOISSON_ACCESS__SIGNERS__MTD__ACCESS_KEY": signing.ACCESS_KEY,
            "MOISSON_ACCESS__SIGNERS__MTD__SECRET_KEY": signing.SECRET_KEY,
        }
        print(f"Stand-ins of the archives on {up.base}: made-up scenes, not real images.", flush=True)
        settings = ROOT / "moisson.toml"
        print(f"The real archives are reached by the `url` lines of {settings} (`moisson harvest` in this folder).", flush=True)
        print(f"The index is {shown(index)}.\n", flush=True)
        with running("harvest", config=config, **known) as harvest:
            if harvest.wait() not in (0, 3):
                return harvest.returncode
        print(_examples(register(config, **known)), flush=True)
        with running("serve", config=config, **known) as server:
            return server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2000, help="scenes that the stand-ins hold")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=RUN, help="where configuration and data are kept")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    # Whoever ends this program ends all that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with opened_index(os.environ.get("MOISSON_INDEX"), options.folder) as index:
            return run(World(options.size, options.seed), options.folder, index)
    except KeyboardInterrupt:
        return 0
    except NodeError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
