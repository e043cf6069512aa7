"""Inventories of the DINAMIS archive as files: CSV and GeoPackage. Bytes in, records out."""

from collections.abc import Iterable, Iterator, Mapping

from mappings.dinamis.inventory import to_record
from mappings.inventory import tables
from mappings.record import Answer, Broken, Record


def read_csv(body: bytes, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of a CSV file, see mappings/inventory/tables.py. Raises NotAnAnswer without an inventory's header."""
    return tables.read_csv(body, to_record, columns)


def csv_entries(lines: Iterable[str], columns: Mapping[str, str] | None = None) -> Iterator[Record | Broken]:
    """As read_csv, one row after the other, of lines with their ends. Raises NotAnAnswer at once."""
    return tables.csv_entries(lines, to_record, columns)


def read_geopackage(body: bytes, columns: Mapping[str, str] | None = None) -> Answer:
    """Rows of every inventory layer of a GeoPackage, footprints turned to lon/lat. Raises NotAnAnswer when there is none."""
    return tables.read_geopackage(body, to_record, columns)
