"""The layers of yearly coverages in WMTS capabilities, parsed by the project's own parser and read by owslib."""

import re
import warnings
from copy import deepcopy

from lxml import etree  # type: ignore[import-untyped, unused-ignore]
from owslib.util import ServiceException
from owslib.wmts import WebMapTileService

from mappings.coverages.layers import PREFIX, Layer, unreadable
from mappings.record import Broken, NotAnAnswer
from mappings.xml import BadXml, local, parse_xml, text_of

_WMTS = "http://www.opengis.net/wmts/1.0"
_OWS = "http://www.opengis.net/ows/1.1"
# Extents are placeholders for a part of the layers (report §3.3) and are never used; limits of tiles are most of the document.
_UNUSED = frozenset(("BoundingBox", "WGS84BoundingBox", "TileMatrixSetLimits", "Layer", "ResourceURL", "Dimension", "Metadata"))
_IMAGE = re.compile(r"image/[\w.+-]{1,60}", re.ASCII)
_WORD = re.compile(r"[\w.:-]{1,80}", re.ASCII)
_PLAIN_STYLE = "normal"


def read_capabilities(body: bytes) -> tuple[list[Layer], list[Broken]]:
    """Layers below our prefix, and those that cannot be read. Raises NotAnAnswer for what is no WMTS capabilities document."""
    try:
        root = parse_xml(body)
    except BadXml as error:
        raise NotAnAnswer(str(error)) from error
    if local(root) != "Capabilities":
        said = (text_of(root) or "")[:160]
        raise NotAnAnswer(f"no WMTS capabilities but {local(root)[:40]}{': ' if said else ''}{said}")
    contents = root.find(f"{{{_WMTS}}}Contents")
    if contents is None:
        raise NotAnAnswer("WMTS capabilities without Contents")
    layers: list[Layer] = []
    broken: list[Broken] = []
    for element in contents.iter(f"{{{_WMTS}}}Layer"):
        name = text_of(element.find(f"{{{_OWS}}}Identifier")) or ""
        if not name:
            # It may be one of ours: the list is not whole then.
            broken.append(unreadable("", "a layer without identifier"))
        if name.startswith(PREFIX):
            found = _layer(element, name)
            (layers if isinstance(found, Layer) else broken).append(found)  # type: ignore[arg-type]
    return layers, broken


def _layer(element: etree._Element, name: str) -> Layer | Broken:
    """One layer on its own: owslib gives up on a whole document for one layer that lacks a member."""
    document = etree.Element(f"{{{_WMTS}}}Capabilities", nsmap={None: _WMTS, "ows": _OWS}, version="1.0.0")
    kept = etree.SubElement(etree.SubElement(document, f"{{{_WMTS}}}Contents"), f"{{{_WMTS}}}Layer")
    kept.extend([_bare(child) for child in element if local(child) not in _UNUSED])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = WebMapTileService("", xml=etree.tostring(document)).contents[name]
        format_ = next((text for text in content.formats if _IMAGE.fullmatch(text or "")), None)
        default = [style for style, about in content.styles.items() if about["isDefault"]]
        style = next((text for text in (*default, *content.styles) if _WORD.fullmatch(text or "")), _PLAIN_STYLE)
        matrix = next((text for text in content.tilematrixsetlinks if _WORD.fullmatch(text or "")), None)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ServiceException) as error:
        return unreadable(name, f"a layer that cannot be read: {type(error).__name__}: {error}"[:200])
    if format_ is None or matrix is None:
        return unreadable(name, "a layer without image format or tile matrix set")
    return Layer(name, format_, style, matrix)


def _bare(element: etree._Element) -> etree._Element:
    copy = deepcopy(element)
    for child in copy.findall(f"{{{_WMTS}}}TileMatrixSetLimits"):
        copy.remove(child)
    return copy
