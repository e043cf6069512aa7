"""Spool: tables on the disk, compressed, until it is known what all of them have."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from tempfile import TemporaryFile
from typing import Self

import pyarrow as pa

_LENGTH = 8


class Spool(AbstractContextManager["Spool"]):
    """Tables are put one after the other, then taken in that order. The file has no name: it goes with the process, whatever ends it."""

    def __enter__(self) -> Self:
        self._file = TemporaryFile(prefix="moisson-export-")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, table: pa.Table) -> None:
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_table(table)
        held = out.getvalue()
        self._file.write(held.size.to_bytes(_LENGTH, "little"))
        self._file.write(memoryview(held))

    def taken(self) -> Iterator[pa.Table]:
        """All tables; nothing can be put afterwards."""
        self._file.seek(0)
        while length := self._file.read(_LENGTH):
            held = self._file.read(int.from_bytes(length, "little"))
            with pa.ipc.open_stream(pa.py_buffer(held)) as stream:
                yield stream.read_all()
