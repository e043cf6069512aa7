"""What the values of rights are called on pages, in French and in English."""

from api.negotiation import Language
from mappings.access.classes import UserClass
from mappings.access.decision import Download, Order
from mappings.facts import Availability

Words = dict[Language, str]

CLASSES: dict[UserClass, Words] = {
    UserClass.PUBLIC_ACTOR: {
        "fr": "Acteur public (utilisateur institutionnel autorisé)",
        "en": "Public actor (authorised institutional user)",
    },
    UserClass.SCIENTIST: {"fr": "Scientifique d’un laboratoire public français", "en": "Scientist of a French public laboratory"},
    UserClass.FOREIGN_SCIENTIST: {"fr": "Partenaire scientifique étranger", "en": "Scientific partner abroad"},
    UserClass.EUROPEAN_LABORATORY: {"fr": "Laboratoire européen", "en": "European laboratory"},
    UserClass.COMPANY_RD: {"fr": "Entreprise, pour sa recherche et développement", "en": "Company, for its research and development"},
    UserClass.CONTRACTOR: {"fr": "Prestataire privé d’un organisme public", "en": "Private contractor of a public body"},
    UserClass.OTHER_PRIVATE: {"fr": "Autre acteur privé", "en": "Other private actor"},
    UserClass.ANONYMOUS: {"fr": "Visiteur sans compte", "en": "Visitor without an account"},
    UserClass.OPERATOR: {"fr": "Exploitant de ce catalogue", "en": "Operator of this catalogue"},
}
DOWNLOADS: dict[Download, Words] = {
    Download.YES: {"fr": "oui", "en": "yes"},
    Download.WITH_ACCOUNT: {"fr": "avec un compte gratuit à l’archive", "en": "with a free account at the archive"},
    Download.AFTER_SIGNING: {"fr": "après signature de la licence", "en": "after signing the licence"},
    Download.ON_REQUEST: {"fr": "sur demande", "en": "on request"},
    Download.NO: {"fr": "non", "en": "no"},
}
ORDERS: dict[Order, Words] = {
    Order.DINAMIS: {"fr": "par une demande à DINAMIS", "en": "by a request to DINAMIS"},
    Order.AIRBUS: {"fr": "auprès d’Airbus", "en": "from Airbus"},
    Order.ASK: {"fr": "demander à DINAMIS", "en": "ask DINAMIS"},
    Order.NO: {"fr": "non", "en": "no"},
}
AVAILABILITIES: dict[Availability, Words] = {
    Availability.OPEN: {"fr": "Archive ouverte", "en": "Open archive"},
    Availability.HELD: {"fr": "Déjà acquise", "en": "Already purchased"},
    Availability.ORDERABLE: {"fr": "À commander", "en": "Must be ordered"},
    Availability.VIEW: {"fr": "Consultation seulement", "en": "Viewing only"},
    Availability.UNKNOWN: {"fr": "Accès non établi", "en": "Access not established"},
}
YES: dict[bool, Words] = {True: {"fr": "oui", "en": "yes"}, False: {"fr": "non", "en": "no"}}
