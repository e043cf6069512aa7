"""Images of the catalogue, some of them held."""

import pytest

from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from tests.api.requests.drafting import EVIL, MADE, PHR, SPOT
from tests.index.helpers import NOW, batch
from tests.support.items import make_document
from tests.support.mounted import Client, mounted


@pytest.fixture
def client(index: Index) -> Client:
    sale = {"availability": "orderable", **PHR}
    index.apply(
        batch(
            items=[
                make_document("sale", "airbus-phr", box=(2.0, 46.0, 2.3, 46.2), **sale),
                make_document("sold", "airbus-phr", box=(2.0, 46.0, 2.3, 46.2), **sale),
                make_document("half", "airbus-phr", box=(2.0, 46.0, 2.2, 46.1), **sale),
                make_document("likely", "airbus-phr", box=(2.0, 46.0, 2.2, 46.1), **sale),
                make_document("nowhere", "airbus-phr", box=None, **sale),
                make_document("spot", "airbus-spot", box=(2.0, 46.0, 2.6, 46.6), availability="orderable", **SPOT),
                make_document("neo", "airbus-pneo", box=(2.0, 46.0, 2.2, 46.1), availability="orderable", platform="pneo3"),
                make_document("held", "dsp", box=(2.0, 46.0, 2.3, 46.2), availability="held", licence="dsp-pleiades"),
                make_document("part", "dsp", box=(2.0, 46.0, 2.1, 46.1), availability="held", licence="dsp-pleiades"),
                make_document("lost", "dsp", box=None, availability="held", licence="dsp-pleiades"),
                make_document("open", "s2", box=(2.0, 46.0, 2.3, 46.2)),
                make_document(EVIL, "=cmd", box=(2.0, 46.0, 2.3, 46.2), **sale),
            ]
        )
    )
    pairs = {"sold": ("held", 1.0, False), "half": ("part", 0.5, False), "likely": ("held", 1.0, True)}
    matches = [
        Match(ItemKey("airbus-phr", name), ItemKey("dsp", held), "M2", 0.98, share, maybe) for name, (held, share, maybe) in pairs.items()
    ]
    index.apply_matches(MatchBatch(NOW, matches={match.catalogue: [match] for match in matches}))
    index.refresh()
    return mounted(index, now=lambda: MADE)
