"""A real pycsw for the tests, in an environment of its own under .cache/: it wants older releases of owslib and SQLAlchemy.

`python -m tests.support.pycsw` prepares the environment, which `make test` does before the tests.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.support.environments import NotPrepared, python_of

_SERVER = Path(__file__).with_name("pycsw_serve.py")
# The newest pycsw on the package index. It does not declare SQLAlchemy, and with 2.x makes no database without saying so.
_PINS = (
    "pycsw==2.6.2", "SQLAlchemy==1.4.54", "OWSLib==0.28.1", "certifi==2026.10.18", "charset-normalizer==3.5.2", "click==8.5.1",
    "geolinks==0.2.3", "greenlet==3.5.6", "idna==3.20", "lxml==6.1.3", "numpy==2.4.6", "pyproj==3.7.2", "python-dateutil==4.0.0",
    "pytz==2026.6", "PyYAML==6.0.3", "requests==2.34.2", "shapely==2.2.0", "tzdata==2026.6", "urllib3==2.8.0",
    "xmltodict==1.0.4",
)  # fmt: skip
_CONFIG = """\
[server]
home={home}
url=http://127.0.0.1:0/
mimetype=application/xml; charset=UTF-8
encoding=UTF-8
language=en-US
maxrecords={largest}
loglevel=ERROR
logfile={home}/pycsw.log
profiles=apiso
[manager]
transactions=false
allowed_ips=127.0.0.1
[metadata:main]
identification_title=A catalogue of the tests
identification_abstract=x
identification_keywords=catalogue
identification_keywords_type=theme
identification_fees=None
identification_accessconstraints=None
provider_name=x
provider_url=http://127.0.0.1/
contact_name=x
contact_position=x
contact_address=x
contact_city=x
contact_stateorprovince=x
contact_postalcode=00000
contact_country=FR
contact_phone=+00
contact_fax=+00
contact_email=you@example.org
contact_url=http://127.0.0.1/
contact_hours=x
contact_instructions=x
contact_role=pointOfContact
[repository]
database=sqlite:///{home}/records.db
table=records
[metadata:inspire]
enabled=false
"""


class PycswError(Exception):
    """pycsw cannot be prepared or started; the message says why."""


def python() -> Path:
    """The Python of pycsw's environment. Raises PycswError."""
    try:
        return python_of("pycsw", _PINS)
    except NotPrepared as error:
        raise PycswError(str(error)) from error


class Pycsw:
    """One catalogue on a free loopback port, empty at first; a context manager. `largest`: what it gives of a page, whatever is asked."""

    def __init__(self, largest: int = 10) -> None:
        self._largest = largest
        self.url = ""

    @property
    def csw(self) -> str:
        return self.url

    @property
    def oai(self) -> str:
        return f"{self.url}?mode=oaipmh"

    @property
    def opensearch(self) -> str:
        """Its description document."""
        return f"{self.url}?mode=opensearch&service=CSW&version=3.0.0&request=GetCapabilities"

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="moisson-pycsw-")
        config = Path(self._folder.name) / "default.cfg"
        config.write_text(_CONFIG.format(home=self._folder.name, largest=self._largest))
        self._log = (Path(self._folder.name) / "log").open("w+b")
        # -P: the folder of the script has a module called pycsw, too.
        command = [str(python()), "-P", "-W", "ignore", str(_SERVER), str(config)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        # A session of its own: Ctrl-C is for pytest.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=environment, start_new_session=True
        )
        self.url = f"http://127.0.0.1:{self._reply()}/"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # The server ends with its standard input, also when this process dies.
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=20)
        self._log.close()
        self._folder.cleanup()

    def insert(self, xml: bytes) -> str:
        """Adds an ISO record and returns its identifier. Raises PycswError when it has one of that identifier."""
        return str(self._do("insert", xml.decode()))

    def insert_all(self, documents: Iterable[bytes]) -> list[str]:
        """As `insert`, many at once."""
        return list(map(str, self._do("insert_all", [xml.decode() for xml in documents])))

    def touch(self, identifier: str, stamp: str) -> None:
        """Gives a record another dateStamp."""
        self._do("touch", identifier, stamp)

    def delete(self, identifier: str) -> None:
        if not self._do("delete", identifier):
            raise PycswError(f"there is no {identifier}")

    def identifiers(self) -> list[str]:
        """What it holds, ascending."""
        return list(map(str, self._do("identifiers")))

    def clear(self) -> None:
        self._do("clear")

    def _do(self, *command: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._reply()
        if "error" in answer:
            raise PycswError(answer["error"])
        return answer["result"]

    def _reply(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(20)
            self._log.seek(0)
            raise PycswError(f"pycsw ended:\n{self._log.read().decode(errors='replace')[-3000:]}")
        return json.loads(line)


@pytest.fixture(scope="session")
def served_pycsw() -> Iterator[Pycsw]:
    """One pycsw for the whole session. Never skips: without its environment the tests fail."""
    try:
        with Pycsw() as catalogue:
            yield catalogue
    except PycswError as error:
        pytest.fail(str(error), pytrace=False)


def main() -> int:
    try:
        python()
    except PycswError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
