"""A drop folder whose files are wrong: what can be read arrives, what cannot is told, nothing goes that a file may still hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from index.sqlite import SqliteIndex
from index.state import Run
from mappings.validation import Validator
from moisson.sections import FolderSection, HttpSettings
from tests.faults.cells import FOLDER, Cell
from tests.faults.checks import check_index, check_mending, check_run
from tests.faults.subjects import SUBJECTS
from tests.support.faults import Harvester, Held, held, opened
from tests.upstreams import Upstreams
from tests.upstreams.spoil_bytes import bomb, with_entity
from tests.upstreams.spoil_xml import XmlPage

_FILES, _RECORDS = 5, 9
_MIB = 2**20
_VALIDATOR = Validator()


@pytest.fixture(scope="module")
def deliveries() -> list[dict[str, bytes]]:
    """What a partner delivers at each stage: answers of its catalogue, by the name of the file."""
    with Upstreams() as up:
        return [_delivery(up, stage) for stage in range(3)]


def _delivery(up: Upstreams, stage: int) -> dict[str, bytes]:
    SUBJECTS["opensearch"].show(up, stage)
    url = f"{up.base}/seas/opensearch/products"
    starts = range(1, _FILES * _RECORDS, _RECORDS)
    return {f"{start:03}.xml": httpx.get(url, params={"n": _RECORDS, "from": start}).raise_for_status().content for start in starts}


def _spoilt(key: str, files: dict[str, bytes]) -> dict[str, bytes]:
    one = sorted(files)[2]
    changes: dict[str, Callable[[], dict[str, bytes]]] = {
        "damaged": lambda: {**files, one: files[one][: len(files[one]) // 2]},
        "bomb": lambda: {**files, one: bomb(files[one])},
        "entity": lambda: {**files, one: with_entity(files[one])},
        "huge": lambda: {**files, one: files[one] + b" " * _MIB},
        "copied": lambda: {**files, **{f"copy-{name}": body for name, body in files.items()}},
        "emptied": dict,
        "thinned": lambda: {name: files[name] for name in sorted(files)[:2]},
        "doubled": lambda: {name: _doubled(body) for name, body in files.items()},
    }
    return changes[key]()


def _doubled(body: bytes) -> bytes:
    page = XmlPage.of(body)
    assert page is not None
    page.double()
    return page.to_bytes()


@dataclass
class Folder:
    """The source over a folder."""

    path: Path
    index: SqliteIndex
    deliveries: list[dict[str, bytes]]

    def __post_init__(self) -> None:
        section = FolderSection(path=self.path, settle_seconds=0, http=HttpSettings(max_mib=1))
        self.harvester = Harvester(self.index, "seas", section, _VALIDATOR)

    def holding(self, files: dict[str, bytes]) -> Run:
        self.path.mkdir(exist_ok=True)
        for old in self.path.iterdir():
            old.unlink()
        for name, body in files.items():
            (self.path / name).write_bytes(body)
        return self.harvester()

    def without(self) -> Run:
        return self.holding(self.deliveries[2])

    @property
    def now(self) -> Held:
        return held(self.index, "seas")


@pytest.fixture
def folder(tmp_path: Path, deliveries: list[dict[str, bytes]]) -> Iterator[Folder]:
    with opened(tmp_path / "index.sqlite") as index:
        yield Folder(tmp_path / "drop", index, deliveries)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, deliveries: list[dict[str, bytes]]) -> list[Held]:
    """What the index holds after each delivery without any fault."""
    path, found = tmp_path_factory.mktemp("sound"), []
    with opened(path / "index.sqlite") as index:
        sound = Folder(path / "drop", index, deliveries)
        for files in deliveries:
            assert sound.holding(files).counts.rejected == 0
            found.append(sound.now)
    assert [len(one.items) for one in found] == [_FILES * _RECORDS] * 3
    assert len({repr(sorted(one.items.items())) for one in found}) == 3
    return found


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("key", "cell"), [pytest.param(key, cell, id=key) for key, (_, cell) in FOLDER.items()])
def test_a_fault_of_files_ends_as_the_matrix_says_and_mends(key: str, cell: Cell, folder: Folder, stages: list[Held]) -> None:
    folder.holding(folder.deliveries[0])
    run = folder.holding(_spoilt(key, folder.deliveries[1]))
    check_run(run, cell)
    if key in ("damaged", "bomb", "entity", "huge"):
        (rejection,) = folder.index.rejections("seas")
        assert rejection.native_id.startswith("file:")
        assert b"root:" not in rejection.raw
    check_index(folder.now, stages[0], stages[1], cell)
    check_mending(folder, stages[2], cell, "seas")


def test_a_file_that_was_repaired_is_no_longer_in_quarantine(folder: Folder) -> None:
    folder.holding(_spoilt("damaged", folder.deliveries[0]))
    folder.holding(folder.deliveries[0])
    assert not folder.index.rejections("seas")
