"""The key of page tokens, which all processes of one store share."""

import secrets
from base64 import b64decode, b64encode

from index.elastic.names import Names
from index.elastic.store import Store
from index.protocol import IndexUnavailable

_SECRET = "secret"


def secret(store: Store, names: Names) -> bytes:
    """As Index.secret; of several processes that start at once, one makes it."""
    found = store.get(names.meta, _SECRET)
    if found is None:
        store.put_if_unchanged(names.meta, _SECRET, {"value": b64encode(secrets.token_bytes(32)).decode()}, None)
        found = store.get(names.meta, _SECRET)
    if found is None:
        raise IndexUnavailable("Elasticsearch: the secret was deleted a moment ago")
    return b64decode(found.source["value"])
