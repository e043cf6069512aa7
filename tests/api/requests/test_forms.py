"""A draft as JSON, table and page: every language, and nothing that runs."""

import csv
import io
import re

import pytest

from api.requests.form import safe_cell
from mappings.access.classes import UserClass
from tests.api.requests.drafting import EVIL, FRANCE, images, post
from tests.support.mounted import Client


@pytest.mark.parametrize("users", list(UserClass))
def test_every_class_of_users_gets_a_draft_in_every_form_and_language(client: Client, users: UserClass) -> None:
    for form in ("json", "csv", "html"):
        for language in ("fr", "en"):
            body = {"items": [*images("sale"), *images("neo", collection="airbus-pneo")], "bbox": FRANCE, "level": "ortho"}
            assert post(client, body, users, f"?f={form}&language={language}").status_code == 200


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "*/*", "application/json"),
        ("", "", "application/json"),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("", "text/csv", "text/csv; charset=utf-8"),
        ("", "text/csv;q=0.1, application/json;q=0.9", "application/json"),
        ("?f=csv", "text/html", "text/csv; charset=utf-8"),
        ("?f=html", "", "text/html; charset=utf-8"),
    ],
)
def test_the_form_is_f_or_what_accept_would_rather_have(client: Client, query: str, accept: str, kind: str) -> None:
    answer = post(client, {"items": images("sale")}, query=query, accept=accept)
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "no-store"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("query", "body", "accept", "language"),
    [("?language=en", "fr", "fr", "en"), ("", "en", "fr", "en"), ("", None, "en-GB,fr;q=0.3", "en"), ("", None, "", "fr")],
)
def test_the_language_is_asked_for_or_the_readers(client: Client, query: str, body: str | None, accept: str, language: str) -> None:
    asked = {"items": images("sale"), "language": body}
    answer = post(client, asked, query=query, accept="text/html", **{"accept-language": accept})
    assert answer.headers["content-language"] == language
    assert (f'lang="{language}"') in answer.text
    assert ("Montant estimé" if language == "fr" else "Estimated amount") in answer.text


def test_a_page_escapes_whatever_comes_from_outside(client: Client) -> None:
    body = {"items": images(EVIL, collection="=cmd"), "purpose": EVIL, "f": None}
    del body["f"]
    answer = post(client, body, query="?f=html", **{"x-organisation": "A<b>&Co"})
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "A&lt;b&gt;&amp;Co" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_no_cell_of_the_table_is_a_formula(client: Client) -> None:
    body = {"items": images(EVIL, collection="=cmd"), "purpose": '=HYPERLINK("http://x")\t+1'}
    answer = post(client, body, query="?f=csv", **{"x-organisation": "@SUM(A1)"})
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert all(len(row) == 3 for row in rows)
    cells = [cell for row in rows for cell in row]
    assert not any(re.match(r"[\s]*[=+\-@|%]", cell) for cell in cells)
    assert {"'=cmd", "'@SUM(A1)"} <= set(cells)
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", " =1", "\u200b=1", "\t=1", "\n=1", "\u00a0=1", "＝1", "|x", "%x", "\rx", "\ufeff=1"]
)
def test_a_text_that_would_be_a_formula_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "safe"), [("a;=1", "a;'=1"), ('a";"=1', 'a";"\'=1'), ("a;\n -1", "a;\n '-1"), ("a;b", "a;b"), ("2.0, -46.0", "2.0, -46.0")]
)
def test_a_semicolon_starts_no_formula_where_lists_are_separated_by_it(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


@pytest.mark.parametrize("text", ["a=1", "1-2", "", "Pléiades", "2.0, 46.0"])
def test_other_texts_stay(text: str) -> None:
    assert safe_cell(text) == text
