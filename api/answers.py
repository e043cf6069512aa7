"""Answers in JSON that have words in one language."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from api.links import JSON
from mappings.words import Language


def json_answer(body: Mapping[str, Any], language: Language | None = None, media_type: str = JSON) -> Response:
    """The body; with a language where it has words in one."""
    headers = {"Content-Language": language} if language else None
    return Response(orjson.dumps(body), media_type=media_type, headers=headers)
