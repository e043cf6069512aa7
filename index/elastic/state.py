"""The state of harvests as documents: records, watermarks, runs, quarantine, removed records, changes. Conversions only."""

import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from zstandard import ZstdCompressor, ZstdDecompressor

from index.state import Change, Counts, Deleted, Facts, ItemKey, Outcome, Rejection, Removal, Run, StoredRecord
from mappings.times import from_micros, to_micros
from mappings.watermark import Watermark


def record_source(source: str, record: StoredRecord) -> dict[str, Any]:
    return {
        "source": source,
        "native_id": record.native_id,
        "fingerprint": record.fingerprint.hex(),
        "collection": record.key.collection,
        "item": record.key.id,
        "updated": _optional_micros(record.updated),
        "raw": pack(record.raw),
        "media_type": record.media_type,
        "url": record.url,
        # No stream is no value: what was written before there were streams says the same.
        "stream": record.stream or None,
    }


def announced_source(record: Mapping[str, Any]) -> dict[str, Any]:
    """A new record's document before its Item is written: its name and its Item, and no fingerprint. It is not kept yet: the page that
    brings its bytes comes again after a crash, and to write them twice is what a first harvest would do most."""
    return {name: value for name, value in record.items() if name not in ("raw", "media_type", "url")} | {"fingerprint": ""}


def is_kept(source: Mapping[str, Any]) -> bool:
    """Whether a document among the records, read with its `media_type`, is more than announced."""
    return "media_type" in source


def to_record(source: Mapping[str, Any]) -> StoredRecord:
    return StoredRecord(
        native_id=source["native_id"],
        fingerprint=bytes.fromhex(source["fingerprint"]),
        key=ItemKey(source["collection"], source["item"]),
        updated=_optional_time(source["updated"]),
        raw=unpack(source["raw"]),
        media_type=source["media_type"],
        url=source["url"],
        stream=source.get("stream") or "",
    )


def deleted_source(kept: Mapping[str, Any], removal: Removal, run: str, now: datetime) -> dict[str, Any]:
    """A kept record's document with what is said of its removal."""
    said = {"reason": removal.reason, "run": run, "time": to_micros(now), "until": to_micros(removal.until)}
    return {**{name: value for name, value in kept.items() if name != "joining"}, **said}


def to_deleted(source: Mapping[str, Any]) -> Deleted:
    return Deleted(
        source=source["source"],
        record=to_record(source),
        reason=source["reason"],
        run=source["run"],
        time=from_micros(source["time"]),
        until=from_micros(source["until"]),
    )


def watermark_source(source: str, stream: str, mark: Watermark) -> dict[str, Any]:
    return {"source": source, "stream": stream, "value": to_micros(mark.value), "boundary": sorted(mark.boundary)}


def to_watermark(source: Mapping[str, Any]) -> Watermark:
    return Watermark(from_micros(source["value"]), frozenset(source["boundary"]))


def rejection_source(rejection: Rejection) -> dict[str, Any]:
    return {
        **asdict(rejection),
        "fingerprint": rejection.fingerprint.hex(),
        "raw": pack(rejection.raw),
        "time": to_micros(rejection.time),
        "updated": _optional_micros(rejection.updated),
        "stream": rejection.stream or None,
    }


def to_rejection(source: Mapping[str, Any]) -> Rejection:
    changed = {
        "fingerprint": bytes.fromhex(source["fingerprint"]),
        "raw": unpack(source["raw"]),
        "time": from_micros(source["time"]),
        "updated": _optional_time(source["updated"]),
        "stream": source.get("stream") or "",
    }
    return Rejection(**{**source, **changed})


def run_source(run: Run) -> dict[str, Any]:
    return {**asdict(run), "outcome": str(run.outcome), "started": to_micros(run.started), "ended": _optional_micros(run.ended)}


def to_run(source: Mapping[str, Any]) -> Run:
    changed = {
        "started": from_micros(source["started"]),
        "ended": _optional_time(source["ended"]),
        "outcome": Outcome(source["outcome"]),
        "counts": Counts(**source["counts"]),
    }
    return Run(**{**source, **changed})


def change_source(change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "collection": change.key.collection,
        "item": change.key.id,
        "source": change.source,
        "deleted": change.deleted,
        "time": to_micros(change.time),
        "availability": change.availability,
        "licence": change.licence,
        **({"former": [list(facts) for facts in sorted(change.former)]} if change.former else {}),
    }


def to_change(source: Mapping[str, Any]) -> Change:
    return Change(
        number=source["number"],
        key=ItemKey(source["collection"], source["item"]),
        source=source["source"],
        deleted=source["deleted"],
        time=from_micros(source["time"]),
        availability=source["availability"],
        licence=source["licence"],
        former=frozenset(Facts(*facts) for facts in source.get("former", ())),
    )


def pack(raw: bytes) -> str:
    """zstd in base64, as a binary field takes it."""
    return b64encode(_own.compressor.compress(raw)).decode()


def unpack(text: str) -> bytes:
    return _own.decompressor.decompress(b64decode(text))


class _Own(threading.local):
    """A thread's: to make one takes longer than to use it, and no two threads may use one."""

    def __init__(self) -> None:
        self.compressor = ZstdCompressor()
        self.decompressor = ZstdDecompressor()


_own = _Own()


def _optional_micros(when: datetime | None) -> int | None:
    return None if when is None else to_micros(when)


def _optional_time(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
