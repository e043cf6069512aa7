"""Journal: gathers what a run says in the log while it goes on, and keeps a part of it in the state."""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog

from index.harvests.journal import Journal, Line, forget_journals, save_journal
from index.protocol import Index, IndexUnavailable
from mappings.times import format_time

LOGGER = logging.getLogger(__name__)
_FIRST = _LAST = 100
_LONGEST = 500


class _Gathered(logging.Handler):
    """The lines of one source's run in this process: a run binds its source and its id to whatever is logged inside of it."""

    def __init__(self, source: str) -> None:
        super().__init__(logging.INFO)
        self._source = source
        self.run: str | None = None
        self._first: list[Line] = []
        self._last: deque[Line] = deque(maxlen=_LAST)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        bound = structlog.contextvars.get_contextvars()
        if bound.get("source") != self._source:
            return
        self.run = bound.get("run")
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text = f"{text}: {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        line = Line(format_time(datetime.fromtimestamp(record.created, UTC)), record.levelname, text[:_LONGEST])
        self._count += 1
        if len(self._first) < _FIRST:
            self._first.append(line)
        else:
            self._last.append(line)

    def journal(self) -> Journal:
        return Journal(self._first, list(self._last), self._count - len(self._first) - len(self._last))


@contextmanager
def journaling(index: Index, source: str) -> Iterator[None]:
    """Keeps what the source's run says inside of the block, as far as the log's level lets it be said; at its end, however it ends."""
    gathered, root = _Gathered(source), logging.getLogger()
    root.addHandler(gathered)
    try:
        yield
    finally:
        root.removeHandler(gathered)
        _keep(index, source, gathered)


def _keep(index: Index, source: str, gathered: _Gathered) -> None:
    if gathered.run is None:
        return
    try:
        save_journal(index, gathered.run, gathered.journal())
        forget_journals(index, source)
    except IndexUnavailable as error:
        LOGGER.warning("the journal of run %s is not kept: %s", gathered.run, error)
