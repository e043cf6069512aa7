"""Items with files of every kind, and who asks for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from api.access import Access
from api.app import Offer
from api.downloads.signing import Signer, SignerSettings, SignerUnavailable
from index.protocol import Index
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from tests.index.helpers import batch
from tests.support.items import document, make_item
from tests.support.serving import serving
from tests.upstreams import signing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


STORE = "https://s3-data.meso.umontpellier.fr/sm1-gdc"


UNSIGNED = Asker(UserClass.SCIENTIST, organisation="labo")


ITEMS: dict[str, tuple[str, str, str | None, dict[str, Any]]] = {
    "held/1": (
        "dinamis-spot67",
        "held",
        None,
        {
            "src_xs": {"href": f"{STORE}/a/XS.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "elsewhere": {"href": "https://elsewhere.example.org/XS.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "account": {"href": "https://ids.example.org/XS.zip", "roles": ["data"], "auth:refs": ["dinamis"]},
            "bare": {"href": f"{STORE}/a/bare.tif"},
            "preview": {"href": f"{STORE}/a/preview.png", "roles": ["overview"], "auth:refs": ["mtd"]},
            "both": {"href": f"{STORE}/a/both.tif", "roles": ["overview", "data"], "auth:refs": ["mtd"]},
            "a/b c%2F": {"href": f"{STORE}/a/é.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "odd": {"href": f"{STORE}/a/odd.tif", "roles": 3, "auth:refs": [["mtd"], 4, "mtd"]},
        },
    ),
    "open": (
        "sentinel-2-l1c",
        "open",
        None,
        {
            "product": {"href": "https://geodes.cnes.fr/p.zip?x=1", "roles": ["data"], "auth:refs": ["geodes-key"]},
            "stored": {"href": f"{STORE}/open.tif", "roles": ["data"], "auth:refs": ["mtd"]},
            "quicklook": {"href": "https://geodes.cnes.fr/q.jpg", "roles": ["overview"]},
        },
    ),
    "sold": ("airbus-spot", "orderable", None, {"thumbnail": {"href": "https://oneatlas.example.org/t.jpg", "roles": ["thumbnail"]}}),
    "odd": ("seas-phr", "unknown", None, {"data": {"href": "https://seas.example.org/p.zip", "roles": ["data"]}}),
}


def items() -> list[Any]:
    found = []
    for name, (collection, availability, licence, assets) in ITEMS.items():
        source = {"held/1": "dinamis", "open": "peps"}.get(name, "test")
        found.append({**make_item(name, collection, availability=availability, licence=licence, source=source), "assets": assets})
    return [document(item) for item in found]


def fill(index: Index, *more: Any) -> Index:
    index.apply(batch(items=[*items(), *more]))
    index.refresh()
    return index


def settings(url: str, **changes: Any) -> SignerSettings:
    given = {"hosts": ("meso.umontpellier.fr",), "access_key": signing.ACCESS_KEY, "secret_key": signing.SECRET_KEY}
    return SignerSettings(url, **{**given, **changes})


@contextmanager
def client(index: Index, access: Access, signers: Mapping[str, Signer] | None = None) -> Iterator[httpx.Client]:
    offer = Offer(access, signers=signers or {}, now=lambda: NOW)
    with serving(index, offer=offer) as place, httpx.Client(base_url=place) as opened:
        yield opened


def path(item: str, key: str) -> str:
    return f"/collections/{ITEMS[item][0]}/items/{quote(item, safe='')}/assets/{quote(key, safe='')}/download"


class Refusing:
    """A signer that is down, and one that would sign anything; it remembers what it was shown."""

    def __init__(self, signed: str | None = None) -> None:
        self.shown: list[str] = []
        self._signed = signed

    def signs(self, href: str) -> bool:
        return True

    def sign(self, href: str) -> str:
        self.shown.append(href)
        if self._signed is None:
            raise SignerUnavailable("status 500", 17)
        return self._signed
