"""From settings to the parts: the index, the sources. The only place that knows every class."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, time

from harvesters.http import Fetcher, HttpPolicy
from harvesters.source import Source
from index.protocol import Index
from moisson.settings import (
    ConfigError,
    HttpSettings,
    Settings,
    SourceSettings,
)


def open_index(settings: Settings) -> Index:
    """The store that `index` names: a file path (SQLite) or an http(s) address (Elasticsearch)."""
    if settings.index.startswith(("http://", "https://")):
        from index.elastic import ElasticIndex

        return ElasticIndex.open(settings.index)
    from index.sqlite import SqliteIndex

    return SqliteIndex.open(settings.index)


def chosen_sources(settings: Settings, names: list[str]) -> list[str]:
    """The names asked for, or all that are enabled. Raises ConfigError for one that is not configured."""
    for name in names:
        if name not in settings.sources:
            known = ", ".join(settings.sources) or "none: see moisson.toml"
            raise ConfigError(f"{name}: no such source; configured: {known}")
    chosen = names or [name for name, section in settings.sources.items() if section.enabled]
    if not chosen:
        raise ConfigError("no source is configured: run where moisson.toml is, or set MOISSON_CONFIG")
    return chosen


@contextmanager
def open_source(name: str, section: SourceSettings, now: Callable[[], datetime]) -> Iterator[Source]:
    """The source over its own HTTP client, which is closed at the end."""
    with ExitStack() as stack:
        fetcher = stack.enter_context(Fetcher(_policy(section.http)))
        yield _BUILDERS[type(section)](name, fetcher, section, now)


def _policy(http: HttpSettings) -> HttpPolicy:
    return HttpPolicy(
        timeout=http.timeout,
        max_bytes=int(http.max_mib * 1024 * 1024),
        attempts=http.attempts,
        requests_per_second=http.requests_per_second,
    )


def _since(section: SourceSettings) -> datetime | None:
    return datetime.combine(section.since, time(), tzinfo=UTC) if section.since else None
