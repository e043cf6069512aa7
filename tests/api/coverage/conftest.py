"""Images over one square degree, of every availability."""

import pytest

from index.protocol import Index
from tests.api.coverage.asking import PHR
from tests.index.helpers import batch
from tests.support.items import document, make_document, make_item
from tests.support.mounted import Client, mounted


@pytest.fixture
def client(index: Index) -> Client:
    index.apply(
        batch(
            items=[
                make_document(
                    "open", "s2", box=(2.0, 46.0, 2.4, 47.0), datetime="2024-05-01T00:00:00Z", **{"eo:cloud_cover": 10, "gsd": 10}
                ),
                make_document("held", "dinamis", availability="held", box=(2.3, 46.0, 2.6, 47.0), **{"eo:cloud_cover": 30, "gsd": 1.5}),
                make_document(
                    "sale", "airbus-phr", availability="orderable", box=(2.5, 46.0, 2.9, 47.0), **{"eo:cloud_cover": 0, "gsd": 0.5}, **PHR
                ),
                make_document("tiles", "mosaics", availability="view", licence="ign-view", box=(1, 45, 4, 48)),
                make_document("perhaps", "seas", availability="unknown", box=(1, 45, 4, 48)),
                make_document("nowhere", "s2", box=None),
                make_document("old", "s2", box=(1, 45, 4, 48), datetime="1999-05-01T00:00:00Z"),
                document(make_item("line", "s2", geometry={"type": "LineString", "coordinates": [[2.0, 46.0], [3.0, 47.0]]})),
            ]
        )
    )
    index.refresh()
    return mounted(index)
