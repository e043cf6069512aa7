"""Answers of the OneAtlas optical search, also as UP42 passed them on, and of the radar catalogue, as Records."""

from typing import Any

from mappings.airbus import optical, radar
from mappings.record import Answer, NotAnAnswer, Record, Unmappable, answer_of, documents
from mappings.values import identifier, mapping, text

# Members that only OneAtlas features have: parentIdentifier and processingLevel are in resto answers too (PEPS, Theia).
_ONEATLAS = frozenset(
    (
        "acquisitionIdentifier",
        "acquisitionStation",
        "archiveIdentifier",
        "incidenceAngleAcrossTrack",
        "productionStatus",
        "sourceIdentifier",
    )
)


def read(body: bytes) -> Answer:
    """Records of search answers (first and second API), single features, lists of them, NDJSON, and of UP42's answers around them;
    of the radar catalogue's replication and search; its revocations as deletions. Airbus's API descriptions quote such answers as
    examples: those are read too.

    Raises NotAnAnswer for anything else, also for an answer that announces an error (report §1.4).
    """
    found = [document for written in documents(body) for document in _quoted(written)]
    notices = [member for document in found if _is_revocation(document) for member in document["data"]]
    features = [feature for document in found if not _is_revocation(document) for feature in _features(document)]
    if features and not any(_is_ours(feature) for feature in features):
        raise NotAnAnswer(f"features without any OneAtlas property: {_outline(features[0])}")
    images, withdrawn = answer_of(features, _to_record), answer_of(notices, radar.to_revocation)
    return Answer(images.records + withdrawn.records, images.broken + withdrawn.broken)


def _quoted(document: Any) -> list[Any]:
    """The answers that the description of an operation gives as examples, or the document itself."""
    examples = mapping(document).get("responseExamples")
    if not isinstance(examples, list) or not examples:
        return [document]
    return [mapping(example).get("example") for example in examples]


def _is_revocation(document: Any) -> bool:
    """A page of the radar catalogue's revocations (report §2); an empty one has nothing but its form."""
    members = mapping(document)
    data = members.get("data")
    if not isinstance(data, list) or members.get("type") == "FeatureCollection":
        return False
    return any("acquisitionId" in mapping(member) for member in data) or (not data and {"_links", "limit"} <= members.keys())


def _features(document: Any) -> list[Any]:
    if isinstance(document, list):
        return [feature for member in document for feature in (_features(member) if _is_page(member) else [member])]
    if _is_page(document):
        # Report §1.4: whatever is not `false` is a failure, with HTTP status 200.
        if document.get("error") not in (None, False):
            raise NotAnAnswer(f"the answer announces an error: {_outline(document)}")
        features = document.get("features")
        if not isinstance(features, list):
            raise NotAnAnswer(f"a FeatureCollection without a list of features: {_outline(document)}")
        return features
    # Features of the second API come without `type`.
    if isinstance(document, dict) and (document.get("type") == "Feature" or _is_ours(document)):
        return [document]
    raise NotAnAnswer(f"no OneAtlas search answer: {_outline(document)}")


def _is_page(document: Any) -> bool:
    return isinstance(document, dict) and document.get("type") == "FeatureCollection"


def _is_ours(feature: Any) -> bool:
    properties = mapping(mapping(feature).get("properties"))
    return not _ONEATLAS.isdisjoint(properties) or radar.is_radar(properties) or _is_wrapped(properties)


def _is_wrapped(properties: dict[str, Any]) -> bool:
    return isinstance(properties.get("providerProperties"), dict) and properties.get("providerName") == "oneatlas"


def _to_record(feature: dict[str, Any]) -> Record:
    if not _is_ours(feature):
        raise Unmappable(f"no OneAtlas property: {_outline(feature)}", "properties")
    properties = mapping(feature.get("properties"))
    if radar.is_radar(properties):
        return radar.to_record(feature)
    return optical.to_record(_unwrapped(feature, properties) if _is_wrapped(properties) else feature)


def _unwrapped(feature: dict[str, Any], outer: dict[str, Any]) -> dict[str, Any]:
    """A feature of UP42's catalogue in OneAtlas's form: what UP42 took out of the properties is put back."""
    constellation = text(outer.get("constellation"))
    back = {
        "id": outer.get("id"),
        "acquisitionDate": outer.get("acquisitionDate"),
        "cloudCover": outer.get("cloudCoverage"),
        "constellation": constellation.upper() if constellation else None,
        "resolution": outer.get("resolution"),
    }
    properties = {**{name: value for name, value in back.items() if value is not None}, **outer["providerProperties"]}
    return {"type": "Feature", "geometry": feature.get("geometry"), "properties": properties}


def _outline(document: Any) -> str:
    """What a document looks like, in few words."""
    if not isinstance(document, dict):
        return f"a JSON {type(document).__name__}"
    message = text(document.get("message"))
    name = identifier(document.get("id"))
    named = ", ".join(sorted(map(str, document))[:8])
    detail = f", message {message[:120]!r}" if message else f", id {name[:60]!r}" if name else ""
    return f"a {str(document.get('type') or 'JSON object')[:40]} with {named}{detail}"
