"""What is written down of a download, and what never is."""

import logging
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
import structlog

from api.downloads.signing import Signer
from api.downloads.usage import Usage, usage
from index.protocol import Index, IndexUnavailable
from mappings.access.asker import ANONYMOUS, Asker
from moisson.logs import set_up_logs
from tests.api.downloads.world import STORE, client, fill, path
from tests.support.serving import MEMBER, asking
from tests.upstreams import signing


def test_one_audit_line_says_who_had_what_and_no_address(filled: Index, signers: Mapping[str, Signer], capsys: Any) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up_logs(as_json=True)
        with client(filled, asking(Asker(**{**MEMBER.__dict__, "person": "Zoé\nforged=1"})), signers) as api:
            api.get(path("held/1", "src_xs"))
            api.get(path("held/1", "preview"))
            api.get(path("held/1", "nope"))
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    (line,) = capsys.readouterr().err.splitlines()
    told = orjson.loads(line)
    assert told.pop("timestamp")
    assert told == {
        "event": "download",
        "logger": "moisson.audit",
        "level": "info",
        "at": "2026-11-20T12:00:00Z",
        "organisation": "commune",
        "person": "Zoé\nforged=1",
        "collection": "dinamis-spot67",
        "item": "held/1",
        "asset": "src_xs",
        "archive": "dinamis",
        "licence": "dinamis-spot67",
    }
    assert structlog.contextvars.get_contextvars() == {}


def test_a_signed_address_is_neither_logged_nor_stored(filled: Index, signers: Mapping[str, Signer], caplog: Any, tmp_path: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with client(filled, asking(MEMBER), signers) as api:
        location = api.get(path("held/1", "src_xs")).headers["location"]
    signature = location.rpartition("=")[2]
    # What this test's own client logs of the answer it got is not the server's.
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpcore", "httpx"))]
    assert ours
    assert not [line for line in ours if signature in line]
    assert all(signature.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_downloads_are_counted_by_month_organisation_and_archive(index: Index) -> None:
    fill(index)
    with client(index, asking(MEMBER)) as api:
        for _ in range(3):
            assert api.get(path("held/1", "src_xs")).status_code == 302
        api.get(path("open", "product"))
        api.get(path("open", "quicklook"))
    with client(index, asking(ANONYMOUS)) as api:
        api.get(path("open", "product"))
    assert usage(index) == [
        Usage("2026-11", "-", "peps", 1),
        Usage("2026-11", "commune", "dinamis", 3),
        Usage("2026-11", "commune", "peps", 1),
    ]


def test_head_leads_to_the_same_place_and_counts_nothing(filled: Index, signers: Mapping[str, Signer], caplog: Any) -> None:
    caplog.set_level(logging.INFO, "moisson.audit")
    with client(filled, asking(MEMBER), signers) as api:
        answer = api.head(path("held/1", "src_xs"))
        assert api.head(path("odd", "data")).status_code == 403
    assert (answer.status_code, answer.headers["location"]) == (302, signing.signed(f"{STORE}/a/XS.tif", 3600))
    assert [one.getMessage() for one in caplog.records if one.name == "moisson.audit"] == ["download asked for by HEAD"]
    assert usage(filled) == []


class Contested:
    """A store in which somebody else is quicker, or that takes no notes."""

    def __init__(self, index: Index, lost: int | None) -> None:
        self._index, self._lost = index, lost
        self.tries = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def write_note(self, *arguments: Any) -> bool:
        self.tries += 1
        if self._lost is None:
            raise IndexUnavailable("read-only")
        return self.tries > self._lost and self._index.write_note(*arguments)


@pytest.mark.parametrize(("lost", "counted"), [(0, 1), (3, 1), (1000, 0), (None, 0)])
def test_a_lost_race_never_makes_a_download_fail(filled: Index, lost: int | None, counted: int, caplog: Any) -> None:
    contested: Any = Contested(filled, lost)
    with client(contested, asking(MEMBER)) as api:
        assert api.get(path("open", "product")).status_code == 302
    assert sum(one.downloads for one in usage(filled)) == counted
    assert contested.tries <= 8
    assert ("is not counted" in caplog.text) is (counted == 0)
