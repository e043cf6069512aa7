"""Where the data of an ISO record are had: its online resources and pictures as assets and links."""

from typing import Any

from mappings.ogc.elements import Element, anywhere, child, code, first, said, words
from mappings.ogc.hrefs import Hrefs, key_of, media_type
from mappings.ogc.texts import line

_DOWNLOADS = ("www:download", "enclosure", "file:", "ftp")
_PAGES = ("www:link", "http", "https", "text/html", "web address")
# By the endings that tell a file from a page.
_WEB = (".html", ".htm", ".php", ".jsp", ".graph", "/")
_FILES = (".zip", ".tif", ".tiff", ".jp2", ".tar", ".gz", ".tgz", ".nc", ".h5", ".safe", ".img", ".ecw", ".gpkg", ".dim", ".7z")


def hrefs_of(metadata: Element, data: Element) -> Hrefs:
    """Assets for what can be downloaded and seen, links for services and pages."""
    found = Hrefs()
    for browse in anywhere(data, "MD_BrowseGraphic"):
        _add_picture(found, browse)
    for online in anywhere(child(metadata, "distributionInfo"), "CI_OnlineResource"):
        if not any(str(above.tag).endswith("}CI_ResponsibleParty") for above in online.iterancestors()):
            _add_online(found, online)
    uri = said(metadata, "dataSetURI")
    if uri and "://" in uri:
        found.link("via", uri)
    return found


def _add_picture(found: Hrefs, browse: Element) -> None:
    href, about = said(browse, "fileName"), f"{said(browse, 'fileDescription') or ''} {said(browse, 'fileName') or ''}".lower()
    role = "overview" if any(word in about for word in ("large", "quicklook", "overview", "apercu", "aperçu")) else "thumbnail"
    mime = media_type(said(browse, "fileType"), href)
    found.asset(role, href, roles=(role,), type=mime)


def _add_online(found: Hrefs, online: Element) -> None:
    href = words(first(child(online, "linkage"), "URL")) or said(online, "linkage")
    protocol, function = (said(online, "protocol") or "").lower(), (code(online, "function") or "").lower()
    name, about = said(online, "name"), said(online, "description")
    title = line(name or about, 200)
    if protocol == "stac":
        found.link("via", href, title=title)
    elif protocol.startswith("ogc:"):
        _add_service(found, protocol, href, name, title)
    elif _is_file(protocol, function, href):
        found.asset(_key(href, name), href, roles=("data",), title=title, type=media_type(protocol, href))
    else:
        rel = "about" if function in ("information", "") and protocol.startswith(_PAGES) else "related"
        found.link(rel, href, title=title)


def _is_file(protocol: str, function: str, href: Any) -> bool:
    path = str(href or "").lower().partition("?")[0]
    if protocol.startswith(_DOWNLOADS) or ("/" in protocol and protocol.partition("/")[0] in ("image", "application")):
        return True
    if path.endswith(_WEB):
        return False
    # GeoNetwork's `WWW:LINK` and function `download` is a page as often as a file.
    return path.endswith(_FILES) or (function == "download" and not protocol.startswith(("opendap", "www:link")))


def _key(href: Any, name: str | None) -> str:
    return key_of(href, name)


def _add_service(found: Hrefs, protocol: str, href: Any, name: str | None, title: str | None) -> None:
    """Map services by their layer, as web-map-links wants it; the others, and those without a layer, as related."""
    kind = protocol[4:].partition("-")[0].partition(":")[0].partition(" ")[0]
    layers = [layer for one in (name or "").split(",") if (layer := one.strip())]
    if kind == "wms" and layers:
        found.link("wms", href, title=title, **{"wms:layers": layers})
    elif kind == "wmts" and layers:
        found.link("wmts", href, title=title, **{"wmts:layer": layers[0]})
    else:
        found.link(kind if kind in ("wfs", "wcs", "wps", "csw", "sos") else "related", href, title=title)
