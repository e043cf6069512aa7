"""Files of STAC Items: each Item a record, cleaned before it is kept; a file of lines is never held parsed as a whole."""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import orjson

from mappings.delivered_members import cleaned
from mappings.ogc.stac import features_of
from mappings.record import Answer, Broken, NotAnAnswer, Record, Unmappable, answer_of
from mappings.secrets import without_secrets
from mappings.times import usable_time
from mappings.values import mapping, text

_MAX_ITEM = 2 * 2**20
_BOM = b"\xef\xbb\xbf"


def read_items(body: bytes, source: str) -> Answer:
    """Records of an Item, a FeatureCollection, a list, or lines of Items (NDJSON). A line that is no JSON is Broken as a part of the
    file, so that nothing is judged absent for its sake. Raises NotAnAnswer when nothing in it is an Item."""

    def record(feature: dict[str, Any]) -> Record:
        return to_record(feature, source)

    content = body.removeprefix(_BOM).strip()
    if not content:
        raise NotAnAnswer("empty")
    start = content.find(b"\n")
    if start > 0 and _is_item_line(content[:start]):
        return _of_lines(content, record)
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotAnAnswer(f"not JSON: {error}") from None
    features = features_of(document)
    if features and not any(_is_item(feature) for feature in features):
        raise NotAnAnswer("features that are no STAC Items: none has a stac_version")
    return answer_of(features, record, clean=without_secrets)


def record_name(collection: str, item_id: str) -> str:
    """The name of an Item's record."""
    return f"{collection.strip()}/{item_id.strip()}"[:2000]


def to_record(feature: dict[str, Any], source: str) -> Record:
    """The Record of an Item, named by its collection and its id, which is unique there only. Raises Unmappable."""
    item_id, collection = text(feature.get("id")), text(feature.get("collection"))
    if item_id is None:
        raise Unmappable("no identifier", "id")
    if collection is None:
        raise Unmappable("no collection", "collection")
    if not _is_item(feature):
        raise Unmappable("no STAC Item: no Feature with a stac_version", "stac_version")
    raw = orjson.dumps(cleaned(feature))
    if len(raw) > _MAX_ITEM:
        raise Unmappable(f"an Item of {len(raw)} bytes, more than {_MAX_ITEM}", "item")
    return Record(source, record_name(collection, item_id), usable_time(mapping(feature.get("properties")).get("updated")), raw)


def _of_lines(content: bytes, record: Callable[[dict[str, Any]], Record]) -> Answer:
    records: list[Record] = []
    broken: list[Broken] = []
    for line in _lines(content):
        try:
            feature = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            name = f"line-{blake2b(line, digest_size=8).hexdigest()}"
            start = without_secrets(line[:1000].decode("utf-8", "replace"))
            broken.append(Broken(name, f"a line that is not JSON: {error}"[:300], "file", start.encode()))
            continue
        found = answer_of([feature], record, clean=without_secrets)
        records += found.records
        broken += found.broken
    return Answer(tuple(records), tuple(broken))


def _lines(content: bytes) -> Iterator[bytes]:
    """One at a time: all of them at once would hold the file twice."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        line = content[start:end].strip()
        start = end + 1
        if line:
            yield line


def _is_item_line(line: bytes) -> bool:
    """Whether lines of this file are documents of their own: a document written over lines does not end with its first."""
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _is_item(feature: Any) -> bool:
    members = mapping(feature)
    return members.get("type") == "Feature" and isinstance(members.get("stac_version"), str)
