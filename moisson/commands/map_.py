"""moisson map: recorded answers of an archive, mapped to STAC Items without network or configuration."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import orjson
import typer

from mappings.record import Item, Mapping, NotAnAnswer, Record, Unmappable, fingerprint
from mappings.registry import MAPPINGS
from mappings.validation import Validator
from moisson.exits import Exit
from moisson.sections import ConfigError


def map_records(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help=f"One of {', '.join(MAPPINGS)}")],
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recorded answers; - is standard input")],
) -> None:
    """Maps recorded answers of SOURCE, prints one STAC Item a line, rejected records on standard error."""
    mapping = MAPPINGS.get(source)
    if mapping is None:
        raise ConfigError(f"{source}: no such source: one of {', '.join(MAPPINGS)}")
    work = _Work(mapping, Validator())
    for name in files:
        try:
            answer = mapping.read(_bytes(name))
        except NotAnAnswer as error:
            raise ConfigError(f"{name}: no answer of {source}: {error}") from None
        for broken in answer.broken:
            work.reject(broken.native_id, broken.reason, broken.field)
        for record in answer.records:
            work.add(record)
    items = work.merged()
    for item in items:
        sys.stdout.buffer.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
    for line in work.rejected:
        sys.stderr.write(line)
    sys.stderr.write(f"items={len(items)} records={work.records} rejected={len(work.rejected)}\n")
    raise typer.Exit(Exit.NOT_WHOLE if work.rejected else Exit.OK)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}") from None


@dataclass
class _Work:
    """Items by their key, with the records that they are made of."""

    mapping: Mapping
    validator: Validator
    records: int = 0
    rejected: list[str] = field(default_factory=list)
    latest: dict[str, Record] = field(default_factory=dict)
    parts: dict[tuple[str, str], dict[str, Item]] = field(default_factory=dict)

    def reject(self, native_id: str, reason: str, member: str) -> None:
        self.records += 1
        self._line(native_id, reason, member)

    def _line(self, native_id: str, reason: str, member: str) -> None:
        self.rejected.append(" ".join(f"rejected {native_id}: {member}: {reason}".split()) + "\n")

    def add(self, record: Record) -> None:
        self.records += 1
        earlier = self.latest.get(record.native_id)
        if earlier is not None and not _newer(record, earlier, self.mapping):
            return
        if record.deleted:
            # A notice of deletion: no Item, and none of the version that it is about.
            for items in self.parts.values():
                items.pop(record.native_id, None)
            self.latest[record.native_id] = record
            return
        try:
            item = self.mapping.to_item(record)
            self.validator.check(item)
        except Unmappable as error:
            self._line(record.native_id, error.reason, error.field)
            return
        for items in self.parts.values():
            if earlier is None:
                break
            items.pop(record.native_id, None)
        self.latest[record.native_id] = record
        self.parts.setdefault((item["collection"], item["id"]), {})[record.native_id] = item

    def merged(self) -> list[Item]:
        """One Item per key, whatever the order of the records."""
        found = []
        for items in self.parts.values():
            if items:
                item = self.mapping.merge(list(items.values()))
                self.validator.check(item)
                found.append(item)
        return found


def _newer(record: Record, earlier: Record, mapping: Mapping) -> bool:
    """Whether a second version of a record replaces the first: the later one does; of two of the same time always the same one,
    whichever came first."""
    if fingerprint(record, mapping) == fingerprint(earlier, mapping):
        return False
    if record.updated and earlier.updated and record.updated != earlier.updated:
        return record.updated > earlier.updated
    return record.raw > earlier.raw
