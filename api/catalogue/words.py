"""What the catalogue's pages say, in French and in English."""

from types import MappingProxyType

from mappings.words import Language, Text

_TEXTS = MappingProxyType(
    {
        "archives": Text("Archives", "Archives"),
        "archive": Text("Archive", "Archive"),
        "collections": Text("Collections", "Collections"),
        "collection": Text("Collection", "Collection"),
        "images": Text("Images", "Images"),
        "from": Text("De", "From"),
        "to": Text("À", "To"),
        "area": Text("Emprise (ouest, sud, est, nord)", "Area (west, south, east, north)"),
        "licence": Text("Licence", "Licence"),
        "providers": Text("Producteurs et hébergeurs", "Producers and hosts"),
        "keywords": Text("Mots-clés", "Keywords"),
        "facts": Text("En bref", "In short"),
        "ways": Text("Pour aller plus loin", "Further"),
        "value": Text("Valeur", "Value"),
        "items": Text("Les images (JSON)", "The images (JSON)"),
        "dates": Text("Les images par date (JSON)", "The images by date (JSON)"),
        "queryables": Text("Ce qui peut être filtré (JSON)", "What can be filtered (JSON)"),
        "json": Text("Cette page en JSON", "This page as JSON"),
        "documentation": Text("Documentation de l’API", "Documentation of the API"),
        "licences": Text("Licences", "Licences"),
        "search": Text("Recherche (JSON)", "Search (JSON)"),
        "home": Text("Accueil", "Home"),
        "next": Text("Page suivante", "Next page"),
        "none": Text("Rien ici pour vous.", "Nothing here for you."),
    }
)


def said(name: str, language: Language) -> str:
    return _TEXTS[name].in_(language)
