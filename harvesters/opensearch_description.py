"""Description documents of OpenSearch (1.1, with the geo, time and EO extensions of OGC 10-032 and 13-026): templates of addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from harvesters.errors import Misconfigured
from mappings.ogc.elements import anywhere, attribute
from mappings.times import format_time

ATOM = "application/atom+xml"
_SLOT = re.compile(r"\{([^{}?]+)(\??)\}")
# A piece of a namespace that tells it, whatever its version, and the prefix that documents bind to it mostly.
_FAMILIES = {"extensions/geo": "geo", "extensions/time": "time", "extensions/eo": "eo", "opensearch/geo": "geo", "purl.org/dc/terms": "dct",
             "dc/terms": "dct", "extensions/sru": "sru", "spec/opensearch/1.1": ""}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """An address with slots. `prefixes` are the namespaces that the document binds; positions and pages count from `first_index` and
    `first_page`."""

    text: str
    prefixes: Mapping[str, str] = field(default_factory=dict)
    first_index: int = 1
    first_page: int = 1

    @property
    def names(self) -> frozenset[str]:
        """The slots' names, prefixes as `geo`, `time`, `eo`, `dct` whatever the document calls them."""
        return frozenset(self._name(match[1]) for match in _SLOT.finditer(self.text))

    def url(self, values: Mapping[str, str]) -> str:
        """The address for these values; a parameter whose slots all stay empty is left out. Raises Misconfigured for a slot that must be
        filled and is not."""
        head, mark, query = self.text.partition("?")
        pairs = [self._filled(pair, values) for pair in query.split("&")] if mark else []
        return (self._filled(head, values) or "") + mark + "&".join(pair for pair in pairs if pair)

    def _filled(self, part: str, values: Mapping[str, str]) -> str | None:
        slots = [(self._name(match[1]), match[2]) for match in _SLOT.finditer(part)]
        for name, optional in slots:
            if not optional and name not in values:
                raise Misconfigured(f"the search demands {name}: give it in `parameters`")
        if slots and not any(name in values for name, _ in slots):
            return None if "=" in part else _SLOT.sub("", part)
        return _SLOT.sub(lambda match: quote(values.get(self._name(match[1]), ""), safe=""), part)

    def _name(self, written: str) -> str:
        prefix, colon, local = written.strip().rpartition(":")
        if not colon:
            return local
        uri = self.prefixes.get(prefix, "")
        known = next((family for piece, family in _FAMILIES.items() if piece in uri), prefix)
        return f"{known}:{local}" if known else local


@dataclass(frozen=True)
class Description:
    """`results` searches for products, `collections` for collections; None when there is none with Atom answers."""

    results: Template | None
    collections: Template | None


def read_description(root: Any) -> Description:
    """What the description document whose root this is offers."""
    results = collections = None
    for element in anywhere(root, "Url"):
        text, rel = attribute(element, "template"), attribute(element, "rel") or "results"
        if not text or not (attribute(element, "type") or "").startswith(ATOM):
            continue
        prefixes = {prefix: uri for prefix, uri in element.nsmap.items() if prefix}
        first = (_integer(attribute(element, "indexOffset")), _integer(attribute(element, "pageOffset")))
        # pycsw 2.6 escapes its own escapes, which no address can hold.
        template = Template(text.replace("%%", "%"), prefixes, *first)
        if "collection" in rel.split():
            collections = collections or template
        elif "results" in rel.split():
            results = results or template
    return Description(results, collections or results)


def changed_since(template: Template, when: datetime) -> dict[str, str]:
    """The value that asks for what changed since then (OGC 13-026: an open interval), empty when the search offers none."""
    if "eo:modificationDate" in template.names:
        return {"eo:modificationDate": f"[{format_time(when)}"}
    for name in ("dct:modified", "dct:available"):
        if name in template.names:
            return {name: f"{format_time(when)}/"}
    return {}


def _integer(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 1
