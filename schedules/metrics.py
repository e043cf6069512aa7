"""Metrics in Prometheus's form, read from the state when they are asked for: any scheduler tells them of all sources."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from index.harvests.standing import Planned, Standing, standing
from index.protocol import Index, IndexUnavailable
from index.state import Counts, Outcome


@dataclass(frozen=True, eq=False)
class HarvestMetrics(Collector):
    """A collector of prometheus_client. `since`: when this scheduler began."""

    index: Index
    sources: Sequence[Planned]
    now: Callable[[], datetime]
    since: datetime | None = None

    def collect(self) -> Iterator[Metric]:
        """All metrics; only `moisson_index_up` 0 while the index does not answer."""
        up = GaugeMetricFamily("moisson_index_up", "Whether the index answers.")
        try:
            # It fails sooner than what follows.
            self.index.check()
            now = self.now()
            found = [standing(self.index, source, now, self.since) for source in self.sources]
        except IndexUnavailable:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _gauges(found, now)
        yield _counts(found)
        yield _outcomes(found)

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the index."""
        return []


def _gauges(found: Sequence[Standing], now: datetime) -> Iterator[Metric]:
    wanted: tuple[tuple[str, str, Callable[[Standing], float | None]], ...] = (
        ("last_run_timestamp_seconds", "When the last run began.", lambda s: s.last.started.timestamp() if s.last else None),
        ("last_run_duration_seconds", "How long the last run took.", _duration),
        ("last_complete_timestamp_seconds", "When the last complete run ended.", lambda s: s.complete.timestamp() if s.complete else None),
        ("next_run_timestamp_seconds", "When the next run is due.", lambda s: s.next.timestamp() if s.next else None),
        ("lag_seconds", "How long ago the archive changed what was read last.", lambda s: s.lag.total_seconds() if s.lag else None),
        ("records", "Records that are kept or in quarantine.", lambda s: s.records),
        ("quarantined_records", "Records in quarantine.", lambda s: s.quarantined),
        ("restorable_records", "Removed records that can be restored.", lambda s: s.removed),
        ("paused", "1 while an operator has paused the source.", lambda s: s.paused),
        ("breaker_open", "1 while the source is left alone after failures.", lambda s: s.broken_until is not None),
        ("brake_pulled", "1 while a removal waits for an operator.", lambda s: s.braked is not None),
        ("missing_items", "Announced Items that a run did not find in the index; below zero: too many.", lambda s: s.lacking),
        ("running", "1 while a run has the source's lease.", lambda s: s.lease is not None),
        ("silent", "1 when no run has been complete for too long.", lambda s: s.silent),
    )
    for name, text, value in wanted:
        gauge = GaugeMetricFamily(f"moisson_source_{name}", text, labels=["source"])
        for one in found:
            number = value(one)
            if number is not None:
                gauge.add_metric([one.source], float(number))
        yield gauge


def _duration(one: Standing) -> float | None:
    return (one.last.ended - one.last.started).total_seconds() if one.last and one.last.ended else None


def _counts(found: Sequence[Standing]) -> Metric:
    gauge = GaugeMetricFamily(
        "moisson_source_last_run_records", "Records of the last run, by what became of them.", labels=["source", "kind"]
    )
    for one in found:
        if one.last:
            for field in fields(Counts):
                gauge.add_metric([one.source, field.name], getattr(one.last.counts, field.name))
    return gauge


def _outcomes(found: Sequence[Standing]) -> Metric:
    gauge = GaugeMetricFamily("moisson_source_last_run_outcome", "1 for the outcome of the last run.", labels=["source", "outcome"])
    for one in found:
        if one.last:
            for outcome in Outcome:
                gauge.add_metric([one.source, str(outcome)], float(one.last.outcome is outcome))
    return gauge
