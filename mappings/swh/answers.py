"""Recorded answers of GEODES and of REGARDS with SPOT scenes: which form they are in, and the records in them."""

from typing import Any

from mappings.record import Answer, NotAnAnswer, Record, answer_of, documents
from mappings.swh import geodes, regards
from mappings.values import mapping

# What stands beside the list of a page of REGARDS.
_PAGE = ("metadata", "page", "facets", "links")


def dialect(feature: Any) -> str | None:
    """`regards` (native), `geodes` (today's form and the coming one), or None."""
    if not isinstance(feature, dict):
        return None
    content = regards.content_of(feature)
    native_id, properties = content.get("id"), mapping(content.get("properties"))
    urn = native_id if isinstance(native_id, str) else ""
    if urn.startswith("URN:AIP:") or "SceneName" in properties:
        return "regards"
    known = urn.startswith("URN:FEATURE:") or "dataset" in properties or geodes.is_coming(feature)
    return "geodes" if known else None


def read(body: bytes) -> Answer:
    """Records of a page, of one record, of a list or of lines of them. Raises NotAnAnswer saying what it is instead."""
    found = documents(body)
    content = found[0] if len(found) == 1 else found
    if isinstance(content, dict) and _members(content) is None:
        if dialect(content) is None:
            raise NotAnAnswer(_looks_like(content))
        return _records([content], None)
    if isinstance(content, dict):
        return _records(_members(content) or [], _envelope(content))
    if isinstance(content, list):
        members = [one for part in content for one in (_members(part) if len(found) > 1 else None) or [part]]
        return _records(members, None)
    raise NotAnAnswer(f"JSON, but neither an object nor a list: {body[:40]!r}")


def _members(content: Any) -> list[Any] | None:
    """The records of a page; None for what is no page."""
    if not isinstance(content, dict):
        return None
    if content.get("type") == "FeatureCollection" and isinstance(content.get("features"), list):
        return list(content["features"])
    return list(content["content"]) if isinstance(content.get("content"), list) else None


def _envelope(page: dict[str, Any]) -> str | None:
    """The form that a page itself shows, for records too broken to show theirs."""
    if "features" in page:
        return "geodes" if any(name in page for name in ("context", "numberMatched", "numberReturned")) else None
    return "regards" if any(name in page for name in _PAGE) else None


def _records(members: list[Any], envelope: str | None) -> Answer:
    known = next((one for one in map(dialect, members) if one), None)
    if known is None and any(isinstance(mapping(one).get("id"), str) and mapping(one).get("properties") for one in members):
        raise NotAnAnswer("features of another archive: members of neither GEODES nor REGARDS")
    if known is None and envelope is None and members:
        raise NotAnAnswer(f"a list of what is no record of GEODES or REGARDS: {repr(members[0])[:80]}")

    def to_record(member: dict[str, Any]) -> Record:
        own = dialect(member) or known or envelope
        return regards.to_record(member) if own == "regards" else geodes.to_record(member)

    return answer_of(members, to_record)


def _looks_like(content: dict[str, Any]) -> str:
    if "correlationId" in content or ("message" in content and "cause" in content):
        return f"an error of REGARDS: {str(content.get('message'))[:80]}"
    if content.get("type") in ("Collection", "Catalog"):
        return f"a STAC {content['type']}, not a page of items"
    if "collections" in content:
        return "a list of collections, not a page of items"
    return f"an object with {', '.join(sorted(map(str, content))[:6]) or 'no members'}: no page of GEODES or REGARDS"
