"""Redaction: what a request sent as a secret is cut out of what is said about its answer."""

import httpx

_HEADERS = ("authorization", "x-api-key", "access-key", "secret-key")
# Shorter ones are words such as "Bearer" and "IDP".
_SHORTEST = 8


def redact(error: Exception, request: httpx.Request) -> None:
    """Changes the error's message: an archive may quote the key that it refuses, and a message that was cut may end within it."""
    text = str(error)
    for secret in _secrets(request):
        text = text.replace(secret, "…")
        if "…" in text:
            for length in range(len(secret) - 1, _SHORTEST - 1, -1):
                text = text.replace(f"{secret[:length]}…", "…")
    error.args = (text,)


def _secrets(request: httpx.Request) -> list[str]:
    found = [word for name in _HEADERS for word in request.headers.get(name, "").split()]
    if "form" in request.headers.get("content-type", ""):
        found += [value for _, value in httpx.QueryParams(request.content.decode("utf-8", "replace")).multi_items()]
    return [secret for secret in found if len(secret) >= _SHORTEST]
