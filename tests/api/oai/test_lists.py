"""Lists: paged, by set and by time; what changes meanwhile is never lost, and nobody learns of what they never could find."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access import Access
from api.app import Offer
from api.oai.listing import start_of
from api.oai.stamps import Window, seconds, stamp_of
from index.protocol import Index
from index.state import Change, ItemKey
from mappings.access.asker import ANONYMOUS
from mappings.access.policy import Policy, Reach
from tests.api.oai.asking import LATER, NOW, OAI, Answer, Repository, repository
from tests.support.serving import MEMBER, asking


def names(headers: Any) -> list[str]:
    return [f"{header.name}{'-' if header.deleted else ''}" for header in headers]


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
@pytest.mark.parametrize("prefix", ["oai_dc", "iso19139"])
def test_a_list_is_paged_to_its_end(repo: Repository, verb: str, prefix: str) -> None:
    pages = list(repo.pages(verb, metadataPrefix=prefix))
    assert [len(page.headers) for page in pages] == [3, 3, 3, 2]
    assert [bool(page.token) for page in pages] == [True, True, True, False]
    assert names(header for page in pages for header in page.headers) == [*(f"i{number}" for number in range(10)), "i10-"]
    assert [one.get("cursor") for page in pages for one in page.all("resumptionToken")] == ["0", "3", "6", "9"]
    assert len(pages[0].all("metadata")) == (3 if verb == "ListRecords" else 0)


def test_a_list_of_one_page_has_no_token(repo: Repository) -> None:
    repo.put(99, now=NOW + timedelta(days=2))
    repo.now = NOW + timedelta(days=3)
    [page] = repo.pages(from_="2026-06-02")
    assert (names(page.headers), page.token) == (["i99"], None)


def test_no_page_is_empty_when_what_follows_is_hidden(index: Index) -> None:
    with repository(index, Offer(asking(ANONYMOUS), oai=OAI)) as repo:
        repo.put(0, 1, 2)
        repo.put(*range(3, 50), availability="held")
        [page] = repo.pages()
        assert (len(page.headers), page.token) == (3, None)


def test_a_set_holds_one_archive_or_one_availability(repo: Repository) -> None:
    repo.put(20, 21, availability="held", source="dinamis")
    for spec, found in (("archive:dinamis", 2), ("availability:held", 2), ("archive:test", 11), ("archive", 13), ("availability", 13)):
        headers = repo.listed(set=spec)
        assert len(headers) == found, spec
        assert spec in ("archive", "availability") or all(spec in header.sets for header in headers)


def test_an_item_that_leaves_a_set_is_gone_from_it(repo: Repository) -> None:
    repo.put(3, availability="held", now=NOW + timedelta(minutes=1))
    assert "i3-" in names(repo.listed(set="availability:open"))
    assert names(repo.listed(set="availability:held")) == ["i3"]
    assert "i3" in names(repo.listed())


def test_both_bounds_are_included_at_both_granularities(repo: Repository) -> None:
    published = NOW + repo.index.lag
    repo.put(30, now=NOW + timedelta(days=1))
    repo.now = NOW + timedelta(days=3)

    def found(**arguments: str) -> int:
        return len(repo.listed(**arguments)) if not repo.ask("ListIdentifiers", metadataPrefix="oai_dc", **arguments).errors else 0

    at, before, after = (f"{published + timedelta(seconds=by):%Y-%m-%dT%H:%M:%SZ}" for by in (0, -1, 1))
    assert found(from_=at, until=at) == found(from_="2026-06-01", until="2026-06-01") == 11
    assert (found(until=before), found(from_=after), found(from_=before, until=before)) == (0, 1, 0)
    assert found(from_="0001-01-01") == found(until="9999-12-31") == found() == 12
    assert found(from_="2026-06-02") == 1


def test_a_token_is_of_one_list_one_verb_and_one_asker(index: Index) -> None:
    asker = [MEMBER]
    with repository(index, Offer(Access(Policy(), lambda _: asker[0]), oai=OAI)) as repo:
        repo.put(*range(10))
        token = repo.ask("ListRecords", metadataPrefix="oai_dc").token or ""
        for changed in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), token.lower(), token + "=", "", "A" * 2000):
            assert repo.ask("ListRecords", resumptionToken=changed).errors in (("badResumptionToken",), ("badArgument",))
        assert repo.ask("ListIdentifiers", resumptionToken=token).errors == ("badResumptionToken",)
        asker[0] = ANONYMOUS
        assert repo.ask("ListRecords", resumptionToken=token).errors == ("badResumptionToken",)
        asker[0] = MEMBER
        assert names(repo.ask("ListRecords", resumptionToken=token).headers) == ["i3", "i4", "i5"]


def test_a_token_outlives_the_server_and_a_long_pause(index: Index) -> None:
    with repository(index) as repo:
        repo.put(*range(5))
        token = repo.ask("ListRecords", metadataPrefix="iso19139").token or ""
    with repository(index) as repo:
        repo.now = NOW + timedelta(days=400)
        answer = repo.ask("ListRecords", resumptionToken=token)
        assert (names(answer.headers), answer.token) == (["i3", "i4"], "")


def test_what_changes_while_a_list_is_read_comes_with_the_next_harvest(repo: Repository) -> None:
    first = repo.ask("ListRecords", metadataPrefix="oai_dc")
    during = repo.now
    repo.put(0, 9, now=during, title="changed")
    repo.remove(8, now=during)
    repo.put(50, now=during)
    repo.now = during + LATER
    rest = [header for page in _on(repo, first) for header in page.headers]
    assert names(rest) == ["i3", "i4", "i5", "i6", "i7", "i10-"]
    again = repo.listed(from_=first.said("responseDate"))
    assert sorted(names(again)) == ["i0", "i50", "i8-", "i9"]


def test_a_list_of_which_all_the_rest_has_changed_just_ends(repo: Repository) -> None:
    first = repo.ask("ListRecords", metadataPrefix="oai_dc")
    repo.remove(*range(10), now=repo.now)
    repo.put(10, now=repo.now)
    [last] = _on(repo, first)
    assert (last.headers, last.token, last.errors) == ([], "", ())


def test_nothing_is_lost_between_harvests_however_late_it_is_written(index: Index) -> None:
    """Each batch bears the time at which it was begun, and is written up to `lag` later; harvests go on from wherever they may."""
    with repository(index) as repo:
        repo.put(0, now=NOW)
        at, held = NOW, {"since": "", "newest": ""}
        seen: dict[str, set[str]] = {name: set() for name in held}
        for number in range(1, 12):
            at += timedelta(seconds=index.lag.total_seconds() / 3 + number / 7)
            late = timedelta(seconds=index.lag.total_seconds() * (number * 37 % 100) / 100)
            repo.put(number, now=at - late)
            repo.now = at
            for name in held:
                given = {"from_": held[name]} if held[name] else {}
                answer = repo.ask("ListIdentifiers", metadataPrefix="oai_dc", **given)
                headers = [] if answer.errors else repo.listed(**given)
                seen[name] |= {header.name for header in headers}
                assert all(header.datestamp <= answer.said("responseDate") for header in headers)
                if name == "since":
                    held[name] = answer.said("responseDate")
                else:
                    held[name] = max((header.datestamp for header in headers), default=held[name])
        repo.now = at + LATER
        for name in held:
            seen[name] |= {header.name for header in repo.listed(**({"from_": held[name]} if held[name] else {}))}
            assert seen[name] == {f"i{number}" for number in range(12)}, name


def test_what_is_hidden_now_is_told_as_deleted_to_those_who_found_it(index: Index) -> None:
    asker = [ANONYMOUS]
    with repository(index, Offer(Access(Policy(), lambda _: asker[0]), oai=OAI)) as repo:
        repo.put(1, 2)
        repo.put(3, availability="held")
        repo.put(2, availability="held", now=NOW + timedelta(minutes=1))
        assert names(repo.listed()) == ["i1", "i2-"]
        [_, header] = repo.listed()
        assert header.sets == ("archive:test", "availability:open")
        answer = repo.ask("GetRecord", identifier=header.identifier, metadataPrefix="oai_dc")
        assert [one.deleted for one in answer.headers] == [True]
        hidden = repo.ask("GetRecord", identifier=header.identifier.replace("i2", "i3"), metadataPrefix="oai_dc")
        absent = repo.ask("GetRecord", identifier=header.identifier.replace("i2", "i4"), metadataPrefix="oai_dc")
        assert hidden.text == absent.text.replace("~i4", "~i3")
        assert hidden.errors == ("idDoesNotExist",)
        assert "held" not in repo.ask("ListSets").text
        asker[0] = MEMBER
        assert names(repo.listed()) == ["i1", "i3", "i2"]


def test_a_catalogue_for_members_only_refuses_others(index: Index) -> None:
    policy = Policy(sign_in=True, sources={"test": Reach.MEMBERS})
    with repository(index, Offer(Access(policy, lambda _: ANONYMOUS), oai=OAI)) as repo:
        response = repo.client.get("/oai", params={"verb": "Identify"})
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def _on(repo: Repository, answer: Answer) -> list[Answer]:
    pages = []
    while answer.token:
        answer = repo.ask("ListRecords", resumptionToken=answer.token)
        pages.append(answer)
    return pages


class _Changes:
    """Of an index only what finding the start of a window asks."""

    lag = timedelta(seconds=100)

    def __init__(self, changes: list[Change]) -> None:
        self.all = changes
        self.asked = 0

    def changes(self, after: int = 0, limit: int = 1000) -> list[Change]:
        self.asked += 1
        return [change for change in self.all if change.number > after][:limit]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 400), st.integers(0, 99)), max_size=60),
    st.integers(0, 25_000),
)
def test_the_start_of_a_window_leaves_nothing_of_it_out(steps: list[tuple[int, int, int]], since: int) -> None:
    number, written, made = 0, datetime(1970, 1, 1, tzinfo=UTC), []
    for more, later, late in steps:
        number, written = number + more, written + timedelta(seconds=later)
        made.append(Change(number, ItemKey("c", str(number)), "s", False, max(written - timedelta(seconds=late), _FIRST), "open", "x"))
    index: Any = _Changes(made)
    start = start_of(index, Window(since, 10**9))
    assert index.asked < 60
    left = [change for change in made if change.number <= start]
    assert all(stamp_of(change, index.lag) < since for change in left)
    if made and since > seconds(made[-1].time) + 1000:
        assert start >= made[-1].number - 1


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
