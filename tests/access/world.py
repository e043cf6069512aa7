"""A catalogue with an Item of every availability under every licence, and askers of every class, each with something hidden from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

from starlette.requests import Request

from api.access import Access
from api.errors import Problem
from index.matches import Match, MatchBatch
from index.protocol import Index
from index.state import Batch, ItemKey
from mappings.access.asker import ANONYMOUS, Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy, Reach
from mappings.facts import Availability
from mappings.licences import Licence, Table, licences
from tests.support.items import document, make_item

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BOX = (1.0, 43.0, 1.5, 43.5)
SOURCES = {"closed": Reach.MEMBERS, "opened": Reach.EVERYONE, "ours": Reach.OPERATORS}
OUTSIDERS = ("anonymous", "other-private")
LICENCES = sorted(licences())

# Of each class one licence hidden that it would find else, so that no class sees all: what is hidden must be told from what is not.
HIDDEN_FROM = dict(zip(sorted(UserClass), LICENCES, strict=False))
SIGNED = {"public-actor": ("dinamis-spot67", "dsp-pleiades"), "scientist": ("dsp-pleiades",), "contractor": ("dinamis-spot67",)}


@dataclass(frozen=True)
class Thing:
    """An Item of the world, with the facts that decide."""

    id: str
    collection: str
    source: str
    availability: str
    licence: str


def things() -> Iterator[Thing]:
    """Every availability under every licence, then some of sources with a rule of their own."""
    for availability, licence in product(map(str, Availability), LICENCES):
        yield Thing(f"Item-{availability}-{licence}.", f"col-{availability}-{licence}", "test", availability, licence)
    for source, availability in product(SOURCES, ("open", "held")):
        licence = {"open": "copernicus", "held": "dinamis-spot67"}[availability]
        yield Thing(f"Item-{source}-{availability}.", f"col-{source}-{availability}", source, availability, licence)


THINGS = tuple(things())
CATALOGUE = next(thing for thing in THINGS if (thing.availability, thing.licence) == ("orderable", "airbus-optical"))
COPIES = tuple(thing for thing in THINGS if thing.availability == "held" and thing.source == "test")
GONE = Thing("Item-that-was-deleted.", "col-open-copernicus", "test", "open", "copernicus")


def policy() -> Policy:
    """The table with each class's licence hidden from it, and rules for three sources."""
    return Policy({name: _without(row) for name, row in licences().items()}, SOURCES)


def _without(row: Licence) -> Licence:
    one = next((one for one, licence in HIDDEN_FROM.items() if licence == row.id), None)
    if one is None:
        return row
    right = row.right(one)
    others = [other.model_copy(update={"users": other.users - {one}}) for other in row.rights]
    return row.model_copy(update={"rights": (*others, right.model_copy(update={"users": frozenset({one}), "discover": False}))})


def askers() -> dict[str, Asker]:
    """By the key that they send; the anonymous sends none."""
    return {str(one): Asker(one, frozenset(SIGNED.get(one, ())), organisation=f"org-{one}") for one in UserClass if one != "anonymous"}


def access() -> Access:
    """Askers are told by a key that is the name of their class."""
    known = askers()

    def identify(request: Request) -> Asker:
        key = request.headers.get("X-API-Key")
        if key is None:
            return ANONYMOUS
        if key not in known:
            raise Problem(401, "unknown-key", "no such key")
        return known[key]

    return Access(policy(), identify)


def is_found(one: str, thing: Thing, table: Table) -> bool:
    """Whether a class finds an Item, as the rules are written down, without the code that applies them."""
    rule = SOURCES.get(thing.source)
    if rule is Reach.EVERYONE:
        return True
    if (rule is Reach.OPERATORS and one != "operator") or (rule is Reach.MEMBERS and one in OUTSIDERS):
        return False
    if one in OUTSIDERS and thing.availability in ("held", "unknown"):
        return False
    row = next(right for right in table[thing.licence].rights if one in right.users)
    return row.discover


def fill(index: Index) -> None:
    """Puts the world, its matches, and a tombstone."""
    batch: list[Any] = [document(_item(thing)) for thing in (*THINGS, GONE)]
    index.apply(Batch("test", "run", NOW, items=batch))
    index.apply(Batch("test", "run", NOW, removed=[ItemKey(GONE.collection, GONE.id)]))
    catalogue = ItemKey(CATALOGUE.collection, CATALOGUE.id)
    matches = [Match(catalogue, ItemKey(copy.collection, copy.id), "M1", 1.0, 1.0) for copy in COPIES]
    index.apply_matches(MatchBatch(NOW, matches={catalogue: matches}))
    index.refresh()


def _item(thing: Thing) -> Any:
    cloud: Any = {"eo:cloud_cover": 1}
    item = make_item(
        thing.id,
        thing.collection,
        availability=thing.availability,
        licence=thing.licence,
        source=thing.source,
        box=BOX,
        datetime="2024-05-05T10:00:00Z",
        platform="phr1a",
        constellation="phr",
        gsd=0.7,
        **cloud,
    )
    item["assets"] = {
        "data": {"href": f"https://archive.example.org/files/{thing.id}", "roles": ["data"]},
        "look": {"href": f"https://archive.example.org/pictures/{thing.id}", "roles": ["thumbnail"]},
    }
    if thing.availability == "view":
        tiles = "https://data.geopf.fr/wmts"
        item["properties"]["coverages:tile_matrix_set"] = "PM"
        item["links"].append({"rel": "wmts", "href": tiles, "type": "image/png", "wmts:layer": thing.id, "wmts:encoding": "kvp"})
    return item
