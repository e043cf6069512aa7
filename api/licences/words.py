"""What the values of rights are called on pages, in French and in English."""

from mappings.access.classes import UserClass
from mappings.access.decision import Download, Order
from mappings.facts import Availability
from mappings.words import Text

CLASSES: dict[UserClass, Text] = {
    UserClass.PUBLIC_ACTOR: Text("Acteur public (utilisateur institutionnel autorisé)", "Public actor (authorised institutional user)"),
    UserClass.SCIENTIST: Text("Scientifique d’un laboratoire public français", "Scientist of a French public laboratory"),
    UserClass.FOREIGN_SCIENTIST: Text("Partenaire scientifique étranger", "Scientific partner abroad"),
    UserClass.EUROPEAN_LABORATORY: Text("Laboratoire européen", "European laboratory"),
    UserClass.COMPANY_RD: Text("Entreprise, pour sa recherche et développement", "Company, for its research and development"),
    UserClass.CONTRACTOR: Text("Prestataire privé d’un organisme public", "Private contractor of a public body"),
    UserClass.OTHER_PRIVATE: Text("Autre acteur privé", "Other private actor"),
    UserClass.ANONYMOUS: Text("Visiteur sans compte", "Visitor without an account"),
    UserClass.OPERATOR: Text("Exploitant de ce catalogue", "Operator of this catalogue"),
}
DOWNLOADS: dict[Download, Text] = {
    Download.YES: Text("oui", "yes"),
    Download.WITH_ACCOUNT: Text("avec un compte gratuit à l’archive", "with a free account at the archive"),
    Download.AFTER_SIGNING: Text("après signature de la licence", "after signing the licence"),
    Download.ON_REQUEST: Text("sur demande", "on request"),
    Download.NO: Text("non", "no"),
}
ORDERS: dict[Order, Text] = {
    Order.DINAMIS: Text("par une demande à DINAMIS", "by a request to DINAMIS"),
    Order.AIRBUS: Text("auprès d’Airbus", "from Airbus"),
    Order.ASK: Text("demander à DINAMIS", "ask DINAMIS"),
    Order.NO: Text("non", "no"),
}
AVAILABILITIES: dict[Availability, Text] = {
    Availability.OPEN: Text("Archive ouverte", "Open archive"),
    Availability.HELD: Text("Déjà acquise", "Already purchased"),
    Availability.ORDERABLE: Text("À commander", "Must be ordered"),
    Availability.VIEW: Text("Consultation seulement", "Viewing only"),
    Availability.UNKNOWN: Text("Accès non établi", "Access not established"),
}
YES: dict[bool, Text] = {True: Text("oui", "yes"), False: Text("non", "no")}
