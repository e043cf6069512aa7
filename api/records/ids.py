"""Ids of records: an Item's own id is unique in its Collection only, a record's in all of them, in OAI-PMH and in ISO 19139 too."""

from index.state import ItemKey
from mappings.iso_out.names import key_of, record_name

EVERYTHING = "moisson"
"""The record collection that holds all that the asker finds; the others are named as the STAC Collections."""


def record_id(key: ItemKey) -> str:
    """`collection~item`, what is neither letter, digit nor one of `_.-` percent-encoded in both."""
    return record_name(key.collection, key.id)


def item_key(record: str) -> ItemKey | None:
    """The Item of a record; None for an id that no record can have. Clients that quote nothing lose one encoding on their way."""
    collection, between, item_id = record.partition("~")
    found = key_of(record) or ((collection, item_id) if between and collection and item_id else None)
    return ItemKey(*found) if found else None
