"""Where an image and its pictures are had: the STAC Item, the licence, and files that anyone can ask for."""

from collections.abc import Iterator
from typing import Any

from mappings.iso_out.parts import online, string
from mappings.iso_out.shown import Shown
from mappings.iso_out.writing import Element, address, element
from mappings.values import items, mapping, text

_PAGE, _FILE = "WWW:LINK-1.0-http--link", "WWW:DOWNLOAD-1.0-http--download"
_PICTURES = ("thumbnail", "overview")


def distribution(shown: Shown) -> Element:
    """gmd:distributionInfo."""
    resources = (
        online("gmd:onLine", shown.href, "STAC", shown.id, about=f"STAC Item, Collection {shown.collection}"),
        online("gmd:onLine", shown.licence_href, _PAGE, f"{shown.licence.title_fr} · {shown.licence.title_en}", about="Licence"),
        *(
            online("gmd:onLine", href, _FILE, text(asset.get("title")) or key, about=text(asset.get("type")), function="download")
            for key, href, asset in _files(shown)
        ),
    )
    options = element("gmd:MD_DigitalTransferOptions", *resources)
    return element("gmd:distributionInfo", element("gmd:MD_Distribution", element("gmd:transferOptions", options)))


def pictures(shown: Shown) -> Iterator[Element]:
    """gmd:graphicOverview of each picture that anyone can ask for."""
    for key, href, asset in _public(shown):
        role = _picture(asset)
        if role:
            yield element(
                "gmd:graphicOverview",
                element(
                    "gmd:MD_BrowseGraphic",
                    string("gmd:fileName", href),
                    string("gmd:fileDescription", role if text(asset.get("title")) is None else f"{role}: {asset['title']}"),
                    string("gmd:fileType", text(asset.get("type")) or key),
                ),
            )


def _files(shown: Shown) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Of what is open only: whoever may have another asks by its STAC Item."""
    if shown.said("moisson:availability") == "open":
        yield from (one for one in _public(shown) if not _picture(one[2]))


def _public(shown: Shown) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Assets behind a web address, that no account is needed for."""
    for key, value in mapping(shown.item.get("assets")).items():
        asset = mapping(value)
        href = address(text(asset.get("href")))
        if href and not items(asset.get("auth:refs")):
            yield key, href, asset


def _picture(asset: dict[str, Any]) -> str | None:
    return next((role for role in _PICTURES if role in items(asset.get("roles"))), None)
