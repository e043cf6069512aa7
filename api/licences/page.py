"""The pages of the licence table."""

from html import escape

from starlette.responses import Response

from api.html import heading, link, listing, page, paragraph, table
from api.licences.documents import licence_href
from api.licences.words import AVAILABILITIES, CLASSES, DOWNLOADS, ORDERS, YES
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.decision import Decision
from mappings.access.policy import Policy
from mappings.facts import Availability
from mappings.licences import Licence, Right, Table
from mappings.words import Language

_FR = {
    "title": "Licences",
    "intro": "Ce que chaque licence dit, et ce qu’elle permet à chaque classe d’utilisateurs.",
    "licence": "Licence",
    "text": "Texte",
    "read": "Lire le texte de la licence",
    "confirmed": "Texte confirmé",
    "unconfirmed": "Le texte de cette licence n’est pas confirmé : elle ne donne aucun droit tant qu’il ne l’est pas.",
    "conditions": "Conditions",
    "versions": "Versions dont la signature compte",
    "rights": "Ce que la licence permet au mieux",
    "class": "Utilisateur",
    "discover": "Trouver",
    "view": "Voir",
    "download": "Télécharger",
    "order": "Commander",
    "reason": "Pourquoi",
    "yours": "Ce que vous pouvez faire",
    "you": "Vous êtes : {}.",
    "availability": "Disponibilité",
    "signature": "licence à signer",
    "all": "Toutes les licences",
}
_EN = {
    "title": "Licences",
    "intro": "What each licence says, and what it allows each class of users.",
    "licence": "Licence",
    "text": "Text",
    "read": "Read the text of the licence",
    "confirmed": "Text confirmed",
    "unconfirmed": "The text of this licence is not confirmed: it gives no right until it is.",
    "conditions": "Conditions",
    "versions": "Versions whose signature counts",
    "rights": "What the licence allows at best",
    "class": "User",
    "discover": "Discover",
    "view": "View",
    "download": "Download",
    "order": "Order",
    "reason": "Why",
    "yours": "What you may do",
    "you": "You are: {}.",
    "availability": "Availability",
    "signature": "licence to be signed",
    "all": "All licences",
}
_WORDS: dict[Language, dict[str, str]] = {"fr": _FR, "en": _EN}
_OTHER: dict[Language, Language] = {"fr": "en", "en": "fr"}


def licences_page(rows: Table, base: str, language: Language) -> Response:
    """All licences, each with a link to its page and to its text."""
    words = _WORDS[language]
    head = (words["licence"], words["confirmed"], words["text"])
    cells = (
        (
            link(_href(licence_href(one.id, base), language), _title(one, language)),
            escape(YES[one.confirmed].in_(language)),
            link(one.href, words["read"], "license external"),
        )
        for _, one in sorted(rows.items())
    )
    body = [paragraph(words["intro"]), table(words["title"], head, cells)]
    return page(language, words["title"], body, _href(f"{base}/licences", _OTHER[language]))


def licence_page(licence: Licence, policy: Policy, asker: Asker, base: str, language: Language) -> Response:
    """One licence: its text, its conditions, what it allows each class, and who asks."""
    words, place = _WORDS[language], licence_href(licence.id, base)
    conditions = licence.conditions_fr if language == "fr" else licence.conditions_en
    decisions = ((str(AVAILABILITIES[one].in_(language)), policy.decide(asker, one, licence.id)) for one in Availability)
    right_head = tuple(words[name] for name in ("class", "discover", "view", "download", "order", "reason"))
    own_head = tuple(words[name] for name in ("availability", "view", "download", "order", "reason"))
    body = [
        f"<p>{link(licence.href, words['read'], 'license external')}</p>",
        "" if licence.confirmed else f"<p><strong>{escape(words['unconfirmed'])}</strong></p>",
        heading(words["conditions"]) + listing(conditions) if conditions else "",
        heading(words["versions"]) + listing(licence.versions) if licence.versions else "",
        heading(words["yours"]),
        paragraph(words["you"].format(CLASSES[asker.user_class].in_(language))),
        table(words["yours"], own_head, (_decision_row(name, decision, language) for name, decision in decisions)),
        heading(words["rights"]),
        table(words["rights"], right_head, (_right_row(one, licence.right(one), language) for one in UserClass)),
        f'<nav aria-label="{escape(words["title"])}">{link(_href(f"{base}/licences", language), words["all"], "up")}</nav>',
    ]
    return page(language, _title(licence, language), body, _href(place, _OTHER[language]))


def _title(licence: Licence, language: Language) -> str:
    return licence.title_fr if language == "fr" else licence.title_en


def _href(place: str, language: Language) -> str:
    return f"{place}?f=html&language={language}"


def _decision_row(name: str, decision: Decision, language: Language) -> tuple[str, ...]:
    return (
        escape(name),
        escape(YES[decision.view].in_(language)),
        escape(DOWNLOADS[decision.download].in_(language)),
        escape(ORDERS[decision.order].in_(language)),
        escape(decision.reason_fr if language == "fr" else decision.reason_en),
    )


def _right_row(one: UserClass, right: Right, language: Language) -> tuple[str, ...]:
    signed = f" ({_WORDS[language]['signature']})" if right.needs else ""
    conditions = right.conditions_fr if language == "fr" else right.conditions_en
    return (
        escape(CLASSES[one].in_(language)),
        escape(YES[right.discover].in_(language)),
        escape(YES[right.view].in_(language)),
        escape(DOWNLOADS[right.download].in_(language) + signed),
        escape(ORDERS[right.order].in_(language)),
        escape(right.reason_fr if language == "fr" else right.reason_en) + listing(conditions),
    )
