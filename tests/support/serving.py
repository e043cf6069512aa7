"""The API over an index, on a real loopback port."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn

from api.access import Access
from api.app import Offer, create_app
from api.pages import Sight, item_bytes
from index.protocol import Index
from index.state import StoredItem
from mappings.access.asker import OPERATOR, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy
from mappings.licences import licences

MEMBER = Asker(UserClass.PUBLIC_ACTOR, signed=frozenset(licences()), organisation="commune", organisation_name="Une commune")
"""A public actor whose organisation signed every licence."""


def asking(asker: Asker, policy: Policy | None = None) -> Access:
    """Access under which every request comes from this asker."""
    return Access(policy or Policy(), lambda _: asker)


@contextmanager
def serving(index: Index, **options: Any) -> Iterator[str]:
    """The address of the API, without a trailing slash; whoever asks is a member unless `access` or a whole `offer` says otherwise."""
    offer = options.pop("offer", None) or Offer(options.pop("access", None) or asking(MEMBER))
    with running(create_app(index, offer, **options)) as base:
        yield base


@contextmanager
def running(app: Any) -> Iterator[str]:
    """The address of an ASGI application, without a trailing slash."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the API did not start")
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def plain_bytes(item: StoredItem) -> bytes:
    """An Item as an operator is answered it, by a server at example.org, without matches."""
    return item_bytes(item, Sight("https://example.org", partial(Access().fragment, OPERATOR)))
