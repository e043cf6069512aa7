"""Names of exported records, and the words by which another Moisson knows its own records again."""

from urllib.parse import quote, unquote

AVAILABILITY, LICENCE, ARCHIVE = "moisson:availability", "moisson:licence", "moisson:source"
PLATFORM, INSTRUMENT, SENSOR, PRODUCT = "moisson:platform", "moisson:instrument", "moisson:sensor", "moisson:product"
THESAURI = {
    PLATFORM: "Plateforme · Platform",
    INSTRUMENT: "Instrument",
    SENSOR: "Type de capteur · Sensor type",
    ARCHIVE: "Archive",
    AVAILABILITY: "Disponibilité · Availability",
    LICENCE: "Licence",
    PRODUCT: "Produit · Product",
}
"""Titles of the thesauri of our key words, by their identifiers."""

_BETWEEN = "~"


def record_name(collection: str, item_id: str) -> str:
    """Of an Item, the only one of its Collection and id: letters, digits and `_.-%~`, whatever they hold."""
    return f"{_escaped(collection)}{_BETWEEN}{_escaped(item_id)}"


def key_of(name: str) -> tuple[str, str] | None:
    """(Collection, id) of a record's name; None for what is no such name."""
    collection, between, item_id = name.partition(_BETWEEN)
    key = (unquote(collection), unquote(item_id))
    return key if between and all(key) and record_name(*key) == name else None


def _escaped(text: str) -> str:
    return quote(text, safe="").replace(_BETWEEN, "%7E")
