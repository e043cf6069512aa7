"""The landing page as a STAC Catalog."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.catalogue.archives import archive_info
from api.catalogue.catalogs import catalog
from api.catalogue.links import HTML, OPENAPI, asking_links, catalog_href, named, page_links, titled
from api.exports.formats import FORMATS
from api.links import GEOJSON
from api.records.ids import EVERYTHING
from api.records.links import CATALOGUE_ACCESS, records_href, root_href
from mappings.words import Language, Text

DESCRIPTION = Text(
    "Un seul catalogue STAC pour les images satellite déjà payées, les archives ouvertes et le catalogue commercial.",
    "One STAC catalogue of satellite images already purchased, of open archives, and of the commercial catalogue.",
)
MAP = Text("La carte : chercher, choisir, obtenir des images", "The map: find, choose and get images")
CHANGES = Text("Ce qui a changé, pour qui tient une copie du catalogue", "What changed, for those who keep a copy of the catalogue")
HARVESTED = Text("Le catalogue à moissonner (OAI-PMH 2.0)", "The catalogue, to be harvested (OAI-PMH 2.0)")
EXPORTS = Text("Toutes les images que vous trouvez, en un fichier", "All images that you find, as one file")
RECORDS = Text("Le même catalogue selon OGC API - Records", "The same catalogue as OGC API - Records")


def landing_document(title: str, found: Mapping[str, int], conforms: Sequence[str], base: str, language: Language) -> dict[str, Any]:
    """`found` counts the asker's Items by archive; `conforms` are the conformance classes."""
    on_a_map = named("related", f"{base}/map?lang={language}", HTML, title=MAP.in_(language))
    # "A resource that can be used to monitor changes" (RFC 5989, section 4).
    changes = named("monitor", f"{base}/changes", title=CHANGES.in_(language))
    harvested = named("service", f"{base}/oai?verb=Identify", "text/xml", title=HARVESTED.in_(language))
    records = named("related", root_href(base), title=RECORDS.in_(language))
    # The relation by which clients of catalogues find, from any page, where records are searched (OGC 20-004r1, autodiscovery).
    searched = named(CATALOGUE_ACCESS, records_href(base, EVERYTHING), GEOJSON, title=RECORDS.in_(language))
    # "Potentially large and might require special handling" (RFC 4287): what OGC API - Features links bulk downloads by (17-069r4, 7.13).
    files = [named("enclosure", f"{base}/export?f={name}", form.media_type, title=EXPORTS.in_(language)) for name, form in FORMATS.items()]
    children = [named("child", catalog_href(base, name), title=archive_info(name).title.in_(language)) for name in found]
    more = {"conformsTo": list(conforms), "moisson:items": sum(found.values())}
    return catalog(
        "moisson",
        title,
        DESCRIPTION.in_(language),
        titled([*_links(base), on_a_map, changes, harvested, records, searched, *files, *children], language),
        language,
        more,
    )


def _links(base: str) -> list[dict[str, Any]]:
    root = f"{base}/"
    return [
        named("self", root),
        named("root", root),
        named("service-desc", f"{base}/api", OPENAPI),
        named("service-doc", f"{base}/api.html", HTML),
        named("conformance", f"{base}/conformance"),
        named("data", f"{base}/collections"),
        named("search", f"{base}/search", GEOJSON, method="GET"),
        named("search", f"{base}/search", GEOJSON, method="POST"),
        *asking_links(base),
        named("children", f"{base}/children"),
        *page_links(root),
    ]
