"""Short forms for the tests that define Index: what passes with both stores."""

from collections.abc import Callable, Sequence

import pytest

from index.document import Document
from index.protocol import Index
from tests.index.helpers import batch


@pytest.fixture
def put(index: Index) -> Callable[..., None]:
    """put(documents…): they are found from here on."""

    def apply(*documents: Document | Sequence[Document]) -> None:
        flat = [one for given in documents for one in ([given] if isinstance(given, Document) else given)]
        index.apply(batch(items=flat))
        index.refresh()

    return apply
