"""A catalogue whose archives describe their images differently, some of it hostile."""

from typing import Any

from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import ItemKey
from tests.index.helpers import NOW, batch
from tests.support.items import document, make_item

CNES = {"name": "CNES", "roles": ["producer", "licensor"], "url": "https://cnes.fr"}
HOSTILE = ('=cmd|"/c calc"!A1', "a/b\\..;,'\"\n", "-1+1", "Éà 日本 😀", "<script>", "x" * 190)


def items() -> list[Any]:
    """Optical, radar and undescribed, open, held and on sale; in each several kinds of members, and the same member with several types."""
    found = [
        make_item(
            f"S2-{n}",
            "sentinel-2",
            datetime=f"2024-05-{n:02}T10:00:00.12345{n % 10}Z",
            platform="sentinel-2a",
            instruments=["msi"],
            gsd=10,
            providers=[{"name": "ESA", "roles": ["host"]}, CNES],
            **{"eo:cloud_cover": 5 if n % 2 else 2.5, "s2:mean": n, "odd": n if n % 2 else f"n{n}", "nothing": None},
        )
        for n in range(1, 21)
    ]
    week: Any = {"datetime": None, "start": "2020-01-01T00:00:00Z", "end": "2020-01-07T23:59:59Z"}
    found += [
        make_item("TSX", "radar", availability="unknown", licence="unknown", box=None, **week),
        make_item("HELD", "dinamis", availability="held", licence="dinamis-spot67", box=(179.0, 10.0, -179.0, 11.0), title="=1+1"),
        make_item("SALE", "airbus-phr", availability="orderable", licence="airbus-optical", gsd=0.5, odd={"deep": [1, "a"]}),
    ]
    odd: Any = {"x.y": [], "": {}, "id": "property", "type": 7, "late": "2024-01-01"}
    found += [make_item(name, "hostile", **odd) for name in HOSTILE]
    found[0]["assets"] = {
        "data": {"href": "https://a/1", "roles": ["data"], "file:size": 2**40},
        "B 1": {"href": "https://a/2", "nodata": "nan"},
    }
    found[1]["assets"] = {"data": {"href": "https://a/1", "file:size": 1.5}, "B 1": {"href": "https://a/2", "nodata": -1}}
    return found


def fill(index: Index) -> None:
    index.apply(batch(items=[document(item) for item in items()]))
    sale, held = ItemKey("airbus-phr", "SALE"), ItemKey("dinamis", "HELD")
    index.apply_matches(MatchBatch(NOW, matches={sale: [Match(sale, held, "M1", 0.9, 0.5)]}))
    index.refresh()
