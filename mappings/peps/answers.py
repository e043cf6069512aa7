"""Recorded answers of PEPS, GEODES and Theia: which dialect they are in, and the records in them."""

from typing import Any

from mappings.peps import geodes, resto
from mappings.record import Answer, NotAnAnswer, Record, answer_of, documents
from mappings.values import mapping

_GEODES_MEMBERS = ("dataset", "temporal:startDate")
_RESTO_MEMBERS = ("productIdentifier", "startDate")


def dialect(feature: Any) -> str | None:
    """`geodes`, `resto`, or None: by the members that only one of them writes."""
    properties = mapping(mapping(feature).get("properties"))
    if any(name in properties for name in _RESTO_MEMBERS):
        return "resto"
    native_id = mapping(feature).get("id")
    urn = isinstance(native_id, str) and native_id.startswith("URN:FEATURE:")
    return "geodes" if urn or any(name in properties for name in _GEODES_MEMBERS) else None


def read(body: bytes) -> Answer:
    """Records of a page, of one feature, of a list or of lines of features. Raises NotAnAnswer saying what it is instead."""
    found = documents(body)
    content = found[0] if len(found) == 1 else found
    if isinstance(content, list):
        return _features(content, None)
    if not isinstance(content, dict):
        raise NotAnAnswer(f"JSON, but neither an object nor a list: {body[:40]!r}")
    if content.get("type") == "FeatureCollection":
        return _page(content)
    if content.get("type") == "Feature":
        return _features([content], None)
    raise NotAnAnswer(_looks_like(content))


def _page(content: dict[str, Any]) -> Answer:
    if not isinstance(content.get("features"), list):
        raise NotAnAnswer("a FeatureCollection without a list of features")
    envelope = mapping(content.get("properties"))
    # OneAtlas, too, has totalResults there; `exactCount` is resto's own.
    if "exactCount" in envelope:
        return _features(content["features"], "resto")
    stac = any(name in content for name in ("context", "numberMatched", "numberReturned"))
    return _features(content["features"], "geodes" if stac else None)


def _features(features: list[Any], envelope: str | None) -> Answer:
    """`envelope` is the dialect that the page itself shows, for features too broken to show theirs."""
    if any("eodag_provider" in mapping(mapping(feature).get("properties")) for feature in features):
        raise NotAnAnswer("another system's normalised result (eodag), not an archive's answer")
    shown = [dialect(feature) for feature in features]
    known = next((one for one in shown if one), None)
    # Features that are sound but of neither dialect: another server's page, whatever its envelope.
    if known is None and any(_foreign(feature) for feature in features):
        raise NotAnAnswer(_foreign_reason(features))
    if known is None and envelope is None and features:
        raise NotAnAnswer(f"a list of what is neither a GEODES nor a resto feature: {repr(features[0])[:80]}")

    def to_record(feature: dict[str, Any]) -> Record:
        own = dialect(feature) or known or envelope
        return resto.to_record(feature) if own == "resto" else geodes.to_record(feature)

    return answer_of(features, to_record)


def _foreign(feature: Any) -> bool:
    return isinstance(mapping(feature).get("id"), str) and bool(mapping(feature.get("properties")))


def _foreign_reason(features: list[Any]) -> str:
    first = next(feature for feature in features if _foreign(feature))
    return f"features of another archive ({first['id'][:60]!r}): neither GEODES nor resto members"


def _looks_like(content: dict[str, Any]) -> str:
    if "ErrorMessage" in content:
        return f"an error of resto: {str(content['ErrorMessage'])[:80]}"
    if "correlationId" in content or ("message" in content and "cause" in content):
        return f"an error of GEODES: {str(content.get('message'))[:80]}"
    if content.get("type") in ("Collection", "Catalog"):
        return f"a STAC {content['type']}, not a page of items"
    if "collections" in content:
        return "a list of collections, not a page of items"
    if "attributes" in content or "queryables" in content or "$schema" in content:
        return "a list of queryable attributes, not a page of items"
    return f"an object with {', '.join(sorted(map(str, content))[:6]) or 'no members'}: no page of GEODES or resto"
