"""The bench of exports over a small index: it tells rates and memory, and that a file is whole."""

import re
from pathlib import Path

from index.sqlite import SqliteIndex
from tests.bench.exports import measure_exports
from tests.index.helpers import batch
from tests.support.items import make_document


def test_a_file_is_measured_and_counted(tmp_path: Path) -> None:
    with SqliteIndex.open(tmp_path / "moisson.sqlite") as index:
        index.apply(batch(items=[make_document(f"a{n}") for n in range(30)]))
    (tmp_path / "sqlite.toml").write_text(f'index = "{tmp_path}/moisson.sqlite"\n')
    (tmp_path / "items.count").write_text("30")
    [line] = measure_exports(tmp_path, kinds=["parquet"])
    assert re.search(r"parquet: 30 Items, \d+ MiB in \d+\.\d s, the first byte after \d+\.\d s: \d+ Items/s; the server took", line)
    assert not list(tmp_path.glob("export.*"))


def test_a_folder_without_index_is_told(tmp_path: Path) -> None:
    [line] = measure_exports(tmp_path)
    assert "left out" in line
