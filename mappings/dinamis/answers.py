"""What was received of the DINAMIS archive, told apart by content."""

from typing import Any

from mappings.dinamis import delivery, stac
from mappings.dinamis.tables import read_csv, read_geopackage
from mappings.record import Answer, NotAnAnswer, answer_of, documents
from mappings.values import mapping

_SQLITE = b"SQLite format 3\0"


def read(body: bytes) -> Answer:
    """Records of a page, an Item, a list or lines of Items of the STAC API, of an inventory (CSV, GeoPackage), or of a delivered
    product's DIMAP. Raises NotAnAnswer."""
    if body.startswith(_SQLITE):
        return read_geopackage(body)
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return Answer((delivery.to_record(body, delivery.name_of(body)),))
    if start in (b"{", b"["):
        return _stac(body)
    if not start:
        raise NotAnAnswer("empty")
    return read_csv(body)


def _stac(body: bytes) -> Answer:
    features = [feature for document in documents(body) for feature in _features(document)]
    if features and not any("properties" in mapping(feature) and "assets" in mapping(feature) for feature in features):
        raise NotAnAnswer("features that are no STAC Items: none has assets")
    return answer_of(features, stac.to_record)


def _features(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    members = mapping(document)
    if members.get("type") == "FeatureCollection" and isinstance(members.get("features"), list):
        return list(members["features"])
    if members.get("type") == "Feature":
        return [document]
    raise NotAnAnswer(f"no STAC Items: a JSON {members.get('type') or type(document).__name__} with {', '.join(sorted(members)[:8])}"[:300])
