"""Serves pycsw on loopback and changes its records while it runs. Started by tests/support/pycsw.py with the Python of pycsw's own
environment; `python pycsw_serve.py CONFIG`. Commands come as lines of JSON on standard input, which ends the server when it ends;
each is answered with a line of JSON on standard output."""

import configparser
import json
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

warnings.simplefilter("ignore")


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Records:
    """The catalogue's records, changed the way pycsw itself loads them."""

    def __init__(self, config: Path) -> None:
        from pycsw.core import admin, metadata, repository, util
        from pycsw.core.config import StaticContext

        read = configparser.ConfigParser(interpolation=None)
        read.read(config)
        self._context, self._metadata, self._repository, self._util = StaticContext(), metadata, repository, util
        # Profiles tell the namespaces of ISO records.
        self._database, self._table = read.get("repository", "database"), read.get("repository", "table")
        self._repo: Any = None
        admin.setup_db(self._database, self._table, str(config.parent), create_sfsql_tables=False, create_plpythonu_functions=False)

    def insert(self, xml: str) -> str:
        """The record's identifier; an error when there is one of that name already."""
        from lxml import etree

        repo = self._open()
        found = self._metadata.parse_record(self._context, etree.fromstring(xml.encode()), repo)[0]
        identifier = found.identifier
        repo.insert(found, "local", self._util.get_today_and_now())
        return str(identifier)

    def insert_all(self, documents: list[str]) -> list[str]:
        return [self.insert(xml) for xml in documents]

    def clear(self) -> None:
        repo = self._open()
        repo.session.query(repo.dataset).delete()
        if repo.session.in_transaction():
            repo.session.commit()
        repo.session.close()

    def delete(self, identifier: str) -> int:
        return self._query(identifier, lambda rows: rows.delete(synchronize_session=False))

    def touch(self, identifier: str, stamp: str) -> int:
        """The record with another dateStamp."""
        from lxml import etree

        xml = self._query(identifier, lambda rows: rows.one().xml)
        root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml)
        date = next(iter(root.iterfind("{*}dateStamp/*")))
        date.text = stamp
        self.delete(identifier)
        self.insert(etree.tostring(root).decode())
        return 1

    def identifiers(self) -> list[str]:
        repo = self._open()
        found = sorted(row[0] for row in repo.session.query(repo.dataset.identifier))
        repo.session.close()
        return found

    def _query(self, identifier: str, do: Any) -> Any:
        repo = self._open()
        result = do(repo.session.query(repo.dataset).filter(repo.dataset.identifier == identifier))
        if repo.session.in_transaction():
            repo.session.commit()
        repo.session.close()
        return result

    def _open(self) -> Any:
        # One for all commands: each new one reads the tables' form anew.
        if self._repo is None:
            self._repo = self._repository.Repository(self._database, self._context, table=self._table)
        return self._repo


def main() -> None:
    config, replies = Path(sys.argv[1]), sys.stdout
    # pycsw prints the path of every request.
    sys.stdout = sys.stderr
    os.environ["PYCSW_CONFIG"] = str(config)
    records = _Records(config)
    from pycsw.wsgi import application

    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    port = server.server_port
    config.write_text(config.read_text().replace("http://127.0.0.1:0/", f"http://127.0.0.1:{port}/"))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def reply(value: Any) -> None:
        replies.write(json.dumps(value) + "\n")
        replies.flush()

    reply(port)
    for line in sys.stdin:
        name, *given = json.loads(line)
        try:
            reply({"result": getattr(records, name)(*given)})
        except Exception as error:  # noqa: BLE001 (told to the test, which fails)
            reply({"error": f"{type(error).__name__}: {error}"[:300]})


if __name__ == "__main__":
    main()
