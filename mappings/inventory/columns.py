"""Columns of an inventory: which header means what, in French and in English."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

# fmt: off
# Canonical name -> headers, without case, accents and punctuation.
_HEADERS: dict[str, tuple[str, ...]] = {
    # Names of products before identifiers, which may be numbers of rows: the first of these that a file has counts.
    "id": (
        "nom_produit", "nom_du_produit", "product_name", "product_id", "id_produit", "produit", "product",
        "identifiant", "identifier", "id",
    ),
    "platform": ("satellite", "platform", "plateforme", "capteur", "sensor", "mission"),
    "date": ("date_acquisition", "acquisition_date", "date_d_acquisition", "datetime", "date", "date_prise_de_vue", "date_image"),
    "time": ("heure", "heure_acquisition", "time", "acquisition_time", "heure_utc"),
    "cloud_cover": ("nuage", "nuages", "cloud_cover", "couverture_nuageuse", "ennuagement", "cloud", "clouds"),
    "incidence": ("incidence", "angle_incidence", "angle_d_incidence", "incidence_angle"),
    "gsd": ("resolution", "gsd", "resolution_m", "pixel"),
    "level": ("niveau", "level", "niveau_traitement", "niveau_de_traitement", "processing_level"),
    "spectral": ("mode", "mode_spectral", "spectral", "spectral_mode", "spectral_processing", "bandes"),
    "source_id": ("source_id", "source", "datastrip", "id_source", "source_identifier"),
    "wkt": ("emprise", "emprise_wkt", "wkt", "wkt_geom", "geometry", "geometrie", "footprint", "geom", "the_geom"),
    "west": ("west", "ouest", "xmin", "lon_min", "min_lon"),
    "south": ("south", "sud", "ymin", "lat_min", "min_lat"),
    "east": ("east", "est", "xmax", "lon_max", "max_lon"),
    "north": ("north", "nord", "ymax", "lat_max", "max_lat"),
    "href": ("lien", "href", "url", "lien_telechargement", "link", "download"),
    "size": ("taille", "size", "taille_octets", "file_size", "octets"),
}
# fmt: on
_CANONICAL = {header: name for name, headers in _HEADERS.items() for header in headers}
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def recognise(headers: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[str, int]:
    """Canonical name -> position. `columns` (canonical name -> header) comes before the common headers; of two columns of one
    meaning the first counts, of identifiers the one whose header names the product best."""
    chosen = {folded(header): name for name, header in (columns or {}).items()}
    found: dict[str, int] = {}
    for table in (chosen, _CANONICAL):
        for position, header in sorted(enumerate(map(folded, headers)), key=_rank):
            name = table.get(header)
            if name and name not in found and position not in found.values():
                found[name] = position
    return found


def _rank(column: tuple[int, str]) -> tuple[int, int]:
    position, header = column
    return (_HEADERS["id"].index(header) if header in _HEADERS["id"] else 0), position


def is_inventory(found: Mapping[str, int]) -> bool:
    """An identifier, and something that tells when, where or by which satellite."""
    return "id" in found and bool({"date", "platform", "source_id", "wkt", "west"} & set(found))


def folded(header: str) -> str:
    """Lower case, without accents, words joined by one underscore."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub("_", plain.lower()).strip("_")
