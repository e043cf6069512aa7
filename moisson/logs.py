"""Logs: lines for a person, or one JSON object a line for a collector; each with its source and run."""

import logging
import sys
from typing import Any

import stamina.instrumentation
import structlog


def set_up_logs(*, as_json: bool = False, level: int = logging.WARNING) -> None:
    """All loggers to standard error. Harvests tell their waits at any level."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        last: list[Any] = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Retries are told by harvesters/http.py, with the true wait.
    logging.getLogger("harvesters").setLevel(logging.INFO)
    # Who downloads what is told at any level, too.
    logging.getLogger("moisson.audit").setLevel(logging.INFO)
    stamina.instrumentation.set_on_retry_hooks(())
    # Its own words for a cluster that does not answer are a hundred lines; ours are one.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    # It tells each job that begins and ends; the runs tell more.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
