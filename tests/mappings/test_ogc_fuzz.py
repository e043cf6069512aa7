"""Mutated records of the OGC family: an Item, or a clear reason; nothing else."""

from contextlib import suppress
from functools import cache

import orjson
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from lxml import etree

from mappings.ogc.hrefs import public
from mappings.ogc.missions import by_name, by_platform
from mappings.ogc.moments import moment
from mappings.ogc.terms import terms_of
from mappings.ogc.texts import prose
from mappings.partners import SEAS, VIGISAT
from mappings.record import NotAnAnswer, Unmappable
from mappings.validation import Validator
from tests.mappings.ogc_records import csw, eop, iso, legal, online, platform
from tests.support.shared import shared

_BOUNDED = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
_WORDS = st.one_of(
    st.sampled_from(
        ["", " ", "-", "NaN", "inf", "1e999", "-181", "91", "9" * 400, "2020-13-45", "0000", "10000-01-01", "PHR1A", "\u0130", "é" * 300,
         "urn:ogc:def:crs:EPSG::99999", "EPSG:0", "http://[", "https://[::1]:x/", "../..", "<b>", "1 2 3", "%", "2020-01-01T25:00:00"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=40),
)  # fmt: skip


@cache
def _validator() -> Validator:
    return Validator()


@cache
def _bodies() -> tuple[bytes, ...]:
    names = (
        "iso/mi_pacioos_NS06agg",
        "eop/sar21_sentinel1_raw_terradue",
        "eop/gml_new_record_example_terradue",
        "iso/md_fr_geo2france_plu",
    )
    more = platform("PHR1A") + online("https://example.org/a.zip", "image/tiff")
    made = (csw(iso(data=legal(limitation="Licence Ouverte 2.0"), more=more), eop()), eop(name="TX01"))
    return (*made, *(shared(f"samples/ogc/{name}.xml").read_bytes() for name in names))


def survives(body: bytes) -> None:
    """Reads and maps; whatever is wrong is said in one of three ways."""
    for mapping in (SEAS, VIGISAT):
        try:
            answer = mapping.read(body)
        except NotAnAnswer:
            continue
        for record in answer.records:
            with suppress(Unmappable):
                _validator().check(mapping.to_item(record))


@seed(7)
@_BOUNDED
@given(data=st.data())
def test_texts_and_attributes_may_be_anything(data: st.DataObject) -> None:
    root = etree.fromstring(data.draw(st.sampled_from(_bodies())), etree.XMLParser(encoding="utf-8", remove_comments=True))
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    for _ in range(data.draw(st.integers(1, 6))):
        element = data.draw(st.sampled_from(elements))
        if element.attrib and data.draw(st.booleans()):
            element.set(data.draw(st.sampled_from(sorted(element.attrib))), data.draw(_WORDS))
        else:
            element.text = data.draw(_WORDS)
    survives(etree.tostring(root))


@seed(11)
@_BOUNDED
@given(data=st.data())
def test_elements_may_be_missing_repeated_or_elsewhere(data: st.DataObject) -> None:
    root = etree.fromstring(data.draw(st.sampled_from(_bodies())), etree.XMLParser(encoding="utf-8", remove_comments=True))
    for _ in range(data.draw(st.integers(1, 5))):
        elements = [one for one in root.iter() if isinstance(one.tag, str) and one.getparent() is not None]
        if not elements:
            break
        element, other = data.draw(st.sampled_from(elements)), data.draw(st.sampled_from(elements))
        choice = data.draw(st.sampled_from(["drop", "copy", "empty"]))
        if choice == "drop":
            element.getparent().remove(element)
        elif choice == "copy" and other not in element.iterdescendants() and element is not other:
            other.append(etree.fromstring(etree.tostring(element, with_tail=False)))
        else:
            for one in list(element):
                element.remove(one)
    survives(etree.tostring(root))


@seed(13)
@_BOUNDED
@given(data=st.data())
def test_bytes_may_be_cut_or_changed(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(_bodies())))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(body[: data.draw(st.integers(0, len(body)))] if data.draw(st.booleans()) else body))


@seed(17)
@_BOUNDED
@given(value=st.one_of(_WORDS, st.text(max_size=60)))
def test_words_never_raise(value: str) -> None:
    by_platform(value)
    by_name(value)
    moment(value)
    prose(value)
    terms_of([value], [value])
    href = public(value)
    assert href is None or public(href) == href


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False), _WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=12,
)
_MEMBERS = [
    "datetime", "start_datetime", "end_datetime", "title", "keywords", "platform", "instruments", "gsd", "eo:cloud_cover",
    "sar:polarizations", "sar:frequency_band", "sat:orbit_state", "view:sun_azimuth",
    "proj:code", "proj:epsg", "license", "processing:level", "updated",
]  # fmt: skip


@seed(19)
@_BOUNDED
@given(data=st.data())
def test_members_of_a_stac_item_may_be_anything(data: st.DataObject) -> None:
    feature: dict[str, object] = {"type": "Feature", "stac_version": "1.0.0", "id": "x"}
    feature["geometry"] = {"type": "Polygon", "coordinates": [[[-53, 4], [-52, 4], [-52, 5], [-53, 4]]]}
    properties: dict[str, object] = {"datetime": "2022-01-02T03:04:05Z"}
    for name in data.draw(st.lists(st.sampled_from(_MEMBERS), max_size=6, unique=True)):
        properties[name] = data.draw(_JSON)
    feature |= {"properties": properties, "assets": {"a": {"href": "https://example.org/a.tif"}}, "links": []}
    for name in data.draw(st.lists(st.sampled_from(["id", "geometry", "properties", "assets", "links", "collection"]), max_size=2)):
        feature[name] = data.draw(_JSON)
    survives(orjson.dumps(feature))
