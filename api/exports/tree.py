"""Tree: a static STAC catalogue in a folder, self-contained, for a partner without a server. Written as the Items come."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self
from urllib.parse import quote

import orjson
import pystac

from api.exports.portions import Portion
from api.links import GEOJSON, JSON

MANY = 1000
"""Items of a Collection above which they are divided by year."""
_OF_SERVERS = ("self", "root", "parent", "collection")
_LONGEST = 150

Document = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """What stands above the Items: the root's id, title and description, its links to licences; a Collection's document by its id and the
    number of its Items; and which Collections have many."""

    root: pystac.Catalog
    licences: tuple[dict[str, Any], ...]
    collection: Callable[[str, int], Document]
    is_large: Callable[[str], bool]


def write_tree(portions: Iterator[Portion], tree: Tree, folder: Path) -> int:
    """Writes the catalogue into an empty folder; how many Items. They must come by Collection, then by time."""
    with ExitStack() as stack:
        root = stack.enter_context(_Node(folder, "catalog.json"))
        walk = _Walk(tree, root)
        for portion in portions:
            for body in portion:
                walk.put(orjson.loads(body))
        walk.end()
        document = tree.root.to_dict(include_self_link=False, transform_hrefs=False)
        root.write(document, [_link("root", "./catalog.json", JSON), *tree.licences])
        return walk.count


class _Walk:
    """Puts Items where they belong; one Collection and one year are open at a time."""

    def __init__(self, tree: Tree, root: "_Node") -> None:
        self._tree = tree
        self._root = root
        self._collection: _Node | None = None
        self._year: _Node | None = None
        self._open = ("", "")
        self._number = 0
        self.count = 0

    def put(self, item: Document) -> None:
        name = item["collection"]
        year = _year_of(item) if self._tree.is_large(name) else ""
        if name != self._open[0]:
            self.end()
            self._collection = _Node(self._root.folder / file_name(name), "collection.json").__enter__()
        if (name, year) != self._open and year:
            self._end_year()
            assert self._collection is not None
            self._year = _Node(self._collection.folder / year, "catalog.json").__enter__()
        self._open = (name, year)
        self._write(item)
        self._number += 1
        self.count += 1

    def end(self) -> None:
        """Nothing more comes of the Collection that is open."""
        self._end_year()
        if self._collection is not None:
            name = self._open[0]
            document = self._tree.collection(name, self._number)
            kept = [link for link in document["links"] if link["rel"] == "license"]
            self._collection.write(document, [_link("root", "../catalog.json", JSON), _link("parent", "../catalog.json", JSON), *kept])
            self._collection.close()
            self._root.add(_link("child", f"./{file_name(name)}/collection.json", JSON, document.get("title")))
        self._collection, self._open, self._number = None, ("", ""), 0

    def _end_year(self) -> None:
        if self._year is not None and self._collection is not None:
            name, year = self._open
            document = pystac.Catalog(f"{name}-{year}", f"{name}, {year}", title=year).to_dict(include_self_link=False)
            self._year.write(document, [_link("root", "../../catalog.json", JSON), _link("parent", "../collection.json", JSON)])
            self._year.close()
            self._collection.add(_link("child", f"./{year}/catalog.json", JSON, year))
        self._year = None

    def _write(self, item: Document) -> None:
        place = self._year or self._collection
        assert place is not None
        up = "../" if self._year else "./"
        parent = "./catalog.json" if self._year else "./collection.json"
        own = [
            _link("root", f"{up}../catalog.json".removeprefix("./"), JSON),
            _link("parent", parent, JSON),
            _link("collection", f"{up}collection.json", JSON),
        ]
        item["links"] = [*own, *(link for link in item["links"] if link["rel"] not in _OF_SERVERS)]
        name = f"{file_name(item['id'])}.json"
        (place.folder / name).write_bytes(orjson.dumps(item))
        place.add(_link("item", f"./{name}", GEOJSON))


class _Node:
    """A catalogue or Collection that is being written. Its links, of which there may be very many, wait in a file."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._name = name

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._links = TemporaryFile(prefix="moisson-export-")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._links.close()

    def add(self, link: Document) -> None:
        self._links.write(orjson.dumps(link) + b"\n")

    def write(self, document: Document, links: list[Document]) -> None:
        """The document with these links, then those that were added."""
        self._links.seek(0)
        with (self.folder / self._name).open("wb") as out:
            out.write(orjson.dumps({name: value for name, value in document.items() if name != "links"})[:-1])
            out.write(b',"links":[' + b",".join(map(orjson.dumps, links)))
            for line in self._links:
                out.write(b"," + line.rstrip(b"\n"))
            out.write(b"]}")


def file_name(text: str) -> str:
    """A name for a file or folder that stands for this text and no other, wherever it is unpacked. It is the same in an address: readers
    of files do not decode what links have encoded."""
    name = quote(text, safe="").replace("~", "~7E").replace("%", "~")
    name = f"~2E{name[1:]}" if name.startswith(".") else name
    return name if len(name) <= _LONGEST else f"{name[:100]}-{blake2b(text.encode(), digest_size=12).hexdigest()}"


def _year_of(item: Document) -> str:
    properties = item["properties"]
    return str(properties.get("datetime") or properties["start_datetime"])[:4]


def _link(rel: str, href: str, kind: str, title: str | None = None) -> Document:
    return {"rel": rel, "href": href, "type": kind, **({"title": title} if title else {})}
