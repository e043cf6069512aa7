"""The way to a cluster: its hosts, who asks, and whose certificates are believed."""

import re
from base64 import b64encode
from typing import Any

from elasticsearch import Elasticsearch

from index.elastic.answers import Verbatim
from index.elastic.store import Store
from index.protocol import IndexUnavailable

_CONNECTIONS = 40


def connect(url: str, *, api_key: str | None, basic_auth: tuple[str, str] | None, ca_certs: str | None, timeout: float) -> Store:
    """A store on the cluster; asks nothing yet. As ElasticIndex.open says. Raises IndexUnavailable for what is no address."""
    hosts = [host.strip().rstrip("/") for host in re.split(r",(?=\s*https?://)", url)]
    name = ", ".join(_without_password(host) for host in hosts)
    # The client adds these to the system's certificates, where it is given some.
    more: dict[str, Any] = {"ca_certs": ca_certs} if ca_certs else {}
    if basic_auth:
        # Encoded here: the client takes ASCII only (RFC 7617 §2.1 lets a server take UTF-8, as Elasticsearch does).
        more["basic_auth"] = b64encode(":".join(basic_auth).encode()).decode()
    try:
        client = Elasticsearch(hosts, api_key=api_key, serializer=Verbatim(), connections_per_node=_CONNECTIONS, **more)
    except ValueError:
        # Not chained: the client's words may show the password.
        raise IndexUnavailable(f"not the address of an Elasticsearch cluster: {name}") from None
    return Store(client, name, timeout)


def _without_password(url: str) -> str:
    """Up to the last @: a password that is not encoded may have others."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if "@" in rest else url
