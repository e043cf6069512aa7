"""Requests of CSW 2.0.2, as XML for POST and as parameters for GET; filters and order by owslib."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree  # type: ignore[import-untyped, unused-ignore]
from owslib import fes

CSW = "http://www.opengis.net/cat/csw/2.0.2"
GMD = "http://www.isotc211.org/2005/gmd"
_OGC = "http://www.opengis.net/ogc"
# The namespaces that property and type names are written with.
_PREFIXES = {"csw": CSW, "gmd": GMD, "apiso": "http://www.opengis.net/cat/csw/apiso/1.0", "dct": "http://purl.org/dc/terms/"}
ElementSet = Literal["brief", "full"]


@dataclass(frozen=True)
class Search:
    """What every page of a search has in common. `constraints` hold together (owslib's fes objects); `sort_by` is a property's name."""

    output_schema: str
    type_names: str
    constraints: Sequence[Any] = ()
    sort_by: str | None = None

    def document(self, position: int, size: int, elements: ElementSet = "full", *, hits: bool = False) -> bytes:
        """GetRecords for POST. DistributedSearch is never asked: federated answers mix owners and hide failures (OGC report §3.11)."""
        root = etree.Element(f"{{{CSW}}}GetRecords", nsmap={**_PREFIXES, "ogc": _OGC})
        for name, value in self._common(position, size, hits).items():
            root.set(name, value)
        query = etree.SubElement(root, f"{{{CSW}}}Query", typeNames=self.type_names)
        etree.SubElement(query, f"{{{CSW}}}ElementSetName").text = elements
        if self.constraints:
            constraint = etree.SubElement(query, f"{{{CSW}}}Constraint", version="1.1.0")
            constraint.append(self._filter())
        if self.sort_by:
            query.append(fes.SortBy([fes.SortProperty(self.sort_by)]).toXML())
        return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))

    def parameters(self, position: int, size: int, elements: ElementSet = "full", *, hits: bool = False) -> dict[str, str]:
        """GetRecords for GET."""
        given = {
            "request": "GetRecords",
            **self._common(position, size, hits),
            "typeNames": self.type_names,
            "ElementSetName": elements,
            "namespace": ",".join(f"xmlns({prefix}={uri})" for prefix, uri in _PREFIXES.items()),
        }
        if self.constraints:
            given |= {
                "constraintLanguage": "FILTER",
                "constraint_language_version": "1.1.0",
                "constraint": etree.tostring(self._filter(), encoding="unicode"),
            }
        if self.sort_by:
            given["sortBy"] = f"{self.sort_by}:A"
        return given

    def _common(self, position: int, size: int, hits: bool) -> dict[str, str]:
        return {
            "service": "CSW",
            "version": "2.0.2",
            "resultType": "hits" if hits else "results",
            "outputSchema": self.output_schema,
            "outputFormat": "application/xml",
            "startPosition": str(position),
            "maxRecords": str(size),
        }

    def _filter(self) -> Any:
        # A list in a list is an AND, a plain list an OR (OGC report §3.8).
        whole = list(self.constraints)
        return fes.FilterRequest().setConstraintList([whole] if len(whole) > 1 else whole)


def by_id_document(identifier: str, output_schema: str, elements: ElementSet) -> bytes:
    """GetRecordById of one identifier: several go with a comma in one parameter, and identifiers may hold commas (OGC report §4)."""
    root = etree.Element(f"{{{CSW}}}GetRecordById", nsmap={"csw": CSW})
    for name, value in {"service": "CSW", "version": "2.0.2", "outputSchema": output_schema, "outputFormat": "application/xml"}.items():
        root.set(name, value)
    etree.SubElement(root, f"{{{CSW}}}Id").text = identifier
    etree.SubElement(root, f"{{{CSW}}}ElementSetName").text = elements
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def by_id_parameters(identifier: str, output_schema: str, elements: ElementSet) -> dict[str, str]:
    """The same for GET; the caller keeps identifiers with a comma away."""
    return {
        "service": "CSW",
        "version": "2.0.2",
        "request": "GetRecordById",
        "outputSchema": output_schema,
        "outputFormat": "application/xml",
        "ElementSetName": elements,
        "id": identifier,
    }
