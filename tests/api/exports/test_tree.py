"""A static catalogue, read by pystac from another place than it was written to."""

from pathlib import Path
from typing import Any

import orjson
import pystac
import pytest

from api.exports import tree
from api.exports.tree import Tree, file_name, write_tree
from mappings.record import Item
from mappings.validation import Validator

LICENCE = {"rel": "license", "href": "https://example.org/licence"}


def item(name: str, collection: str, day: str, **more: Any) -> dict[str, Any]:
    links = [
        *({"rel": rel, "href": f"https://server/{rel}"} for rel in ("self", "root", "parent", "collection")),
        {"rel": "license", "href": "https://server/licences/a"},
    ]
    told = {"type": "Feature", "stac_version": "1.1.0", "stac_extensions": [], "id": name, "collection": collection, "geometry": None}
    return {**told, "properties": {"datetime": f"{day}T00:00:00Z", **more}, "assets": {}, "links": links}


def written(folder: Path, items: list[dict[str, Any]], *, large: bool = False, portion: int = 3) -> int:
    def collection(name: str, number: int) -> dict[str, Any]:
        extent = pystac.Extent(pystac.SpatialExtent([[0.0, 0.0, 1.0, 1.0]]), pystac.TemporalExtent([[None, None]]))
        told = pystac.Collection(name, f"{number} Items", extent, license="other", providers=[pystac.Provider("CNES")])
        return {**told.to_dict(include_self_link=False), "links": [{"rel": "self", "href": "https://server/"}, LICENCE]}

    shown = Tree(pystac.Catalog("moisson", "Tout", title="Moisson"), (LICENCE,), collection, lambda _: large)
    bodies = [orjson.dumps(one) for one in items]
    return write_tree(iter([bodies[at : at + portion] for at in range(0, len(bodies), portion)]), shown, folder)


WORLD = [item(f"{name}-{year}-{n}", name, f"{year}-01-0{n}") for name in ("a", "b") for year in (2019, 2020) for n in (1, 2, 3)]


@pytest.mark.parametrize("large", [False, True])
def test_pystac_walks_the_catalogue_wherever_it_lies(tmp_path: Path, large: bool) -> None:
    assert written(tmp_path / "written", WORLD, large=large) == len(WORLD)
    moved = (tmp_path / "written").rename(tmp_path / "moved")
    root = pystac.Catalog.from_file(str(moved / "catalog.json"))
    found = {one.id: one for one in root.get_items(recursive=True)}
    assert found.keys() == {one["id"] for one in WORLD}
    for one in found.values():
        collection = one.get_collection()
        assert collection is not None
        assert collection.id == one.collection_id
        assert collection.description == "6 Items"
        assert [provider.name for provider in collection.providers or ()] == ["CNES"]
        assert [link.href for link in one.links if link.rel == "license"] == ["https://server/licences/a"]
        assert one.get_root() is root
    assert [child.id for child in root.get_children()] == ["a", "b"]
    below = [child.id for child in next(iter(root.get_children())).get_children()]
    assert below == (["a-2019", "a-2020"] if large else [])


@pytest.mark.parametrize("large", [False, True])
def test_no_link_leads_back_to_the_server_but_those_to_terms(tmp_path: Path, large: bool) -> None:
    written(tmp_path / "out", WORLD, large=large)
    for path in (tmp_path / "out").rglob("*.json"):
        for link in orjson.loads(path.read_bytes())["links"]:
            if link["rel"] == "license":
                assert link["href"].startswith("https://")
            else:
                assert (path.parent / link["href"]).is_file(), (path, link)


def test_every_document_is_valid(tmp_path: Path, validator: Validator) -> None:
    written(tmp_path / "out", WORLD, large=True)
    root = pystac.Catalog.from_file(str(tmp_path / "out/catalog.json"))
    assert root.to_dict()["links"]
    for child in root.get_children():
        assert isinstance(child, pystac.Collection)
        for one in child.get_items(recursive=True):
            told: Item = one.to_dict(transform_hrefs=False)
            assert told["stac_version"] == "1.1.0"


HOSTILE = ["..", ".", "a/b", "../../../etc/passwd", "CON", "é", "a b", "%2e%2e", "x" * 200, "日" * 60, 'a"<>|?*\\', "\n"]


def test_names_stay_within_the_folder_and_apart(tmp_path: Path) -> None:
    names = {file_name(name) for name in HOSTILE}
    assert len(names) == len(HOSTILE)
    assert all(len(name) < 200 and "/" not in name and not name.startswith(".") for name in names)
    items = [item(name, collection, "2020-01-01") for collection in sorted(HOSTILE) for name in HOSTILE]
    inner = tmp_path / "inner"
    written(inner, items)
    assert list(tmp_path.iterdir()) == [inner]
    root = pystac.Catalog.from_file(str(inner / "catalog.json"))
    assert {(one.collection_id, one.id) for one in root.get_items(recursive=True)} == {(one["collection"], one["id"]) for one in items}


def test_a_catalogue_of_nothing_is_one(tmp_path: Path) -> None:
    assert written(tmp_path, []) == 0
    assert list(pystac.Catalog.from_file(str(tmp_path / "catalog.json")).get_items(recursive=True)) == []


def test_collections_of_many_items_are_divided_by_year() -> None:
    assert tree.MANY == 1000
