"""What operators ask is confirmed first, counts only from their own pages, and is left once."""

import httpx
import pytest

from index.harvests.commands import commands, is_paused, pause_of
from index.harvests.notes import BRAKE, note_value
from tests.api.runs.reading import read, send
from tests.api.runs.world import NOW, Site

ASK = "/runs/sources/peps/ask"


def test_nothing_is_asked_by_looking(operated: Site) -> None:
    for deed in ("run", "pause", "resume", "replay", "remap"):
        assert operated.get(f"{ASK}/{deed}").status_code == 200
    assert commands(operated.index) == []
    assert not is_paused(operated.index, "peps")


def test_a_run_is_left_once_however_often_the_button_is_pressed(operated: Site) -> None:
    with operated.signed_in() as client:
        shown = read(client.get(f"{ASK}/run?language=en"))
        assert "even if it is paused" in shown.words
        for _ in range(2):
            answer = send(client, shown, "/ask/run")
            assert answer.headers["Location"] == "/runs/sources/peps?done=run&language=en"
        assert "Left for the schedulers." in read(client.get(answer.headers["Location"])).words
    [command] = commands(operated.index)
    assert (command.source, command.action, command.by, command.state) == ("peps", "run", "maud (OPS)", "waiting")


def test_a_source_is_paused_with_a_reason_and_resumed(operated: Site) -> None:
    with operated.signed_in() as client:
        send(client, read(client.get(f"{ASK}/pause")), "/ask/pause", reason="<b>Travaux</b>")
        paused = pause_of(operated.index, "peps")
        assert paused is not None
        assert (paused.by, paused.time, paused.reason) == ("maud (OPS)", "2026-06-15T12:00:00Z", "<b>Travaux</b>")
        shown = client.get("/runs/sources/peps?done=pause")
        assert "La source est suspendue." in read(shown).words
        assert "<b>" not in shown.text
        send(client, read(client.get(f"{ASK}/resume")), "/ask/resume")
    assert not is_paused(operated.index, "peps")


def test_a_remap_is_of_all_records_when_asked(operated: Site) -> None:
    with operated.signed_in() as client:
        shown = read(client.get(f"{ASK}/remap"))
        form = shown.form("/ask/remap")
        client.post(form.action, data={"token": form.fields["token"]})
        send(client, shown, "/ask/remap", all="yes")
    assert sorted(len(one.arguments) for one in commands(operated.index)) == [0, 1]
    assert {"all": "yes"} in [dict(one.arguments) for one in commands(operated.index)]


def test_what_the_brake_stopped_is_confirmed_and_nothing_else(operated: Site) -> None:
    assert operated.get(f"{ASK}/confirm").status_code == 409
    stopped = {"counts": {"absent": 90}, "count": 90, "total": 185, "why": "absent from whole listings", "confirmed": False}
    operated.index.write_note(BRAKE, "peps", stopped, None)
    with operated.signed_in() as client:
        shown = read(client.get(f"{ASK}/confirm"))
        assert "90 of 185 records" in shown.words
        send(client, shown, "/ask/confirm")
    note = note_value(operated.index, BRAKE, "peps")
    assert (note["confirmed"], note["by"]) == (True, "maud (OPS)")


def test_a_program_asks_with_its_key_and_needs_no_token(operated: Site) -> None:
    answer = httpx.post(f"{operated.base}{ASK}/run", headers={"X-API-Key": operated.operator}, data={"reason": ""})
    assert answer.status_code == 303
    assert len(commands(operated.index)) == 1


def test_a_program_of_a_member_asks_nothing(operated: Site) -> None:
    for source in ("peps", "none"):
        address = f"{operated.base}/runs/sources/{source}/ask/run"
        answer = httpx.post(address, headers={"X-API-Key": operated.member}, data={"reason": ""})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-an-operator")
        assert httpx.post(address, data={"reason": ""}).status_code == 401
    assert commands(operated.index) == []


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_session_does_nothing(operated: Site, token: str | None) -> None:
    with operated.signed_in() as client:
        answer = client.post(f"{ASK}/pause", data={"reason": "", **({"token": token} if token is not None else {})})
        assert "nothing was done" in read(answer, 403).words
        assert client.post("/runs/sign-out", data={"token": token or "x"}).status_code == 403
        assert client.get("/runs").status_code == 200
    assert not is_paused(operated.index, "peps")


def test_the_token_of_another_session_does_nothing(operated: Site) -> None:
    with operated.signed_in() as one, operated.signed_in() as other:
        form = read(one.get(f"{ASK}/pause")).form("/ask/pause")
        assert other.post(form.action, data=form.fields).status_code == 403
        assert one.post(form.action, data=form.fields).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_a_form_of_another_site_does_nothing_even_with_the_token(operated: Site, headers: dict[str, str]) -> None:
    with operated.signed_in() as client:
        form = read(client.get(f"{ASK}/pause")).form("/ask/pause")
        assert client.post(form.action, data=form.fields, headers=headers).status_code == 403
        assert client.post("/runs/sign-in", data={"key": operated.operator}, headers=headers).status_code == 403
        ours = {"Sec-Fetch-Site": "same-origin", "Origin": operated.base}
        assert not is_paused(operated.index, "peps")
        assert client.post(form.action, data=form.fields, headers=ours).status_code == 303


def test_a_session_that_is_over_meanwhile_does_nothing(operated: Site) -> None:
    with operated.signed_in() as client:
        form = read(client.get(f"{ASK}/pause")).form("/ask/pause")
        operated.clock.time = NOW.replace(hour=14)
        assert client.post(form.action, data=form.fields).status_code == 401
    assert not is_paused(operated.index, "peps")


def test_what_is_no_form_is_refused(operated: Site) -> None:
    with operated.signed_in() as client:
        for body, kind, status in (
            (b"{}", "application/json", 400),
            (b"a=1", "text/plain", 400),
            ("é".encode(), "application/x-www-form-urlencoded", 400),
            (b"&".join(b"f%d=1" % number for number in range(30)), "application/x-www-form-urlencoded", 400),
            (b"token=1&token=2", "application/x-www-form-urlencoded", 400),
            (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        ):
            assert client.post(f"{ASK}/pause", content=body, headers={"Content-Type": kind}).status_code == status
        form = read(client.get(f"{ASK}/pause")).form("/ask/pause")
        assert client.post(form.action, data={**form.fields, "reason": "x" * 501}).status_code == 400
    assert not is_paused(operated.index, "peps")


def test_deeds_and_sources_that_there_are_none_of_are_not_there(operated: Site) -> None:
    for path in (
        f"{ASK}/delete",
        "/runs/sources/none/ask/run",
        "/runs/sources/none",
        "/runs/sources/peps/runs/none",
        "/runs/sources/x/quarantine",
    ):
        assert "Cette page n’existe pas." in read(operated.get(path), 404).words
    assert operated.get("/runs", Accept="*/*").status_code == 200
    assert httpx.post(f"{operated.base}/runs", headers={"X-API-Key": operated.operator}).status_code == 405
