"""Answers of the feed, joined from the strings that the index keeps."""

from collections.abc import Iterator

import orjson

from api.feeds.reading import Portion, Told
from api.links import JSON, NDJSON
from api.pages import Sight, item_bytes
from api.terms import MetadataLicence
from mappings.times import format_time


def json_answer(portion: Portion, sight: Sight, since: str, href: str, licence: MetadataLicence | None) -> bytes:
    """`changes`, `since` of the next answer, whether there is `more` already, and links there and to the metadata's licence."""
    links = [
        {"rel": "next", "type": JSON, "href": f"{href}?since={since}"},
        {"rel": "alternate", "type": NDJSON, "href": f"{href}?f=ndjson"},
        {"rel": "root", "type": JSON, "href": f"{sight.base}/"},
        *([licence.link()] if licence else []),
    ]
    tail = orjson.dumps({"since": since, "more": portion.more, "links": links})
    return b"".join((b'{"changes":[', b",".join(_changes(portion, sight)), b"],", tail[1:]))


def ndjson_answer(portion: Portion, sight: Sight, since: str) -> bytes:
    """A change a line; the last line is the position. Without it the answer is not whole."""
    return b"\n".join((*_changes(portion, sight), orjson.dumps({"type": "position", "since": since, "more": portion.more}), b""))


def _changes(portion: Portion, sight: Sight) -> Iterator[bytes]:
    for told in portion.told:
        yield _change(told, sight)


def _change(told: Told, sight: Sight) -> bytes:
    change, item = told.change, told.item
    kind = "put" if item else "deleted"
    head = orjson.dumps({"type": kind, "collection": change.key.collection, "id": change.key.id, "time": format_time(change.time)})
    return b'%b,"item":%b}' % (head[:-1], item_bytes(item, sight)) if item else head
