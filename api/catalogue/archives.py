"""The archives whose Items the asker finds, and what is said of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from index.aggregation import Aggregation, Summed
from index.filters.logic import conjunction
from index.filters.nodes import Compare, Literal, Predicate, Property
from index.protocol import Index
from index.query import Query
from mappings.queryables import FIELDS, Kind
from mappings.words import Text

_SOURCE = FIELDS["moisson:source"]


@dataclass(frozen=True)
class ArchiveInfo:
    title: Text
    description: Text


_KNOWN = MappingProxyType(
    {
        "airbus": ArchiveInfo(
            Text("Catalogue commercial d’Airbus", "Airbus’s commercial catalogue"),
            Text(
                "Les images optiques et radar qui se commandent auprès d’Airbus : Pléiades, Pléiades Neo, SPOT, TerraSAR-X.",
                "Optical and radar images that are ordered from Airbus: Pléiades, Pléiades Neo, SPOT, TerraSAR-X.",
            ),
        ),
        "dinamis": ArchiveInfo(
            Text("Archive DINAMIS", "DINAMIS archive"),
            Text(
                "Les images déjà acquises par le dispositif DINAMIS, que ses adhérents peuvent réutiliser.",
                "Images already purchased by the DINAMIS scheme, which its members may use again.",
            ),
        ),
        "peps": ArchiveInfo(
            Text("Sentinel au CNES", "Sentinel at CNES"),
            Text("Les produits Sentinel que le CNES distribue.", "Sentinel products that CNES distributes."),
        ),
        "swh": ArchiveInfo(
            Text("Spot World Heritage", "Spot World Heritage"),
            Text("Les images de SPOT 1 à 5, rendues publiques par le CNES.", "Images of SPOT 1 to 5, which CNES made public."),
        ),
        "coverages": ArchiveInfo(
            Text("Couvertures annuelles", "Yearly coverages"),
            Text("Les mosaïques annuelles de la France, en tuiles à consulter.", "Yearly mosaics of France, as tiles to look at."),
        ),
        "vigisat": ArchiveInfo(
            Text("VIGISAT", "VIGISAT"),
            Text("Les images radar et optiques de la station VIGISAT.", "Radar and optical images of the VIGISAT station."),
        ),
        "seas": ArchiveInfo(
            Text("SEAS Guyane", "SEAS Guyane"),
            Text("Les images reçues à Cayenne par la station SEAS Guyane.", "Images received at Cayenne by the SEAS Guyane station."),
        ),
    }
)


def archive_info(archive: str) -> ArchiveInfo:
    """What is said of an archive; of one that an operator named, that it is one."""
    known = _KNOWN.get(archive)
    return known or ArchiveInfo(Text(archive, archive), Text(f"Les images de l’archive {archive}.", f"Images of the archive {archive}."))


def archives(index: Index, query: Query) -> Mapping[str, int]:
    """How many Items match of each archive that has any, by its name, ascending."""
    return _frequencies(index, query, Aggregation("archives", Summed.TERMS, _SOURCE))


def collections_of(index: Index, query: Query, archive: str) -> Mapping[str, int]:
    """How many Items of an archive match in each Collection that has any, by its id, ascending."""
    return _frequencies(index, of_archive(query, archive), Aggregation("collections", Summed.TERMS, FIELDS["collection"]))


def of_archive(query: Query, archive: str) -> Query:
    """The query for the Items of one archive."""
    only: Predicate = Compare("=", Property(_SOURCE), Literal(archive, Kind.TEXT))
    return replace(query, filter=conjunction(only, query.filter))


def _frequencies(index: Index, query: Query, wanted: Aggregation) -> Mapping[str, int]:
    found = index.aggregate(query, [wanted])[wanted.name]
    return {str(bucket.key): bucket.count for bucket in sorted(found.buckets, key=lambda bucket: str(bucket.key))}
