"""What a CSW says of itself, read by owslib out of bytes that we fetched: for logs only, since it names wrong hosts (§3.10)."""

from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped, unused-ignore]
from owslib.catalogue.csw2 import CatalogueServiceWeb


@dataclass(frozen=True)
class Service:
    """`addresses` of GetRecords as announced; `output_schemas` and `max_records` as announced, empty and None when they are not."""

    title: str | None
    addresses: tuple[str, ...]
    output_schemas: tuple[str, ...]
    max_records: str | None


class _Capabilities(CatalogueServiceWeb):  # type: ignore[misc, unused-ignore]
    """owslib's reader over a root element that is already here."""

    def __init__(self, url: str, root: Any) -> None:
        self._root = root
        super().__init__(url)

    def _invoke(self) -> None:
        self._exml = etree.ElementTree(self._root)
        self.exceptionreport = None


def read_service(url: str, root: Any) -> Service | None:
    """What capabilities say; None for what owslib cannot read."""
    try:
        found = _Capabilities(url, root)
        operation = next((one for one in found.operations if one.name == "GetRecords"), None)
        methods = operation.methods if operation is not None else []
        schemas = (operation.parameters if operation is not None else {}).get("outputSchema", {}).get("values", [])
        limit = found.constraints.get("MaxRecordDefault")
        return Service(
            title=getattr(found.identification, "title", None),
            addresses=tuple(str(method["url"]) for method in methods if method.get("url")),
            output_schemas=tuple(map(str, schemas)),
            max_records=str(limit.values[0]) if limit is not None and limit.values else None,
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
