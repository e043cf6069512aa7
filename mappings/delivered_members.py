"""Members of a delivered Item: what stays as it is, what is taken out of it, and which addresses may be published."""

import re
from functools import lru_cache
from typing import Any

from mappings.dinamis.members import unsigned
from mappings.item import EXTENSIONS
from mappings.ogc.hrefs import Hrefs, is_public_host
from mappings.ogc.redaction import clean
from mappings.record import Item, Unmappable
from mappings.secrets import rewritten
from mappings.times import format_time, parse_time
from mappings.values import items, mapping

# Never believed of a file: facts that give rights, who signs addresses, the licence (the operator names it).
_OURS = ("moisson:", "auth:")
_REPLACED = frozenset(("license", "order:status"))
_STRUCTURAL = frozenset(("self", "root", "parent", "child", "item", "items", "collection", "next", "prev", "first", "last", "license"))
_UNSENT = frozenset(("body", "headers", "method", "merge"))
_SECRET_MEMBERS = frozenset(
    ("accesstoken", "access_token", "apikey", "api_key", "authorization", "credentials", "headers", "passwd", "password", "secret", "token")
)
# Every word that ogc/redaction.py takes out holds one of these; nearly no text does.
_HINTS = (
    "token", "sig", "accesskey", "access-key", "access_key", "accessid", "secret", "_tk", "jwt", "api", "pass", "pwd",
    "authoriz", "session", "x-amz", "x-goog", "@",
)  # fmt: skip
_SHORT = 40
_WORDS = r"[A-Za-z0-9/._~!$'()*+,;=:@-]"
_PLAIN = re.compile(rf"https?://([a-z0-9.-]+)(?::\d{{1,5}})?(?:/(?:{_WORDS}|&)*)?(\?{_WORDS}+(?:&{_WORDS}+)*)?", re.ASCII)
_LONGEST = 2000
_MOST = 500
_MAX_EXTENSIONS = 100
# What searches compare: a number out of place would be found where no image is.
_RANGES = {
    "gsd": (0.0, 1e6), "eo:cloud_cover": (0.0, 100.0), "eo:snow_cover": (0.0, 100.0), "view:off_nadir": (0.0, 90.0),
    "view:incidence_angle": (0.0, 90.0), "view:azimuth": (0.0, 360.0), "view:sun_azimuth": (0.0, 360.0),
    "view:sun_elevation": (-90.0, 90.0),
    "sat:absolute_orbit": (0.0, 2.0**53), "sat:relative_orbit": (0.0, 2.0**53),
}  # fmt: skip
_TIMES = ("datetime", "start_datetime", "end_datetime")


def cleaned(feature: dict[str, Any]) -> dict[str, Any]:
    """The Item without signatures, user names and secrets, in whatever member they stand."""
    found: dict[str, Any] = rewritten(feature, _text, _SECRET_MEMBERS)
    return found


def properties_of(given: dict[str, Any], hrefs: Hrefs) -> dict[str, Any]:
    """All that are the partner's to say, those without a value left out. Raises Unmappable for a number out of place."""
    kept = {name: value for name, value in given.items() if not (name in _REPLACED or _is_ours(name)) and _has_value(value)}
    kept.setdefault("datetime", None)
    for name in _RANGES.keys() & kept.keys():
        low, high = _RANGES[name]
        if type(kept[name]) not in (int, float) or not low <= kept[name] <= high:
            raise Unmappable(f"{str(kept[name])[:40]!r} is no number from {low:g} to {high:g}", f"properties.{name}")
    if "providers" in kept:
        kept["providers"] = [_provider(one, hrefs) for one in items(kept["providers"]) if isinstance(one, dict)]
    return kept


def time_members(properties: dict[str, Any]) -> dict[str, str]:
    """The times in UTC, as STAC wants them. Raises Unmappable where the Item has none, or ends before it starts."""
    told = {name: parse_time(properties[name], f"properties.{name}") for name in _TIMES if properties.get(name) is not None}
    if "datetime" not in told and not {"start_datetime", "end_datetime"} <= told.keys():
        raise Unmappable("no acquisition time", "properties.datetime")
    if len({"start_datetime", "end_datetime"} & told.keys()) == 1:
        raise Unmappable("a start without an end, or an end without a start", "properties.start_datetime")
    if "start_datetime" in told and told["end_datetime"] < told["start_datetime"]:
        raise Unmappable("ends before it starts", "properties.end_datetime")
    return {name: format_time(when) for name, when in told.items() if not properties[name].endswith("Z")}


def assets_of(given: Any, hrefs: Hrefs) -> dict[str, dict[str, Any]]:
    """Those whose address anybody could use, with all that is said of them."""
    kept: dict[str, dict[str, Any]] = {}
    for key, asset in mapping(given).items():
        members = _linked(mapping(asset), hrefs)
        if members is not None and len(kept) < _MOST:
            if "alternate" in members:
                members["alternate"] = {
                    name: one for name, each in mapping(members["alternate"]).items() if (one := _linked(mapping(each), hrefs))
                }
            kept[key] = members
    return kept


def links_of(given: Any, hrefs: Hrefs) -> list[dict[str, Any]]:
    """Those that lead outside; what its licence's link says stays as its terms. Where the Item came from is `via`."""
    kept: list[dict[str, Any]] = []
    for one in items(given):
        link = mapping(one)
        rel = link.get("rel")
        if rel in ("self", "license") and str(link.get("href")).startswith("http"):
            link = {**link, "rel": "via" if rel == "self" else "terms-of-service"}
        elif not isinstance(rel, str) or rel in _STRUCTURAL:
            continue
        members = _linked({name: value for name, value in link.items() if name not in _UNSENT}, hrefs)
        if members is not None and len(kept) < _MOST and members not in kept:
            kept.append(members)
    return kept


def extensions_of(item: Item, given: Any) -> list[str]:
    """Schema URLs that the Item names itself, in our version where that is compatible, less those none of whose fields is left; and those
    of the fields that are ours."""
    bands = (band for asset in item["assets"].values() for band in items(asset.get("bands")) if isinstance(band, dict))
    names = frozenset(item["properties"]).union(*item["assets"].values(), *item["links"], *bands)
    return list(_extensions(names, tuple(url for url in items(given)[:_MAX_EXTENSIONS] if isinstance(url, str))))


@lru_cache(maxsize=4096)
def _extensions(names: frozenset[str], declared: tuple[str, ...]) -> tuple[str, ...]:
    prefixes = {name.partition(":")[0] for name in names}
    kept: dict[str, None] = {}
    for url in declared:
        match = _EXTENSION.fullmatch(url)
        ours = _KNOWN.get(match["name"]) if match else None
        if ours is None and _address(url) and "/moisson/" not in url:
            kept[url] = None
        elif match and ours and (ours[0] is None or (ours[0] in prefixes and ours[0] != "auth")):
            kept[ours[1] if f"/v{match['major']}." in ours[1] else url] = None
    for prefix in ("auth", "order"):
        if prefix in prefixes and not any(f"/{_folder(EXTENSIONS[prefix])}/" in url for url in kept):
            kept[EXTENSIONS[prefix]] = None
    return tuple(sorted(kept))


def _folder(url: str) -> str:
    return url.split("/")[3]


_EXTENSION = re.compile(r"https://stac-extensions\.github\.io/(?P<name>[a-z0-9-]+)/v(?P<major>\d+)\.\d+\.\d+/schema\.json#?")
# Extensions whose fields have no prefix, or several.
_UNTOLD = frozenset(("timestamps", "version", "wms", "wmts"))
_KNOWN = {_folder(url): (None if prefix in _UNTOLD else prefix, url) for prefix, url in EXTENSIONS.items()}


def _linked(members: dict[str, Any], hrefs: Hrefs) -> dict[str, Any] | None:
    """The members of an asset or a link without ours; None without a usable address."""
    written = members.get("href")
    href = _address(written) or hrefs.usable(written)
    if href is None:
        return None
    return {name: value for name, value in members.items() if not _is_ours(name)} | {"href": href}


def _provider(given: dict[str, Any], hrefs: Hrefs) -> dict[str, Any]:
    if "url" not in given:
        return given
    url = _address(given["url"]) or hrefs.usable(given["url"])
    rest = {name: value for name, value in given.items() if name != "url"}
    return {**rest, "url": url} if url else rest


def _address(value: Any) -> str | None:
    """What mappings/ogc/hrefs.py would give for nearly every address, at a tenth of the cost; None leaves it to the long way."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    match = _PLAIN.fullmatch(value)
    return value if match and is_public_host(match[1]) and (match[2] is None or _bare(value) == value) else None


def _text(value: str) -> str:
    return _short(value) if len(value) < _SHORT else _bare(value)


def _bare(value: str) -> str:
    if "=" not in value and "@" not in value and (":" not in value or ("://" in value and value.count(":") == 1)):
        # Most addresses: nothing in them is given a value.
        return value
    low = value.lower()
    for hint in _HINTS:
        if hint in low:
            cut: str = clean(unsigned(value))
            return cut
    return value


# Names of members, roles and types are few and come in every Item.
_short = lru_cache(maxsize=16_384)(_bare)


@lru_cache(maxsize=4096)
def _is_ours(name: str) -> bool:
    return name.startswith(_OURS)


def _has_value(value: Any) -> bool:
    return value is not None and value != [] and value != ""
