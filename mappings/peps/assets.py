"""Assets of GEODES features: stable keys, sizes and sums out of the free text, access schemes."""

import re
from typing import Any

from mappings.peps.hrefs import host, plain
from mappings.values import checksum_md5, integer, items, mapping, text

# "Key: value" lines of an asset's description: there is no other place for them (report §2.5).
_LINES = re.compile(r"^(File size|Datatype|Checksum MD5): *(\S+)", re.MULTILINE)
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*", re.ASCII)
_MEDIA_TYPES = {"product": "application/zip", "metadata": "application/xml"}
_ROLES = {"product": "data", "quicklook": "overview", "thumbnail": "thumbnail", "metadata": "metadata"}

_DATALAKE = "s3.datalake.cnes.fr"
_KEY_SCHEME = {"type": "apiKey", "in": "header", "name": "X-API-Key"}


def of_geodes(published: dict[str, Any], endpoint: Any) -> tuple[dict[str, dict[str, Any]], str | None, dict[str, Any]]:
    """(assets, the published key of the product asset, the schemes that belong to the Item's properties)."""
    kept: dict[str, dict[str, Any]] = {}
    product_key: str | None = None
    for key, asset in published.items():
        kind = _kind(key, asset)
        if kind == "product" and product_key is not None and (key.endswith(".zip") <= product_key.endswith(".zip")):
            continue
        href = plain(asset.get("href")) if kind else None
        if kind is None or href is None or (kind in kept and kind != "product"):
            continue
        # Quicklooks answer anonymously, but only with this scope (report §2.5).
        kept[kind] = described(kind, f"{href}?scope=gdh" if kind in ("quicklook", "thumbnail") else href, key, asset)
        product_key = key if kind == "product" else product_key
    if product_key is None:
        return kept, None, {}
    return kept, product_key, _access(kept["product"], endpoint)


def _kind(key: str, asset: Any) -> str | None:
    """Our key of a published asset; None for what is none of them."""
    roles = items(mapping(asset).get("roles"))
    if "data" in roles:
        return "metadata" if asset.get("type") == "application/xml" or key.endswith(".xml") else "product"
    if "overview" in roles:
        return "quicklook"
    return "thumbnail" if "thumbnail" in roles else "metadata" if "metadata" in roles else None


def described(kind: str, href: str, key: str, asset: dict[str, Any]) -> dict[str, Any]:
    """The asset's STAC members; the description is read, then dropped."""
    description = asset.get("description")
    lines = dict(_LINES.findall(description)) if isinstance(description, str) else {}
    size = integer(lines.get("File size"))
    return {
        "href": href,
        "type": media_type(asset.get("type"), kind),
        "title": (text(asset.get("title")) or key).rpartition("/")[2],
        "roles": [_ROLES[kind]],
        "file:size": size if size is not None and size >= 0 else None,
        "file:checksum": checksum_md5(lines.get("Checksum MD5")),
        "moisson:datatype": lines.get("Datatype"),
    }


def media_type(value: Any, kind: str) -> str:
    """As written if it is one; `image/jpg` is not a registered type."""
    written = (text(value) or "").lower()
    if not _MEDIA_TYPE.fullmatch(written):
        return _MEDIA_TYPES.get(kind, "image/jpeg")
    return "image/jpeg" if written == "image/jpg" else written


def _access(product: dict[str, Any], endpoint: Any) -> dict[str, Any]:
    """Adds to the product asset how it is had, and returns the schemes that it refers to."""
    schemes: dict[str, Any] = {}
    # A key is only ever to be sent to the archive itself.
    if host(product["href"]).endswith(".cnes.fr"):
        product["auth:refs"] = ["geodes-key"]
        schemes["auth:schemes"] = {"geodes-key": dict(_KEY_SCHEME)}
    written = text(endpoint) or ""
    href = plain(written if "://" in written else f"https://{written}")
    bucket = href.split("/", 4)[3] if href and host(href) == _DATALAKE and href.count("/") > 3 else ""
    if href and bucket:
        product["alternate"] = {"s3": {"href": href, "storage:refs": ["cnes-datalake"]}}
        platform = f"https://{_DATALAKE}"
        schemes["storage:schemes"] = {
            "cnes-datalake": {"type": "custom-s3", "platform": platform, "bucket": bucket, "requester_pays": False}
        }
    return schemes
