"""The servers that all workers of a test run share: started once, named to them by environment variables."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.support import elasticsearch, keycloak


@contextmanager
def shared_servers() -> Iterator[None]:
    """Runs those that are not named already and can be run; what cannot be is told by the tests that want it."""
    with ExitStack() as running:
        if elasticsearch.VARIABLE not in os.environ and elasticsearch.missing_line() is None:
            os.environ[elasticsearch.VARIABLE] = running.enter_context(elasticsearch.run_node(brief=True))
            running.callback(os.environ.pop, elasticsearch.VARIABLE)
        if keycloak.VARIABLE not in os.environ and keycloak.missing_line() is None:
            os.environ[keycloak.VARIABLE] = running.enter_context(keycloak.run_keycloak())
            running.callback(os.environ.pop, keycloak.VARIABLE)
        yield
