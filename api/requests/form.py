"""The forms of a request's draft: JSON, a table (CSV), a page to print."""

import csv
import re
from html import escape
from io import StringIO
from typing import Literal

import orjson
from starlette.responses import Response

from api.html import page, paragraph, table
from api.requests.sections import TITLE, sections
from mappings.ordering.document import NOTHING_ORDERED, draft_document
from mappings.ordering.draft import Draft
from mappings.words import Language

Form = Literal["json", "csv", "html"]

# What a spreadsheet takes for a formula, whatever spaces stand before it; full-width signs count too.
_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠]|[\t\r\n]")
# Where lists are separated by semicolons, as in French, a spreadsheet may take such a one within a cell for the end of it.
_NEXT_CELL = re.compile(r"(?<=[^\s;])([;\t\r\n][\s\"']*)(?=[=+\-@|%＝＋－＠])")


def draft_response(draft: Draft, form: Form, language: Language) -> Response:
    """The draft in one form; JSON has both languages."""
    response = {"json": _json, "csv": _csv, "html": _html}[form](draft, language)
    response.headers["Cache-Control"] = "no-store"
    return response


def _json(draft: Draft, _: Language) -> Response:
    return Response(orjson.dumps(draft_document(draft)), media_type="application/json")


def _csv(draft: Draft, language: Language) -> Response:
    written = StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(("section", "champ", "valeur") if language == "fr" else ("section", "field", "value"))
    rows.writerow((TITLE.in_(language), "", NOTHING_ORDERED.in_(language)))
    for title, lines in sections(draft, language):
        for label, value in lines:
            rows.writerow((safe_cell(title), safe_cell(label), safe_cell(value)))
    headers = {"Content-Language": language, "Content-Disposition": 'attachment; filename="request-draft.csv"'}
    return Response(written.getvalue(), media_type="text/csv", headers={**headers, "X-Content-Type-Options": "nosniff"})


def safe_cell(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    value = _NEXT_CELL.sub(r"\1'", value)
    return f"'{value}" if _FORMULA.match(value) else value


def _html(draft: Draft, language: Language) -> Response:
    head = ("Champ", "Valeur") if language == "fr" else ("Field", "Value")
    body = [paragraph(NOTHING_ORDERED.in_(language))]
    for title, lines in sections(draft, language):
        body.append(table(title, head, [(escape(label), escape(value)) for label, value in lines]))
    return page(language, TITLE.in_(language), body)
