"""The normal form of CQL2 text: what the parser takes in linear time.

The parser tries what stands in parentheses first as a group, then as a list: within one another that doubles the time with each, so
that a few hundred bytes could occupy it for hours; and long chains end the whole process. So parentheses become calls of a function named
GROUP, shapes are read here and become calls of SHAPE, names are quoted, and what is too deep or too long is refused before. Times get names
of our own too: it would give them a zone where they have none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from shapely.geometry import mapping

from index.filters.bounds import MAX_CHOICES, MAX_OPERATIONS
from index.filters.functions import ARRAY, FOLDS, SPATIAL, TEMPORAL, unknown_function
from index.filters.nodes import FilterError
from index.filters.tokens import CHAINED, KEYWORDS, Token, near, tokens_of, unescaped

OWN = "moisson_"
GROUP, SHAPE = f"{OWN}group", f"{OWN}shape"
TIMES = ("timestamp", "date", "interval")
_FUNCTIONS = frozenset((*FOLDS, *SPATIAL, *TEMPORAL, *ARRAY, *TIMES, "bbox"))
_SHAPE_NAME = re.compile(r"(?:(?:multi)?(?:point|linestring|polygon)|geometrycollection)(?:zm?|m)?")
_DIMENSIONS = ("z", "m", "zm")
_OPERATIONS = CHAINED | {"and", "or"}


@dataclass(frozen=True)
class NormalForm:
    """`places` are the places of its pieces in it and in the original, ascending; `shapes` are GeoJSON."""

    text: str
    places: tuple[tuple[int, int], ...]
    shapes: tuple[Any, ...]

    def original(self, place: int) -> int:
        """The place in the original of a place in the text."""
        return max((at for start, at in self.places if start <= place), default=0)


def normal_form(text: str) -> NormalForm:
    """Raises FilterError for what no parser needs to look at."""
    tokens = tokens_of(text)
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    shapes: list[Any] = []
    length = operations = commas = index = 0
    while index < len(tokens):
        token = tokens[index]
        end = _shape_end(tokens, index)
        if end:
            found = [f"{SHAPE}({len(shapes)})"]
            last = tokens[end - 1]
            shapes.append(_shape(text[token.at : last.at + len(last.text)], tokens[index:end]))
        else:
            found, end = list(_pieces(tokens, index, text)), index + 1
            operations += token.word in _OPERATIONS
            commas += token.word == ","
        for piece in found:
            places.append((length, token.at))
            pieces.append(piece)
            length += len(piece) + 1
        index = end
    if operations > 2 * MAX_OPERATIONS:
        raise FilterError("", f"more than {2 * MAX_OPERATIONS} operators: ask for less at once")
    if commas > 2 * MAX_CHOICES:
        raise FilterError("", f"lists of more than {MAX_CHOICES} values")
    return NormalForm(" ".join(pieces), tuple(places), tuple(shapes))


def _pieces(tokens: Sequence[Token], index: int, text: str) -> Iterator[str]:
    token = tokens[index]
    after = tokens[index + 1].word if index + 1 < len(tokens) else ""
    if token.kind == "name" and token.word not in KEYWORDS:
        if after != "(":
            yield f'"{token.text}"'
        elif token.word in TIMES:
            yield f"{OWN}{token.word}"
        elif token.word in _FUNCTIONS:
            yield token.word
        else:
            raise unknown_function(near(text, token.at), token.text)
    elif token.word == "(" and not (index and tokens[index - 1].kind == "name" and tokens[index - 1].word in _FUNCTIONS):
        yield from (GROUP, "(")
    elif token.word == "in" and after != "(":
        raise FilterError(near(text, token.at), "IN needs a list of values in parentheses")
    elif token.kind == "number" and token.text.startswith("."):
        yield f"0{token.text}"
    elif token.kind == "text":
        yield unescaped(token.text)
    elif not (token.word == "+" and _is_sign(tokens, index)):
        yield token.text


def _is_sign(tokens: Sequence[Token], index: int) -> bool:
    """Whether a number follows and no value is before, to add it to: the parser takes such a sign only when it touches the number."""
    before = tokens[index - 1] if index else None
    value = before is not None and (before.kind in ("text", "quoted", "number") or before.word == ")")
    name = before is not None and before.kind == "name" and before.word not in KEYWORDS
    return not (value or name) and index + 1 < len(tokens) and tokens[index + 1].kind == "number"


def _shape_end(tokens: Sequence[Token], index: int) -> int:
    """Behind the shape that begins here; 0 where none does."""
    if tokens[index].kind != "name" or not _SHAPE_NAME.fullmatch(tokens[index].word):
        return 0
    at = index + 1
    if at < len(tokens) and tokens[at].word in _DIMENSIONS:
        at += 1
    if at < len(tokens) and tokens[at].word == "empty":
        return at + 1
    if at >= len(tokens) or tokens[at].word != "(":
        return 0
    depth = 0
    while True:
        depth += {"(": 1, ")": -1}.get(tokens[at].word, 0)
        at += 1
        if depth == 0:
            return at


def _shape(text: str, tokens: Sequence[Token]) -> Any:
    """GeoJSON of well-known text."""
    part = f"{text[:60]}{'…' if len(text) > 60 else ''}"
    for token in tokens:
        if token.kind == "number" and float(token.text) >= 1e9:
            raise FilterError(part, f"a position has no {token.text[:40]}")
        allowed = (
            token.kind == "number" or token.word in ("(", ")", ",", "-", "+", "empty", *_DIMENSIONS) or _SHAPE_NAME.fullmatch(token.word)
        )
        if not allowed:
            raise FilterError(part, f"no well-known text of a shape: {token.text[:40]} has no place in it")
    try:
        shape = shapely.from_wkt(text)
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise FilterError(part, f"no well-known text of a shape: {str(error).rpartition('Exception: ')[2][:120]}") from None
    return orjson.loads(orjson.dumps(mapping(shapely.force_2d(shape))))
