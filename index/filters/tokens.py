"""Tokens of CQL2 text."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.filters.bounds import MAX_DEPTH, MAX_ROW, MAX_TEXT, MAX_TOKENS
from index.filters.nodes import FilterError

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^'\\]|''|\\.)*')|(?P<quoted>"[^"]*(?:""[^"]*)*")|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[^\W\d][\w.:]*)|(?P<mark><>|<=|>=|!=|[=<>+\-*/%^,()])""",
    re.DOTALL,
)
KEYWORDS = frozenset(("and", "or", "not", "in", "like", "between", "is", "null", "true", "false", "div"))
CHAINED = frozenset(("=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "^", "div", "not", "like", "in", "between", "is"))
"""Operators but AND and OR."""


class Token(NamedTuple):
    """`kind` is text, quoted (a name), number, name or mark; `word` is a name or mark in lower case; `at` is its place in the whole."""

    kind: str
    text: str
    word: str
    at: int


def tokens_of(text: str) -> list[Token]:
    """Without white space; parentheses in pairs, not too deep."""
    if len(text) > MAX_TEXT:
        raise FilterError("", f"more than {MAX_TEXT} characters")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise FilterError("", "holds what is no character")
    tokens = list(itertools.islice(_cut(text), MAX_TOKENS + 1))
    if len(tokens) > MAX_TOKENS:
        raise FilterError("", f"more than {MAX_TOKENS} words, numbers and marks: ask for less at once")
    _check_depth(tokens, text)
    return tokens


_ESCAPED = {"'": "''", "\\": "\\", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


def unescaped(literal: str) -> str:
    """A text literal with its backslash escapes read (OGC 21-065r2, /req/cql2-text/escaping); others stay, as those of LIKE do."""
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[0]), literal, flags=re.DOTALL)


def near(text: str, at: int) -> str:
    """What stands around a place of a text."""
    start = max(0, at - 20)
    return f"{'…' if start else ''}{text[start : at + 40].strip()}{'…' if at + 40 < len(text) else ''}"


def _cut(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            unclosed = text[at] in "'\""
            closing = "a quote that is not closed; within a text it is written twice, and a backslash too"
            reason = closing if unclosed else f"{text[at]!r} is not of CQL2"
            raise FilterError(near(text, at), reason)
        kind, found = str(match.lastgroup), match.group()
        if kind != "space":
            yield Token(kind, found, found.lower() if kind == "name" else found if kind == "mark" else "", at)
        at = match.end()


def _check_depth(tokens: Sequence[Token], text: str) -> None:
    """Parentheses in pairs, not too deep, nor too many operators in a row: each makes what is left of it deeper by one."""
    opened: list[tuple[Token, int, int]] = []
    row = height = 0
    for token in tokens:
        if token.word == "(":
            opened.append((token, row, height))
            row = height = 0
        elif token.word == ")":
            if not opened:
                raise FilterError(near(text, token.at), "a parenthesis is closed that was not opened")
            inner = max(row, height)
            _, row, height = opened.pop()
            row += inner
        elif token.word in ("and", "or", ","):
            row, height = 0, max(row, height)
        elif token.word in CHAINED:
            row += 1
        if row > MAX_ROW:
            raise FilterError(near(text, token.at), f"nested too deeply: at most {MAX_ROW} operators in a row, but AND and OR")
        if len(opened) > MAX_DEPTH:
            raise FilterError(near(text, token.at), f"nested too deeply: at most {MAX_DEPTH} parentheses within one another")
    if opened:
        raise FilterError(near(text, opened[-1][0].at), "a parenthesis is not closed")
