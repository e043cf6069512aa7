"""Pages for people: semantic, without script, everything escaped, under a policy that allows only our own style."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape

from starlette.responses import Response

from mappings.words import Language

STYLE = (
    ":root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}"
    "body{max-width:70rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "caption{text-align:start;font-weight:bold;padding:.25rem 0}"
    "th,td{border:1px solid;padding:.35rem .5rem;text-align:start;vertical-align:top}"
    ".scroll{overflow-x:auto}"
)
_OTHER: dict[Language, tuple[Language, str]] = {"fr": ("en", "English"), "en": ("fr", "Français")}


@dataclass(frozen=True)
class Look:
    """What a page has beside the usual: `style` after the common one, `forms` that go to this server, `top` (HTML) before its title."""

    style: str = ""
    forms: bool = False
    top: str = ""


_USUAL = Look()


def page(
    language: Language, title: str, body: Iterable[str], other: str | None = None, *, look: Look = _USUAL, status: int = 200
) -> Response:
    """A whole document; `body` is HTML already, `other` the address of the same page in the other language, where it has one."""
    parts = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)} · Moisson</title><style>{STYLE}{look.style}</style></head><body>",
        f"<header>{look.top}{_switch(language, other) if other else ''}</header>" if look.top or other else "",
        f"<main><h1>{escape(title)}</h1>",
        *body,
        "</main></body></html>",
    )
    return Response(
        "".join(parts), status, media_type="text/html", headers={**_headers(look.style, look.forms), "Content-Language": language}
    )


@lru_cache(maxsize=16)
def _headers(style: str, forms: bool) -> Mapping[str, str]:
    digest = b64encode(sha256(f"{STYLE}{style}".encode()).digest()).decode()
    action = "'self'" if forms else "'none'"
    nothing_else = f"default-src 'none'; base-uri 'none'; form-action {action}; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": f"{nothing_else}; style-src 'sha256-{digest}'",
        "X-Content-Type-Options": "nosniff",
        # Without a referrer a browser would call the origin of its own forms "null".
        "Referrer-Policy": "same-origin" if forms else "no-referrer",
    }


def _switch(language: Language, other: str) -> str:
    code, name = _OTHER[language]
    label = "Langue" if language == "fr" else "Language"
    anchor = f'<a rel="alternate" hreflang="{code}" lang="{code}" href="{escape(other)}">{name}</a>'
    return f'<nav aria-label="{label}">{anchor}</nav>'


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def link(href: str, text: str, rel: str | None = None) -> str:
    """An anchor; `href` is an http or https address."""
    relation = f' rel="{escape(rel)}"' if rel else ""
    return f'<a{relation} href="{escape(href)}">{escape(text)}</a>'


def listing(texts: Sequence[str]) -> str:
    """A list; nothing for none."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>" if texts else ""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows; cells are HTML already."""
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows)
    named = escape(caption)
    inner = f"<table><caption>{named}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
    # What scrolls must be reached by keyboard.
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{named}">{inner}</div>'
