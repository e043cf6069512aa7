"""Runs an outside validator unchanged, with no network but our server; started by judges.py with the Python of environment.py.

An order is JSON on standard input: `verb` (a function of `_VERBS`), `own` (our server's address), `schemas` (URL -> file), `arguments`.
The verdict is JSON on standard output. What the validators print goes to standard error.
"""

import io
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import fields
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.response import addinfourl

import requests
import urllib3

# stac-api-validator knows the names that two classes had in drafts of CQL2, and asks nothing of them under the final ones.
_DRAFTS = {
    f"http://www.opengis.net/spec/cql2/1.0/conf/{final}": f"http://www.opengis.net/spec/cql2/1.0/conf/{draft}"
    for final, draft in (("basic-spatial-functions", "basic-spatial-operators"), ("temporal-functions", "temporal-operators"))
}


class Network:
    """Our server, schemas at hand, and nothing else. `broken`: addresses of ours that a link names and that do not answer 200;
    `filters`: how many requests had one."""

    def __init__(self, own: str, schemas: dict[str, str]) -> None:
        self._own = own
        self._schemas = schemas
        self.broken: set[str] = set()
        self.filters = 0

    def install(self) -> None:
        """The three libraries by which validators fetch."""
        import pystac.validation.local_validator as bundled

        self._core = {url: json.dumps(schema).encode() for url, schema in bundled.get_local_schema_cache().items()}
        self._adapter_send = requests.adapters.HTTPAdapter.send
        self._urlopen = urllib.request.urlopen
        self._pool_request = urllib3.PoolManager.request
        requests.adapters.HTTPAdapter.send = lambda adapter, request, **options: self._send(adapter, request, **options)
        urllib.request.urlopen = self._open
        urllib3.PoolManager.request = lambda pool, method, url, **options: self._request(pool, method, url, **options)

    def _is_own(self, url: str) -> bool:
        return url == self._own or url.startswith(f"{self._own}/")

    def _at_hand(self, url: str) -> bytes | None:
        url = url.partition("#")[0]
        return Path(self._schemas[url]).read_bytes() if url in self._schemas else self._core.get(url)

    def _send(self, adapter: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if self._is_own(request.url):
            self.filters += "filter-lang=" in request.url or b'"filter-lang"' in (request.body or b"")
            return self._adapter_send(adapter, request, **options)
        content = self._at_hand(request.url)
        if content is None:
            raise requests.ConnectionError(f"{request.url} is not at hand", request=request)
        response = requests.Response()
        response.status_code, response.raw, response.url, response.request = 200, io.BytesIO(content), request.url, request
        response.headers["Content-Type"] = "application/json"
        return response

    def _open(self, request: Any, *options: Any, **named: Any) -> Any:
        url = request if isinstance(request, str) else request.full_url
        if self._is_own(url):
            try:
                return self._urlopen(request, *options, **named)
            except urllib.error.HTTPError as error:
                self.broken.add(f"{url} answers {error.code}")
                raise
        content = self._at_hand(url)
        if content is None:
            raise urllib.error.URLError(f"{url} is not at hand")
        return addinfourl(io.BytesIO(content), Message(), url, 200)

    def _request(self, pool: Any, method: str, url: str, **options: Any) -> Any:
        if self._is_own(url):
            answer = self._pool_request(pool, method, url, **options)
            if answer.status != 200:
                self.broken.add(f"{url} answers {answer.status}")
            return answer
        content = self._at_hand(url)
        if content is None:
            raise urllib3.exceptions.HTTPError(f"{url} is not at hand")
        return urllib3.HTTPResponse(io.BytesIO(content), status=200, preload_content=options.get("preload_content", True))


def api(own: str, classes: list[str], query: dict[str, str], **arguments: Any) -> dict[str, Any]:
    """stac-api-validator over the server."""
    from stac_api_validator import validations

    original = validations.validate_item_search_filter

    def filters(root_body: dict[str, Any], **others: Any) -> None:
        named = root_body.get("conformsTo", [])
        original(root_body={**root_body, "conformsTo": [*named, *(_DRAFTS[one] for one in named if one in _DRAFTS)]}, **others)

    validations.validate_item_search_filter = filters
    warnings, errors = validations.validate_api(
        root_url=own,
        ccs_to_validate=classes,
        query_config=validations.QueryConfig(**{field.name: query.get(field.name) for field in fields(validations.QueryConfig)}),
        auth_bearer_token=None,
        auth_query_parameter=None,
        validate_pagination=True,
        transaction_collection=None,
        headers=None,
        **arguments,
    )
    return {"errors": list(errors), "warnings": list(warnings), "catalogue": _catalogue(own)}


def _catalogue(own: str) -> list[str]:
    """What stac-api-validator does last, and only if there is no other error: the landing page and its children by pystac."""
    import pystac
    from pystac_client import Client

    found = []
    client = Client.open(own)
    for part in (client, *client.get_children()):
        try:
            part.validate()
        except pystac.STACValidationError as error:
            found.append(f"{part.get_self_href()}: {error}")
    return found


def lint(own: str, urls: list[str]) -> list[dict[str, Any]]:
    """stac-check over each address, its recommendations by the name of the rule."""
    from stac_check.lint import Linter

    found = []
    for url in urls:
        linter = Linter(url)
        advice = {rule: [text.strip() for text in texts] for rule, texts in linter.create_best_practices_dict().items()}
        found.append({"url": url, "valid": linter.valid_stac, "error": str(linter.error_msg), "advice": advice})
    return found


_VERBS: dict[str, Callable[..., Any]] = {"api": api, "lint": lint}


def main() -> None:
    order = json.load(sys.stdin)
    network = Network(order["own"], order["schemas"])
    with redirect_stdout(sys.stderr):
        # Before the validators are imported: some take the functions by name.
        network.install()
        verdict = _VERBS[order["verb"]](order["own"], **order["arguments"])
    json.dump({"verdict": verdict, "broken": sorted(network.broken), "filters": network.filters}, sys.stdout)


if __name__ == "__main__":
    main()
