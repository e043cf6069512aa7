"""Assets of SPOT scenes in each form of the archive, under the same keys: `product` and `quicklook`."""

from typing import Any

from mappings.peps.assets import described, media_type
from mappings.peps.hrefs import host, plain
from mappings.values import checksum_md5, integer, items, mapping, text

# Files of a native record by our key; its picture of 1000 px is an overview, not a thumbnail.
_NATIVE = {"product": ("RAWDATA", "data"), "quicklook": ("THUMBNAIL", "overview")}
_KINDS = {"data": "product", "overview": "quicklook", "thumbnail": "thumbnail", "metadata": "metadata"}
_DATALAKE = "s3.datalake.cnes.fr"
_BEARER = {"type": "http", "scheme": "bearer"}

Assets = dict[str, dict[str, Any]]


def of_native(files: Any) -> tuple[Assets, dict[str, Any]]:
    """(assets, the schemes that belong to the Item's properties) of a record's `files`."""
    kept: Assets = {}
    for key, (kind, role) in _NATIVE.items():
        for file in items(mapping(files).get(kind)):
            href = plain(mapping(file).get("uri"))
            if href is not None:
                kept[key] = _described(key, role, href, file)
                break
    product = kept.get("product")
    # A token is only ever to be sent to the archive itself.
    if product is None or not host(product["href"]).endswith(".cnes.fr"):
        return kept, {}
    product["auth:refs"] = ["regards"]
    return kept, {"auth:schemes": {"regards": dict(_BEARER)}}


def _described(key: str, role: str, href: str, file: dict[str, Any]) -> dict[str, Any]:
    size = integer(file.get("filesize"))
    said = (text(file.get("digestAlgorithm")) or "MD5").upper()
    return {
        "href": href,
        "type": media_type(file.get("mimeType"), key),
        "title": (text(file.get("filename")) or "").rpartition("/")[2] or None,
        "roles": [role],
        "file:size": size if size is not None and size >= 0 else None,
        "file:checksum": checksum_md5(file.get("checksum")) if said == "MD5" else None,
    }


def of_coming(published: dict[str, Any]) -> tuple[Assets, dict[str, Any]]:
    """As of_native, of the coming form: files lie in CNES' data lake, which is asked with a session's own keys."""
    kept: Assets = {}
    buckets: set[str] = set()
    for asset in published.values():
        roles = items(mapping(asset).get("roles"))
        kind = next((own for role, own in _KINDS.items() if role in roles), None)
        href = plain(asset.get("href")) if kind else None
        if kind is None or href is None or kind in kept:
            continue
        kept[kind] = {**described(kind, href, href, asset), "title": href.rpartition("/")[2]}
        if host(href) == _DATALAKE and href.count("/") > 3:
            kept[kind]["storage:refs"] = ["cnes-datalake"]
            buckets.add(href.split("/", 4)[3])
    bucket = min(buckets, default="")
    if not bucket:
        for asset in kept.values():
            asset.pop("storage:refs", None)
        return kept, {}
    scheme = {"type": "custom-s3", "platform": f"https://{_DATALAKE}", "bucket": bucket, "requester_pays": False}
    return kept, {"storage:schemes": {"cnes-datalake": scheme}}


def zip_names(published: dict[str, Any]) -> list[str]:
    """Names of the product files among published assets: their keys, or where they lie."""
    told = [name for key, asset in published.items() for name in (key, mapping(asset).get("title"), plain(mapping(asset).get("href")))]
    return [name.rpartition("/")[2] for name in told if isinstance(name, str) and name.lower().endswith(".zip")]
